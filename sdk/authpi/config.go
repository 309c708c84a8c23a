package authpi

import (
	"context"
	"log/slog"
	"time"
)

// MarshalJSON refuses: a Config holds secrets and functions.
func (Config) MarshalJSON() ([]byte, error) { return nil, errNotSerializable }

// LogValue returns the issuer and the client ID, since slog would find nothing else to print.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(slog.String("issuer_url", c.IssuerURL), slog.String("client_id", c.ClientID))
}

// Switch is a setting of one call that can leave the configuration's in force.
type Switch int

// The settings of a Switch.
const (
	SwitchInherit Switch = iota // as configured
	SwitchOn                    // on, whatever is configured
	SwitchOff                   // off, whatever is configured
)

// Hooks observe a client's operations, for logs, metrics and traces. Each may be nil. They run on the goroutine of the call or
// of the shared request, so they should be quick, and they may run concurrently. A hook must
// not call the client: it would wait for itself.
type Hooks struct {
	// Start is called as an operation starts, with its name as INTERFACE.yaml has it. The context that it returns is the
	// operation's from then on; nil leaves it as it is.
	Start func(ctx context.Context, operation string) context.Context
	// End is called as an operation ends, with the context that Start returned. err is nil on success. It is
	// not called for an operation that panics: a span that Start opened stays open.
	End func(ctx context.Context, operation string, elapsed time.Duration, err error)
	// Refresh is called after each refresh request, once however many calls wait for it. err is nil if the tokens rotated. The
	// calls wait for it, too: it must not refresh or revoke.
	Refresh func(err error)
	// Panic is called when a function of the program's own panicked inside a shared request, before its callers get the panic:
	// once for each panic, whatever it passes through.
	Panic func(failure *PanicError)
}
