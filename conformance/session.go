package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
	"github.com/arbfay/authpi-go/conformance/protocol"
	"github.com/arbfay/authpi-go/conformance/provider"
)

// session plays one case in one flavor and writes its transcript.
type session struct {
	link   *link
	name   string
	c      *Case
	spec   *Interface
	world  *world
	server *provider.Server
	now    time.Time

	mu         sync.Mutex
	changed    chan struct{} // closed and replaced whenever the transcript grows
	sequence   int64
	ids        map[string]int // command ids by call instance, given out ahead
	over       bool           // nothing is written any more
	transcript *Transcript
}

// next returns the next place in the order of events.
func (s *session) next() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sequence++
	return s.sequence
}

// update changes the transcript and wakes those who wait for it.
func (s *session) update(change func(t *Transcript, seq int64)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	s.sequence++
	change(s.transcript, s.sequence)
	close(s.changed)
	s.changed = make(chan struct{})
}

// broken notes something that makes the case fail whatever the SDK did.
func (s *session) broken(format string, args ...any) {
	s.update(func(t *Transcript, _ int64) { t.Broken = append(t.Broken, fmt.Sprintf(format, args...)) })
}

// event notes that a callback was called.
func (s *session) event(event *protocol.Event) {
	s.update(func(t *Transcript, seq int64) {
		t.Events = append(t.Events, EventRecord{Seq: seq, Hook: event.Hook, Call: event.Call, Data: event.Data})
	})
}

// wait returns when the condition holds for the transcript.
func (s *session) wait(ctx context.Context, condition func(t *Transcript) bool) error {
	for {
		s.mu.Lock()
		done, changed := condition(s.transcript), s.changed
		s.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-s.link.done:
			return errLinkDead
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// command sends a command that must be answered by ok.
func (s *session) command(ctx context.Context, command protocol.Command) error {
	command.Session = s.name
	reply, err := s.link.ask(ctx, s, command)
	switch {
	case err != nil:
		return err
	case reply.OK == nil:
		s.broken("adapter: %s was not answered by ok: %s%s", command.Message, reply.Refused, reply.Crash)
	}
	return nil
}

// setup makes the clients and returns whether all of them were made.
func (s *session) setup(ctx context.Context) (bool, error) {
	clients := map[string]map[string]any{MainClient: s.c.Given.Config}
	maps.Copy(clients, s.c.Given.Clients)
	names := append([]string{MainClient}, slices.Sorted(maps.Keys(s.c.Given.Clients))...)
	for _, name := range names {
		config, err := s.arguments(ctx, name, clients[name], s.spec.Config)
		if err != nil {
			return false, err
		}
		record := &CallRecord{Step: SetupStep, Instance: name, Operation: protocol.Setup, Args: config, Started: true}
		reply, err := s.link.ask(ctx, s, protocol.Command{
			Message: protocol.Setup, Session: s.name, Client: name, Flavor: s.transcript.Flavor, Config: config,
			Now: s.clock(), Entropy: s.c.Given.Entropy,
		})
		if err != nil {
			return false, err
		}
		s.update(func(t *Transcript, seq int64) {
			record.end(reply, seq)
			t.Calls = append(t.Calls, record)
		})
		if reply.OK == nil {
			return false, nil
		}
	}
	return true, nil
}

func (s *session) clock() json.Number {
	return json.Number(strconv.FormatFloat(float64(s.now.UnixMilli())/1000, 'f', -1, 64))
}

// end writes a reply to the record.
func (r *CallRecord) end(reply protocol.Reply, seq int64) {
	r.Ended, r.OK, r.Err, r.Refused, r.Crash = seq, reply.OK, reply.Err, reply.Refused, reply.Crash
}

// arguments resolves arguments, or options, and tells the adapter of the
// callbacks among them. The owner names their hooks.
func (s *session) arguments(
	ctx context.Context, owner string, given map[string]any, kinds map[string]string,
) (map[string]json.RawMessage, error) {
	args := make(map[string]json.RawMessage, len(given))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if isCallback(kinds[name]) {
			hook := owner + "." + name
			if err := s.hook(ctx, hook, given[name]); err != nil {
				return nil, err
			}
			args[name] = jsontree.ToJSON(hook)
			continue
		}
		value, err := s.world.scope().Resolve(given[name])
		if err != nil {
			s.broken("%s: %s: %v", owner, name, err)
			continue
		}
		args[name] = jsontree.ToJSON(value)
	}
	return args, nil
}

// hook tells the adapter what a callback does.
func (s *session) hook(ctx context.Context, name string, tree any) error {
	told, err := readBehavior(tree)
	if err != nil {
		s.broken("%s: %v", name, err)
		return nil
	}
	out := &protocol.Behavior{Hold: told.Hold, Fail: told.Fail, Panic: told.Panic}
	if told.Cancel != "" {
		out.Cancel = s.id(told.Cancel)
	}
	if told.Call != nil {
		if out.Call, err = s.prepare(ctx, told.Call, told.Call.ID); err != nil {
			return err
		}
	}
	return s.command(ctx, protocol.Command{Message: protocol.Hook, Hook: name, Behavior: out})
}

// id returns the command id of a call, which it may not have used yet.
func (s *session) id(instance string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids[instance] == 0 {
		s.ids[instance] = s.link.newID()
	}
	return s.ids[instance]
}

// prepare makes the command of one call and gets ready for its reply.
func (s *session) prepare(ctx context.Context, step *Step, instance string) (*protocol.Command, error) {
	args, err := s.arguments(ctx, step.ID, step.Args, s.spec.Operations[step.Call].Params)
	if err != nil {
		return nil, err
	}
	client := step.Client
	if client == "" {
		client = MainClient
	}
	id := s.id(instance)
	record := &CallRecord{Step: step.ID, Instance: instance, ID: id, Operation: step.Call, Args: args}
	s.world.mu.Lock()
	s.world.handles[instance] = id
	s.world.mu.Unlock()
	s.update(func(t *Transcript, _ int64) { t.Calls = append(t.Calls, record) })
	err = s.link.expect(id, &asked{
		session: s,
		what:    fmt.Sprintf("%s (%s of %s)", step.Call, instance, s.c.ID),
		started: func() { s.started(record) },
		ended:   func(reply protocol.Reply) { s.ended(record, reply) },
	})
	return &protocol.Command{
		ID: id, Message: protocol.Call, Session: s.name, Client: client, Operation: step.Call, Args: args, Context: step.Context,
	}, err
}

func (s *session) started(record *CallRecord) {
	s.update(func(*Transcript, int64) { record.Started = true })
}

func (s *session) ended(record *CallRecord, reply protocol.Reply) {
	if reply.OK != nil {
		reply.OK = s.spec.Operations[record.Operation].normal(reply.OK)
		if err := s.world.remember(record.Instance, reply.OK); err != nil {
			s.broken("adapter: the result of %s: %v", record.Instance, err)
		}
	}
	s.update(func(_ *Transcript, seq int64) { record.end(reply, seq) })
	s.server.Happened("ended " + record.Instance)
}
