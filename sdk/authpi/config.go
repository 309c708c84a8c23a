package authpi

import (
	"context"
	"log/slog"
	"time"
)

// MarshalJSON always returns an error, because a Config holds secrets and functions.
func (Config) MarshalJSON() ([]byte, error) { return nil, errNotSerializable }

// LogValue returns the issuer and the client ID.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(slog.String("issuer_url", c.IssuerURL), slog.String("client_id", c.ClientID))
}

// Switch is a setting of one call that overrides the configuration or leaves it in
// effect.
type Switch int

// The values of a Switch.
const (
	SwitchInherit Switch = iota // the configuration decides
	SwitchOn                    // on for this call
	SwitchOff                   // off for this call
)

// Hooks observe a client's operations, for logs, metrics and traces. Each may be nil.
// They run in the goroutine of the call or of the shared request, so they should be
// quick. They may run concurrently. A hook must not call the client, because it could
// wait for itself.
type Hooks struct {
	// Start is called when an operation starts. The operation continues with the context
	// that Start returns; nil means no change.
	Start func(ctx context.Context, event StartEvent) context.Context
	// End is called when an operation ends, with the context that Start returned. It is
	// not called if the operation panics, so a span that Start opened stays open.
	End func(ctx context.Context, event EndEvent)
	// Refresh is called once after each refresh request, even if many calls share the
	// request. The calls wait until Refresh returns, so it must not refresh or revoke.
	Refresh func(event RefreshEvent)
	// Panic is called when a hook or callback of the program panics inside a shared
	// request, before the callers get the panic. It is called once for each panic.
	Panic func(event PanicEvent)
}

// StartEvent describes an operation that starts.
type StartEvent struct {
	// Operation is the operation's name in INTERFACE.yaml, such as "create_agent".
	Operation string
}

// EndEvent describes an operation that has ended.
type EndEvent struct {
	// Operation is the operation's name in INTERFACE.yaml, such as "create_agent".
	Operation string
	// Duration is the time since the operation started.
	Duration time.Duration
	// Err is the error that the operation returns, nil on success.
	Err error
}

// RefreshEvent describes a refresh request that has ended.
type RefreshEvent struct {
	// Err is nil if the refresh succeeded.
	Err error
}

// PanicEvent describes a panic inside a shared request.
type PanicEvent struct {
	// Panic holds the value and the stack of the panic.
	Panic *PanicError
}
