package goadapter

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/arbfay/authpi-go/conformance/protocol"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

// hook is a callback: what it does, and the gate that holds it.
type hook struct {
	behavior protocol.Behavior
	gate     chan struct{}
	open     sync.Once
	once     sync.Once
}

func (h *hook) release() { h.open.Do(func() { close(h.gate) }) }

// learn notes what a callback does.
func (s *session) learn(name string, behavior *protocol.Behavior) {
	h := &hook{gate: make(chan struct{})}
	if behavior != nil {
		h.behavior = *behavior
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks[name] = h
}

func (s *session) release(name string) {
	s.mu.Lock()
	h := s.hooks[name]
	s.mu.Unlock()
	if h != nil {
		h.release()
	}
}

// called reports that the SDK called a callback, and does what that does.
func (s *session) called(name string, call int, data map[string]any) error {
	event := &protocol.Event{Session: s.name, Hook: name, Call: call, Data: map[string]json.RawMessage{}}
	for member, value := range data {
		encoded, err := encode(value)
		if err != nil {
			encoded = []byte("null") // which no case expects
		}
		event.Data[member] = encoded
	}
	s.reply(protocol.Reply{Event: event})
	s.mu.Lock()
	h := s.hooks[name]
	s.mu.Unlock()
	if h == nil {
		return nil
	}
	if h.behavior.Hold {
		<-h.gate
	}
	if h.behavior.Cancel != 0 {
		s.cancel(h.behavior.Cancel)
	}
	if h.behavior.Call != nil {
		h.once.Do(func() { s.reply(s.begin(h.behavior.Call)()) })
	}
	if h.behavior.Panic != "" {
		panic(h.behavior.Panic)
	}
	if h.behavior.Fail != "" {
		return errors.New(h.behavior.Fail)
	}
	return nil
}

// refreshHook is the config's on_refresh.
func (s *session) refreshHook(name string) func(context.Context, *authpi.TokenSet, *authpi.TokenSet) error {
	return func(_ context.Context, old, fresh *authpi.TokenSet) error {
		return s.called(name, 0, map[string]any{"old": old, "new": fresh})
	}
}
