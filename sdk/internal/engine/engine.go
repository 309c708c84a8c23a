package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/rotation"
)

var errNotSerializable = errors.New("authpi: a client holds secrets and has no JSON form")

// RefuseJSON returns the error with which a client refuses to be marshaled.
func RefuseJSON() error { return errNotSerializable }

// Engine carries out the operations of one client. It is safe for concurrent use by multiple goroutines.
type Engine struct {
	config     authpi.Config
	issuer     string      // the one value accepted as issuer
	endpoints  endpointSet // the configured ones
	configured bool        // every endpoint is configured
	http       http.RoundTripper
	timeout    time.Duration // of one request, its answer included; 0 for none
	idle       func()        // closes the connections that no request uses

	metadata  metadataCache
	keys      keyCache
	memory    tokenMemory
	rotations *rotation.Set[fingerprint, outcome] // by refresh token
	exchanges *rotation.Set[fingerprint, outcome] // by authorization code

	gate gate
}

// New checks the configuration, of which it keeps a copy, and returns an engine. It does no I/O.
func New(config authpi.Config) (*Engine, error) {
	config.Resources = slices.Clone(config.Resources)
	if f := checkConfig(config); f != nil {
		return nil, f.public("new")
	}
	e := &Engine{config: withDefaults(config), issuer: or(config.Issuer, config.IssuerURL)}
	e.endpoints = configuredEndpoints(config.Endpoints)
	e.configured = e.endpoints.complete()
	e.http, e.idle = httpClient(config.HTTPClient)
	e.timeout = requestTimeout(e.config.RequestTimeout, config.HTTPClient)
	if e.config.Clock == nil {
		e.config.Clock = time.Now
	}
	e.config.Entropy = sharedReader(e.config.Entropy)
	e.keys.init(e)
	e.memory.init(rememberedTokens, e.config.MaxRememberedBytes)
	e.rotations = rotation.NewSet[fingerprint, outcome](maxRotations)
	e.exchanges = rotation.NewSet[fingerprint, outcome](maxExchanges)
	return e, nil
}

// Enter admits an operation, so that Close waits for it. Each admitted operation ends with Leave.
func (e *Engine) Enter(ctx context.Context, operation string) error {
	if !e.gate.enter() && !e.gate.pass(ctx) {
		return failed("client_closed", "the client was closed").public(operation)
	}
	return nil
}

// callback runs a callback. While Close waits for the callback, the operations that it starts are still admitted, because it may
// need them to store the tokens.
func (e *Engine) callback(ctx context.Context, run func(context.Context) error) error {
	p := &pass{gate: &e.gate}
	defer p.end()
	return run(context.WithValue(ctx, passKey{}, p))
}

// Leave ends an operation that Enter admitted.
func (e *Engine) Leave() { e.gate.leave() }

// Close refuses new operations and waits for those in flight and for the requests that they share, or until ctx ends. If there
// is nothing to wait for, it succeeds even if ctx has ended. Close may be called more than once.
func (e *Engine) Close(ctx context.Context) error {
	for {
		drained := e.gate.close()
		select {
		case <-drained:
		case <-ctx.Done():
		}
		// If both were ready, select chose one at random. The end of the operations wins.
		select {
		case <-drained:
		default:
			return cancelled(ctx).public("close")
		}
		for _, wait := range []func(context.Context) error{e.exchanges.Wait, e.rotations.Wait, e.metadata.wait, e.keys.wait} {
			if err := wait(ctx); err != nil {
				return cancelled(ctx).public("close")
			}
		}
		if e.gate.close() == drained {
			break // nothing was admitted meanwhile
		}
	}
	e.idle()
	return nil
}

// now returns the current time.
func (e *Engine) now() time.Time { return e.config.Clock() }

// span is an operation that is under way.
type span struct {
	hooks     *authpi.Hooks
	ctx       context.Context
	operation string
	started   time.Time
}

// begin starts an operation: it runs the hook and returns the operation's context, and the span whose end the operation's is.
func (e *Engine) begin(ctx context.Context, operation string) (context.Context, span) {
	growStack(len(operation))
	s := span{hooks: &e.config.Hooks, operation: operation}
	if s.hooks.Start == nil && s.hooks.End == nil {
		return ctx, s
	}
	s.started = time.Now()
	if s.hooks.Start != nil {
		if with := s.hooks.Start(ctx, authpi.StartEvent{Operation: operation}); with != nil {
			ctx = with
		}
	}
	s.ctx = ctx
	return ctx, s
}

// growStack lets the stack of a new goroutine, which holds 2 KiB, grow to what an operation needs while there are two
// frames to move. Growing it in the depth of an operation, twice, costs several times as much. A call of it is enough, since
// a function gets its whole frame at once; the room is never used, so that it need not be cleared either.
//
//go:noinline
func growStack(length int) byte {
	if length >= 0 {
		return 0
	}
	var room [4 << 10]byte
	return room[-length]
}

// end ends an operation with its error and returns that error's public form.
func (s span) end(err error) error {
	err = publish(err, s.operation)
	if s.hooks.End != nil {
		s.hooks.End(s.ctx, authpi.EndEvent{Operation: s.operation, Duration: time.Since(s.started), Err: err})
	}
	return err
}

// perform carries out a public http operation; generated code calls it where the interface has one.
//
//nolint:unused // INTERFACE.yaml has no plain public http operation at present
func (e *Engine) perform(ctx context.Context, op *operation, values []any, out any) error {
	ctx, s := e.begin(ctx, op.name)
	return s.end(e.send(ctx, op, values, out))
}

// renderPublic carries out a public url operation.
func (e *Engine) renderPublic(op *operation, values []any) (string, error) {
	_, s := e.begin(context.Background(), op.name)
	link, err := e.render(op, values)
	return link, s.end(err)
}

// reportPanic is deferred in each shared request. It calls the hook with a panic on its way to the callers. A *authpi.PanicError
// comes from a shared request inside this one, which has called the hook already.
func (e *Engine) reportPanic() {
	value := recover()
	if value == nil {
		return
	}
	failure := Panicked(value, debug.Stack())
	if reported := value == any(failure); !reported && e.config.Hooks.Panic != nil {
		e.config.Hooks.Panic(authpi.PanicEvent{Panic: failure})
	}
	panic(failure)
}

// lockedReader serializes a source of random bytes, which need not be safe for concurrent use.
type lockedReader struct {
	mu     sync.Mutex
	source io.Reader
}

func (r *lockedReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.source.Read(p)
}

func sharedReader(given io.Reader) io.Reader {
	if given == nil {
		return rand.Reader
	}
	return &lockedReader{source: given}
}
