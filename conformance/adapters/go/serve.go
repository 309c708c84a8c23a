package goadapter

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/arbfay/authpi-go/conformance/protocol"
)

// version is the version of the SDK that the adapter reports.
const version = "0.1.0"

// maxInFlight is the number of sessions that the adapter bears: each is a few
// goroutines.
const maxInFlight = 64

// The flavors.
const (
	flavorBlocking = "blocking"
	flavorFuture   = "future"
)

// Serve answers commands until the input ends or bye comes. The commands of one
// session are taken in order; calls run on goroutines of their own.
func Serve(in io.Reader, out io.Writer) error {
	a := &adapter{
		out: protocol.NewWriter(out), sessions: map[string]*session{},
		table: &operations{blocking: blockingCalls, future: futureCalls, local: localCalls},
	}
	defer a.endAll()
	reader := protocol.NewReader(in)
	for {
		var command protocol.Command
		if err := reader.Read(&command); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
				return nil
			}
			return err
		}
		if command.Message == protocol.Bye {
			a.reply(protocol.Reply{ID: command.ID, OK: empty()})
			return nil
		}
		a.handle(&command)
	}
}

// adapter is one conversation.
type adapter struct {
	out      *protocol.Writer
	table    *operations
	mu       sync.Mutex
	sessions map[string]*session
	ending   sync.WaitGroup
}

// reply writes a frame. A runner that no longer reads is no error of ours.
func (a *adapter) reply(reply protocol.Reply) { _ = a.out.Write(reply) }

func empty() []byte { return []byte("{}") }

// handle carries out one command. None of this blocks but for the writing of
// replies.
func (a *adapter) handle(command *protocol.Command) {
	switch command.Message {
	case protocol.Hello:
		a.reply(protocol.Reply{ID: command.ID, Ready: introduction()})
		return
	case protocol.Ping:
		a.reply(protocol.Reply{ID: command.ID, OK: empty()})
		return
	}
	s := a.session(command.Session)
	switch command.Message {
	case protocol.Setup:
		a.reply(s.setup(command))
		return
	case protocol.Call:
		s.start(command)
		return
	case protocol.Teardown:
		a.teardown(s, command)
		return
	case protocol.Hook:
		s.learn(command.Hook, command.Behavior)
	case protocol.Release:
		s.release(command.Hook)
	case protocol.Advance:
		if err := s.clock.set(command.Now); err != nil {
			a.reply(protocol.Reply{ID: command.ID, Refused: err.Error()})
			return
		}
	case protocol.Cancel:
		s.cancel(command.Call)
	default:
		a.reply(protocol.Reply{ID: command.ID, Refused: fmt.Sprintf("unknown command %q", command.Message)})
		return
	}
	a.reply(protocol.Reply{ID: command.ID, OK: empty()})
}

func (a *adapter) session(name string) *session {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sessions[name] == nil {
		a.sessions[name] = newSession(name, a.table, a.reply)
	}
	return a.sessions[name]
}

// teardown ends a session while other commands go on.
func (a *adapter) teardown(s *session, command *protocol.Command) {
	a.mu.Lock()
	delete(a.sessions, s.name)
	a.mu.Unlock()
	a.ending.Go(func() {
		if err := s.end(); err != nil {
			a.reply(protocol.Reply{ID: command.ID, Crash: err.Error()})
			return
		}
		a.reply(protocol.Reply{ID: command.ID, OK: empty()})
	})
}

// endAll ends what the runner has left open.
func (a *adapter) endAll() {
	a.mu.Lock()
	left := slices.Collect(maps.Values(a.sessions))
	a.mu.Unlock()
	for _, s := range left {
		_ = s.end() // nobody is there to be told
	}
	a.ending.Wait()
}

func introduction() *protocol.Ready {
	operations := append(slices.Collect(maps.Keys(blockingCalls)), slices.Collect(maps.Keys(localCalls))...)
	operations = append(operations, protocol.Close)
	slices.Sort(operations)
	return &protocol.Ready{
		Protocol: protocol.Version, SDK: protocol.SDK{Name: "authpi-go", Version: version}, Language: runtime.Version(),
		Flavors: []string{flavorBlocking, flavorFuture}, Capabilities: protocol.Capabilities(), Operations: operations,
		MaxInFlight: maxInFlight,
	}
}
