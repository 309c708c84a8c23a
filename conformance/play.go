package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/arbfay/authpi-go/conformance/internal/expr"
	"github.com/arbfay/authpi-go/conformance/protocol"
	"github.com/arbfay/authpi-go/conformance/provider"
)

// teardownGrace is how long a session may take to end, if its budget is not less.
const teardownGrace = 2 * time.Second

// player plays cases over a link.
type player struct {
	spec   *Interface
	keys   *provider.Keyring
	seed   string
	budget time.Duration
}

// play plays one case in one flavor. It returns a transcript in any event, and
// whether the link can still be used.
func (p *player) play(ctx context.Context, l *link, name string, work job) (*Transcript, bool) {
	begun := time.Now()
	transcript := &Transcript{Case: work.c.ID, Flavor: work.flavor, Begun: map[string]int64{}}
	s := &session{
		link: l, name: name, c: work.c, spec: p.spec, changed: make(chan struct{}), ids: map[string]int{}, transcript: transcript,
	}
	if err := p.open(s); err != nil {
		transcript.Broken = append(transcript.Broken, err.Error())
		return transcript, true
	}
	l.join(name, s)
	budget, cancel := context.WithTimeout(ctx, p.budget)
	step, err := s.run(budget)
	cancel()
	s.server.Drain()
	usable := s.teardown(ctx, min(teardownGrace, p.budget))
	s.update(func(t *Transcript, seq int64) { t.TornDown = seq })
	l.leave(name)
	s.server.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	transcript.Requests = s.server.Requests()
	transcript.Broken = append(transcript.Broken, s.server.Troubles()...)
	transcript.Facts = s.world.facts
	transcript.Took = time.Since(begun)
	if err != nil || !usable {
		transcript.stop(step, err, l.whyGone())
	}
	return transcript, usable
}

// stop notes why a case was not played to its end.
func (t *Transcript) stop(step string, err, gone error) {
	switch {
	case gone != nil:
		t.Stopped, t.Reason = Crash, fmt.Sprintf("%s: %v", step, gone)
	case errors.Is(err, context.DeadlineExceeded):
		t.Stopped, t.Reason = Timeout, step+": not done within the budget"
	case err != nil:
		t.Stopped, t.Reason = Crash, fmt.Sprintf("%s: %v", step, err)
	default:
		t.Stopped, t.Reason = Timeout, "teardown: not done within the budget"
	}
}

// open starts the case's provider and the world around it.
func (p *player) open(s *session) error {
	given := s.c.Given
	keys, err := p.keys.Keys(given.Keys)
	if err != nil {
		return err
	}
	if s.now, err = time.Parse(time.RFC3339, given.Clock); err != nil {
		return err
	}
	frozen := slices.Contains(s.link.ready.Capabilities, protocol.CapabilityClock)
	if !frozen {
		s.now = time.Now()
	}
	s.server, err = provider.Listen(provider.Options{
		IssuerPath: given.IssuerPath, Endpoints: p.spec.Endpoints, Discovery: given.Discovery, JWKS: given.JWKS, Keys: keys,
		Script: script(s.c), Other: usesOther(s.c), Next: s.next,
	})
	if err != nil {
		return err
	}
	s.world = &world{
		c: s.c, keys: keys, results: map[string]any{}, handles: map[string]int{},
		facts: Facts{
			Origin: s.server.Origin(), Other: s.server.Other(), Start: s.now.Unix(), Frozen: frozen, Seed: p.seed,
			Tokens: map[string]string{},
		},
	}
	s.server.Serve(s.world.scope())
	return nil
}

// script returns the exchanges with the calls in their holds named one by one.
func script(c *Case) []*provider.Exchange {
	instances := map[string][]string{}
	walkSteps(c.Steps, func(step *Step) { instances[step.ID] = step.Instances() })
	expand := func(names []string) []string {
		var out []string
		for _, name := range names {
			if all, family := instances[name]; family {
				out = append(out, all...)
			} else {
				out = append(out, name)
			}
		}
		return out
	}
	exchanges := make([]*provider.Exchange, len(c.Script))
	for i, exchange := range c.Script {
		copied := *exchange
		copied.Hold.Started, copied.Hold.Ended = expand(exchange.Hold.Started), expand(exchange.Hold.Ended)
		exchanges[i] = &copied
	}
	return exchanges
}

// usesOther says whether a case speaks of the second server.
func usesOther(c *Case) bool {
	used := false
	look := func(trees ...any) {
		_ = expr.Visit(trees, "", func(_, operator string, _ any) error {
			used = used || operator == "other"
			return nil
		})
	}
	look(anyObject(c.Given.Config), c.Given.Discovery, c.Given.JWKS)
	for _, config := range c.Given.Clients {
		look(config)
	}
	for _, token := range c.Given.Tokens {
		look(token.Header, token.Claims, token.Payload)
	}
	for _, exchange := range c.Script {
		used = used || exchange.On.Origin == provider.OriginOther
		if exchange.Reply != nil {
			look(exchange.Reply.JSON, exchange.Reply.Body, exchange.Reply.Metadata, anyObject(exchange.Reply.Headers))
		}
	}
	walkSteps(c.Steps, func(step *Step) { look(anyObject(step.Args), step.OK.Want) })
	return used
}

// run plays the steps. Its error stops the case; the text says where.
func (s *session) run(ctx context.Context) (string, error) {
	made, err := s.setup(ctx)
	if err != nil || !made {
		return SetupStep, err
	}
	for i, step := range s.c.Steps {
		err := s.approach(ctx, step)
		if err == nil {
			err = s.step(ctx, step)
		}
		if err != nil {
			name := step.ID
			if name == "" {
				name = fmt.Sprintf("steps/%d", i)
			}
			return name, err
		}
	}
	return "end", s.wait(ctx, func(t *Transcript) bool {
		for _, call := range t.Calls {
			if call.Started && call.Ended == 0 {
				return false
			}
		}
		return true
	})
}

// approach comes to a step. Calls that may not end before it get time to do so where they are wrong.
func (s *session) approach(ctx context.Context, step *Step) error {
	if step.ID == "" {
		return nil
	}
	last := false
	walkSteps(s.c.Steps, func(other *Step) { last = last || other.After == step.ID })
	if last {
		if err := s.settle(ctx); err != nil {
			return err
		}
	}
	s.update(func(t *Transcript, seq int64) { t.Begun[step.ID] = seq })
	return nil
}

func (s *session) step(ctx context.Context, step *Step) error {
	switch {
	case step.Call != "":
		return s.call(ctx, step)
	case step.Advance != "":
		offset, _ := expr.Duration(step.Advance) // checked when the case was loaded
		s.now = s.now.Add(offset)
		return s.command(ctx, protocol.Command{Message: protocol.Advance, Now: s.clock()})
	case step.Wait != nil:
		return s.waitFor(ctx, step.Wait)
	case step.Cancel != "":
		return s.command(ctx, protocol.Command{Message: protocol.Cancel, Call: s.id(step.Cancel)})
	default:
		for _, exchange := range s.c.Script {
			if exchange.ID == step.Release {
				s.server.Happened("released " + step.Release)
				return nil
			}
		}
		return s.command(ctx, protocol.Command{Message: protocol.Release, Hook: step.Release})
	}
}

// call makes the calls of a step: all of them, before it waits for the first.
func (s *session) call(ctx context.Context, step *Step) error {
	for _, instance := range step.Instances() {
		command, err := s.prepare(ctx, step, instance)
		if err != nil {
			return err
		}
		if err := s.link.send(ctx, *command); err != nil {
			return err
		}
	}
	ended := func(call *CallRecord) bool { return call.Ended != 0 }
	if step.Async || s.held(step) {
		err := s.waitCalls(ctx, step, func(call *CallRecord) bool { return call.Started || call.Ended != 0 })
		if err != nil {
			return err
		}
	}
	if s.held(step) {
		if err := s.settle(ctx); err != nil {
			return err
		}
		for _, instance := range step.Instances() {
			s.server.Happened("started " + instance)
		}
	}
	if step.Async {
		return nil
	}
	return s.waitCalls(ctx, step, ended)
}

func (s *session) waitCalls(ctx context.Context, step *Step, condition func(*CallRecord) bool) error {
	return s.wait(ctx, func(t *Transcript) bool {
		for _, call := range t.Calls {
			if call.Step == step.ID && !condition(call) {
				return false
			}
		}
		return true
	})
}

// held says whether an exchange waits for the start of a step's calls.
func (s *session) held(step *Step) bool {
	for _, exchange := range s.c.Script {
		for _, name := range exchange.Hold.Started {
			if name == step.ID || slices.Contains(step.Instances(), name) {
				return true
			}
		}
	}
	return false
}

// A call that has started may still be on its way to where the SDK makes it wait
// for a request that another call has sent, or to its end. These give it time: a
// number of round trips, which stretch where the machine is busy, and a least
// duration.
const (
	settlePings = 50
	settleTime  = 20 * time.Millisecond
)

// settle lets calls that have started get to where they wait, or to their end.
func (s *session) settle(ctx context.Context) error {
	ticker := time.NewTicker(settleTime / settlePings)
	defer ticker.Stop()
	for range settlePings {
		if _, err := s.link.ask(ctx, s, protocol.Command{Message: protocol.Ping}); err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (s *session) waitFor(ctx context.Context, wait *Wait) error {
	switch {
	case wait.Request != "":
		return s.server.WaitRequest(ctx, wait.Request)
	case wait.Event != "":
		return s.wait(ctx, func(t *Transcript) bool {
			for _, event := range t.Events {
				if event.Hook == wait.Event {
					return true
				}
			}
			return false
		})
	default:
		return s.wait(ctx, func(t *Transcript) bool {
			for _, call := range t.Calls {
				if (call.Instance == wait.Ended || call.Step == wait.Ended) && call.Ended == 0 {
					return false
				}
			}
			return true
		})
	}
}

// teardown ends the session and returns whether the adapter could do it.
func (s *session) teardown(ctx context.Context, grace time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	reply, err := s.link.ask(ctx, s, protocol.Command{Message: protocol.Teardown, Session: s.name})
	if err == nil && reply.OK == nil {
		s.broken("adapter: teardown was not answered by ok: %s", strings.TrimSpace(reply.Refused+" "+reply.Crash))
	}
	return err == nil
}
