package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/arbfay/authpi-go/conformance/protocol"
)

// outboxSize is how many commands may wait for the adapter to read them.
const outboxSize = 256

// errLinkDead is the error of everything that was asked of an adapter that is
// no more.
var errLinkDead = errors.New("the adapter is gone")

// link is the conversation with one running adapter, shared by the sessions.
type link struct {
	process *Process
	ready   *protocol.Ready
	outbox  chan protocol.Command
	done    chan struct{} // closed when the adapter is gone
	closing chan struct{} // closed when nothing is to be written any more
	threads sync.WaitGroup

	mu       sync.Mutex
	lastID   int
	asked    map[int]*asked
	sessions map[string]*session
	gaveUp   map[int]bool // commands of sessions that were given up: their replies may still come
	reason   error        // why it is gone
}

// asked is a command that waits for its reply.
type asked struct {
	session *session // nil of hello
	what    string   // in words that follow "the reply to"
	started func()
	ended   func(protocol.Reply)
}

// openLink starts an adapter and says hello, which it must answer within the
// patience.
func openLink(ctx context.Context, adapter Adapter, patience time.Duration) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	process, err := adapter.Start(ctx)
	if err != nil {
		return nil, err
	}
	l := &link{
		process: process, outbox: make(chan protocol.Command, outboxSize), done: make(chan struct{}), closing: make(chan struct{}),
		asked: map[int]*asked{}, sessions: map[string]*session{}, gaveUp: map[int]bool{},
	}
	l.threads.Go(l.read)
	l.threads.Go(l.write)
	reply, err := l.ask(ctx, nil, protocol.Command{Message: protocol.Hello, Protocol: protocol.Version})
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("hello was not answered within %s", patience)
	case err != nil:
	case reply.Ready == nil:
		err = fmt.Errorf("hello was not answered by ready: %s%s", reply.Refused, reply.Crash)
	case reply.Ready.Protocol != protocol.Version:
		err = fmt.Errorf("the adapter speaks protocol %d, the runner %d", reply.Ready.Protocol, protocol.Version)
	case len(reply.Ready.Flavors) == 0:
		err = errors.New("the adapter names no flavor")
	}
	if err != nil {
		gone := l.whyGone()
		l.kill()
		if gone != nil {
			err = gone
		}
		return nil, fmt.Errorf("adapter: %w%s", err, l.lastWords())
	}
	l.ready = reply.Ready
	return l, nil
}

// lastWords returns how the adapter's stderr ends, in words that follow a reason, or "".
func (l *link) lastWords() string {
	const shown = 8
	text := strings.TrimSpace(l.process.Stderr())
	if text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	return "; its stderr ends:\n  " + strings.Join(lines[max(0, len(lines)-shown):], "\n  ")
}

// newID returns an id for a command.
func (l *link) newID() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lastID++
	return l.lastID
}

// expect registers what is to happen when the command of that id is answered.
func (l *link) expect(id int, a *asked) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reason != nil {
		return errLinkDead
	}
	l.asked[id] = a
	return nil
}

// send hands a command to the writer: an adapter that does not read must not keep
// the runner.
func (l *link) send(ctx context.Context, command protocol.Command) error {
	select {
	case l.outbox <- command:
		return nil
	case <-l.done:
		return errLinkDead
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write writes what is sent until the link is closed.
func (l *link) write() {
	writer := protocol.NewWriter(l.process.In)
	for {
		select {
		case command := <-l.outbox:
			if writer.Write(command) != nil {
				return // its end is seen by read
			}
		case <-l.closing:
			return
		}
	}
}

// ask sends a command and waits for its reply.
func (l *link) ask(ctx context.Context, s *session, command protocol.Command) (protocol.Reply, error) {
	answer := make(chan protocol.Reply, 1)
	command.ID = l.newID()
	if err := l.expect(command.ID, &asked{session: s, what: command.Message, ended: func(r protocol.Reply) { answer <- r }}); err != nil {
		return protocol.Reply{}, err
	}
	if err := l.send(ctx, command); err != nil {
		return protocol.Reply{}, err
	}
	select {
	case reply := <-answer:
		return reply, nil
	case <-l.done:
		return protocol.Reply{}, errLinkDead
	case <-ctx.Done():
		return protocol.Reply{}, ctx.Err()
	}
}

// join and leave say which sessions there are.
func (l *link) join(name string, s *session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sessions[name] = s
}

func (l *link) leave(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.sessions[name]
	delete(l.sessions, name)
	for id, a := range l.asked {
		if a.session == s {
			delete(l.asked, id)
			l.gaveUp[id] = true
		}
	}
}

// read takes the adapter's frames until it is gone. A frame that breaks the
// protocol ends the conversation: nothing after it can be trusted.
func (l *link) read() {
	reader := protocol.NewReader(l.process.Out)
	for {
		var reply protocol.Reply
		err := reader.Read(&reply)
		if err == nil {
			err = l.dispatch(reply)
		}
		if err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				err = l.end(err)
			}
			err = l.blame(err)
			l.mu.Lock()
			l.reason = err
			l.mu.Unlock()
			close(l.done)
			return
		}
	}
}

// end says how an adapter ended whose output has ended.
func (l *link) end(err error) error {
	how := ""
	if l.process.Ended != nil {
		how = l.process.Ended()
		if how == "" {
			how = "it still runs"
		}
		how = " (" + how + ")"
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the adapter ended its output in the middle of a line%s: %w", how, err)
	}
	return errors.New("the adapter ended its output" + how)
}

// blame says which command was answered by a frame that breaks the protocol.
func (l *link) blame(err error) error {
	var breach *protocol.BreachError
	if !errors.As(err, &breach) {
		return err
	}
	l.mu.Lock()
	a := l.asked[breach.ID]
	l.mu.Unlock()
	if a == nil {
		return fmt.Errorf("a breach of the protocol: %w", err)
	}
	return fmt.Errorf("a breach of the protocol in the reply to %s: %w", a.what, err)
}

func (l *link) dispatch(reply protocol.Reply) error {
	switch {
	case reply.Event != nil:
		l.mu.Lock()
		s := l.sessions[reply.Event.Session]
		l.mu.Unlock()
		if s != nil { // else it is of a session that was given up
			s.event(reply.Event)
		}
		return nil
	case reply.Started != 0:
		l.mu.Lock()
		a := l.asked[reply.Started]
		l.mu.Unlock()
		if a != nil && a.started != nil {
			a.started()
		}
		return nil
	}
	l.mu.Lock()
	a := l.asked[reply.ID]
	known, late := reply.ID <= l.lastID, l.gaveUp[reply.ID]
	delete(l.asked, reply.ID)
	delete(l.gaveUp, reply.ID)
	sessions := slices.Collect(maps.Values(l.sessions))
	l.mu.Unlock()
	switch {
	case a != nil:
		a.ended(reply)
	case late:
	case !known:
		return fmt.Errorf("a reply to %d, which nobody asked", reply.ID)
	default:
		for _, s := range sessions { // it cannot be told whose it is
			s.broken("adapter: a second reply to command %d", reply.ID)
		}
	}
	return nil
}

// whyGone returns the reason for which the adapter is no more, or nil.
func (l *link) whyGone() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reason
}

// close says bye and ends the adapter.
func (l *link) close() {
	ctx, cancel := context.WithTimeout(context.Background(), exitGrace)
	defer cancel()
	_, _ = l.ask(ctx, nil, protocol.Command{Message: protocol.Bye}) // it may be gone already
	l.kill()
}

// kill ends the adapter without a word.
func (l *link) kill() {
	close(l.closing)
	l.process.Stop()
	l.threads.Wait()
}
