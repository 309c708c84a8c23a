package goadapter

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// arguments are the arguments of one call. Its methods are called by the
// generated code; a missing argument is the zero value. Where an argument cannot
// be read they panic with what guard makes a reply of: Go evaluates arguments
// before it makes the call, so the SDK is not called at all.
type arguments struct {
	session *session
	call    int
	given   map[string]json.RawMessage
}

// refusal is the adapter's own error: the runner asked for what makes no sense.
type refusal string

// Error returns the text.
func (r refusal) Error() string { return string(r) }

// read decodes an argument and returns whether it was given.
func (a *arguments) read(name string, into any) bool {
	raw, there := a.given[name]
	if !there || string(raw) == "null" {
		return false
	}
	if err := json.Unmarshal(raw, into); err != nil {
		panic(refusal(fmt.Sprintf("argument %s: %v", name, err)))
	}
	return true
}

func (a *arguments) text(name string) string {
	var out string
	a.read(name, &out)
	return out
}

func (a *arguments) optionalText(name string) *string {
	var out string
	if !a.read(name, &out) {
		return nil
	}
	return &out
}

func (a *arguments) secret(name string) authpi.Secret {
	if text := a.text(name); text != "" {
		return authpi.NewSecret(text)
	}
	return authpi.Secret{}
}

func (a *arguments) texts(name string) []string {
	var out []string
	a.read(name, &out)
	return out
}

func (a *arguments) mapping(name string) map[string]string {
	var out map[string]string
	a.read(name, &out)
	return out
}

func (a *arguments) boolean(name string) bool {
	var out bool
	a.read(name, &out)
	return out
}

func (a *arguments) optionalBoolean(name string) *bool {
	var out bool
	if !a.read(name, &out) {
		return nil
	}
	return &out
}

func (a *arguments) integer(name string) int {
	var out int
	a.read(name, &out)
	return out
}

func (a *arguments) seconds(name string) time.Duration {
	var out float64
	a.read(name, &out)
	return duration(out)
}

func (a *arguments) optionalSeconds(name string) *time.Duration {
	var out float64
	if !a.read(name, &out) {
		return nil
	}
	d := duration(out)
	return &d
}

// duration converts seconds, which may be a fraction.
func duration(seconds float64) time.Duration {
	return time.Duration(math.Round(seconds * float64(time.Second)))
}

func (a *arguments) raw(name string) json.RawMessage {
	var out json.RawMessage
	a.read(name, &out)
	return out
}

func (a *arguments) toggle(name string) authpi.Switch {
	switch on := a.optionalBoolean(name); {
	case on == nil:
		return authpi.SwitchInherit
	case *on:
		return authpi.SwitchOn
	default:
		return authpi.SwitchOff
	}
}

// agent returns the agent that another call returned.
func (a *arguments) agent(name string) *authpi.Agent {
	id := a.integer(name)
	agent, ok := a.session.keptAgent(id)
	if !ok {
		panic(refusal(fmt.Sprintf("argument %s: call %d returned no agent", name, id)))
	}
	return agent
}

func (a *arguments) onRefresh(name string) func(context.Context, *authpi.TokenSet) error {
	hook := a.text(name)
	if hook == "" {
		return nil
	}
	return func(_ context.Context, tokens *authpi.TokenSet) error {
		return a.session.called(hook, a.call, map[string]any{"tokens": tokens})
	}
}

func (a *arguments) onError(name string) func(context.Context, error) {
	hook := a.text(name)
	if hook == "" {
		return nil
	}
	return func(_ context.Context, err error) {
		_ = a.session.called(hook, a.call, map[string]any{"error": err}) // it cannot fail: it returns nothing
	}
}

// value returns an argument of a type that the SDK stores: what a call returned,
// or its storage form read by the SDK. When the SDK refuses that, its error is
// the result of the call.
func value[T any](a *arguments, name string) *T {
	raw, there := a.given[name]
	if !there || len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var id int
	if json.Unmarshal(raw, &id) == nil {
		a.session.mu.Lock()
		kept, ok := a.session.kept[id].(*T)
		a.session.mu.Unlock()
		if !ok {
			panic(refusal(fmt.Sprintf("argument %s: call %d returned no such value", name, id)))
		}
		return kept
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = []byte(text)
	}
	out := new(T)
	reader, ok := any(out).(json.Unmarshaler)
	if !ok {
		panic(refusal(fmt.Sprintf("argument %s: no storage form", name)))
	}
	if err := reader.UnmarshalJSON(raw); err != nil { // not json.Unmarshal, which would judge the text first
		panic(unreadable{err})
	}
	return out
}

// unreadable carries the error with which the SDK refused an argument.
type unreadable struct{ err error }
