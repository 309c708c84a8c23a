package goadapter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/arbfay/authpi-go/conformance/protocol"
	authpiasync "github.com/arbfay/authpi-go/sdk/async"
	"github.com/arbfay/authpi-go/sdk/authpi"
	authpisync "github.com/arbfay/authpi-go/sdk/sync"
)

// closeGrace is how long a client may take to close when everything it was
// doing has been cancelled.
const closeGrace = time.Second

// session is one case: its clients, its clock, its callbacks, what its calls
// returned.
type session struct {
	name      string
	table     *operations
	reply     func(protocol.Reply)
	clock     clock
	transport *http.Transport
	calls     sync.WaitGroup

	mu      sync.Mutex
	clients map[string]client
	hooks   map[string]*hook
	cancels map[int]context.CancelFunc // of the running calls
	kept    map[int]any                // what calls returned
}

// operations are the generated calls. Sessions reach them through this, since
// the calls' own callbacks lead back to sessions.
type operations struct {
	blocking map[string]func(context.Context, *authpisync.Client, *arguments) (any, error)
	future   map[string]func(context.Context, *authpiasync.Client, *arguments) (waiter, error)
	local    map[string]func(*arguments) (any, error)
}

// client is one client in the session's flavor: one of the fields is set.
type client struct {
	blocking *authpisync.Client
	future   *authpiasync.Client
}

func (c client) close(ctx context.Context) error {
	if c.blocking != nil {
		return c.blocking.Close(ctx)
	}
	return c.future.Close(ctx)
}

func newSession(name string, table *operations, reply func(protocol.Reply)) *session {
	return &session{
		name: name, table: table, reply: reply, transport: &http.Transport{}, clients: map[string]client{}, hooks: map[string]*hook{},
		cancels: map[int]context.CancelFunc{}, kept: map[int]any{},
	}
}

// setup makes a client.
func (s *session) setup(command *protocol.Command) protocol.Reply {
	if err := s.clock.set(command.Now); err != nil {
		return protocol.Reply{ID: command.ID, Refused: err.Error()}
	}
	config, err := s.config(command)
	if err != nil {
		return protocol.Reply{ID: command.ID, Refused: err.Error()}
	}
	var made client
	switch command.Flavor {
	case flavorBlocking:
		made.blocking, err = authpisync.New(config)
	case flavorFuture:
		made.future, err = authpiasync.New(config)
	default:
		return protocol.Reply{ID: command.ID, Refused: fmt.Sprintf("unknown flavor %q", command.Flavor)}
	}
	if err != nil {
		return protocol.Reply{ID: command.ID, Err: encodeError(err)}
	}
	s.mu.Lock()
	s.clients[command.Client] = made
	s.mu.Unlock()
	return protocol.Reply{ID: command.ID, OK: empty()}
}

// start starts a call. A future is started here, in the order of the commands;
// a blocking call on a goroutine of its own.
func (s *session) start(command *protocol.Command) {
	run := s.begin(command)
	s.calls.Go(func() { s.reply(run()) })
}

// begin says that a call has started, starts it where it is a future, and
// returns the rest of it: what waits for its end.
func (s *session) begin(command *protocol.Command) func() protocol.Reply {
	ctx, done := s.context(command)
	a := &arguments{session: s, call: command.ID, given: command.Args}
	s.mu.Lock()
	c := s.clients[command.Client]
	s.mu.Unlock()
	var finish waiter
	var failed protocol.Reply
	if c.future != nil && command.Operation != protocol.Close && s.table.local[command.Operation] == nil {
		failed = guard(func() error {
			begin, known := s.table.future[command.Operation]
			if !known {
				return refusal(fmt.Sprintf("unknown operation %q", command.Operation))
			}
			var err error
			finish, err = begin(ctx, c.future, a)
			return err
		})
	} else {
		finish = func(ctx context.Context) (any, error) { return s.invoke(ctx, c, command.Operation, a) }
	}
	s.reply(protocol.Reply{Started: command.ID})
	return func() protocol.Reply {
		defer done()
		var value any
		reply := failed
		if finish != nil {
			reply = guard(func() (err error) {
				value, err = finish(ctx)
				return err
			})
		}
		return s.result(command.ID, value, reply)
	}
}

// invoke makes a call that blocks, or does no I/O.
func (s *session) invoke(ctx context.Context, c client, operation string, a *arguments) (any, error) {
	if call := s.table.local[operation]; call != nil {
		return call(a)
	}
	if c.blocking == nil && c.future == nil {
		return nil, refusal("there is no such client")
	}
	if operation == protocol.Close {
		return nil, c.close(ctx)
	}
	call, known := s.table.blocking[operation]
	if !known {
		return nil, refusal(fmt.Sprintf("unknown operation %q", operation))
	}
	return call(ctx, c.blocking, a)
}

// result keeps what a call returned and makes its reply.
func (s *session) result(id int, value any, reply protocol.Reply) protocol.Reply {
	reply.ID = id
	if reply.Err != nil || reply.Refused != "" || reply.Crash != "" {
		return reply
	}
	s.mu.Lock()
	s.kept[id] = value
	s.mu.Unlock()
	encoded, err := encode(value)
	if err != nil {
		reply.Refused = err.Error()
		return reply
	}
	reply.OK = encoded
	return reply
}

// context makes the context of a call.
func (s *session) context(command *protocol.Command) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	switch command.Context {
	case protocol.ContextCancelled:
		cancel()
	case protocol.ContextExpired:
		expired, end := context.WithDeadline(ctx, time.Unix(0, 0))
		inner := cancel
		ctx, cancel = expired, func() { end(); inner() }
	}
	s.mu.Lock()
	s.cancels[command.ID] = cancel
	s.mu.Unlock()
	return ctx, func() {
		cancel()
		s.mu.Lock()
		delete(s.cancels, command.ID)
		s.mu.Unlock()
	}
}

// cancel ends the context of a running call.
func (s *session) cancel(id int) {
	s.mu.Lock()
	cancel := s.cancels[id]
	s.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// end cancels what is running, closes the clients, and forgets everything.
func (s *session) end() error {
	s.mu.Lock()
	for _, cancel := range s.cancels {
		cancel()
	}
	for _, h := range s.hooks {
		h.release()
	}
	clients := s.clients
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	var failed []error
	for _, c := range clients {
		failed = append(failed, c.close(ctx))
	}
	s.transport.CloseIdleConnections()
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("closing: %w", err) // calls may hang as well
	}
	s.calls.Wait()
	return nil
}

// clock is the time of a session. It stands still until it is set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) set(now json.Number) error {
	seconds, err := now.Float64()
	if err != nil {
		return fmt.Errorf("now: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = time.UnixMilli(int64(seconds * 1000)).UTC()
	return nil
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// keptAgent returns the agent that a call returned.
func (s *session) keptAgent(id int) (*authpi.Agent, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	agent, ok := s.kept[id].(*authpi.Agent)
	return agent, ok
}
