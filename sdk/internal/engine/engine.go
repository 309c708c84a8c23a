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

// callback runs a callback, whose calls are admitted while Close waits for it: one that cannot read the tokens that it is to
// store could not store them.
func (e *Engine) callback(ctx context.Context, run func(context.Context) error) error {
	p := &pass{gate: &e.gate}
	defer p.end()
	return run(context.WithValue(ctx, passKey{}, p))
}

// Leave ends an operation that Enter admitted.
func (e *Engine) Leave() { e.gate.leave() }

// Close refuses operations from now on and waits for those in flight and for the requests that they share, until ctx ends:
// a client that has nothing to wait for closes under a context that has ended, too. Closing again waits again.
func (e *Engine) Close(ctx context.Context) error {
	for {
		drained := e.gate.close()
		select {
		case <-drained:
		case <-ctx.Done():
		}
		// Both may have been ready, and select picks at random.
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

// now tells the time.
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
		if with := s.hooks.Start(ctx, operation); with != nil {
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
		s.hooks.End(s.ctx, s.operation, time.Since(s.started), err)
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

// reportPanic is deferred in each shared request: it tells the hook of a panic on its way to the callers. A *authpi.PanicError
// comes from a shared request inside of this one, which has told it.
func (e *Engine) reportPanic() {
	value := recover()
	if value == nil {
		return
	}
	failure := Panicked(value, debug.Stack())
	if told := value == any(failure); !told && e.config.Hooks.Panic != nil {
		e.config.Hooks.Panic(failure)
	}
	panic(failure)
}

// passKey is the key of the pass in a callback's context.
type passKey struct{}

// pass is good for a gate until its callback is over.
type pass struct {
	gate *gate
	over bool // protected by the gate's mutex
}

func (p *pass) end() {
	p.gate.mu.Lock()
	defer p.gate.mu.Unlock()
	p.over = true
}

// gate counts the operations in flight and closes behind them.
type gate struct {
	mu      sync.Mutex
	count   int
	closed  bool
	drained chan struct{} // made by close, closed once count is 0
	empty   bool          // whether drained is closed
}

func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.count++
	return true
}

// pass admits an operation behind the gate if its context is that of a callback.
func (g *gate) pass(ctx context.Context) bool {
	p, _ := ctx.Value(passKey{}).(*pass)
	if p == nil || p.gate != g {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.over {
		return false
	}
	if g.count++; g.empty { // Close waits for a shared request; it comes back for this one
		g.empty, g.drained = false, make(chan struct{})
	}
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.count--; g.closed && g.count == 0 && !g.empty {
		g.empty = true
		close(g.drained)
	}
}

func (g *gate) close() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.closed = true
		g.drained, g.empty = make(chan struct{}), g.count == 0
		if g.empty {
			close(g.drained)
		}
	}
	return g.drained
}

// idleTimeout is how long our own transport keeps a connection that no request uses. A server closes idle connections, too. If its
// close crosses a request, nobody can tell whether the request was read, so a refresh token would be lost. Common servers wait
// for at least 5 seconds.
const idleTimeout = 4 * time.Second

// httpClient returns the transport of the caller's client, or one of our own, whose idle connections Close can end. The rest of
// the client stays out: redirects and cookies would send secrets elsewhere.
func httpClient(given *http.Client) (http.RoundTripper, func()) {
	if given != nil && given.Transport != nil {
		return given.Transport, func() {}
	}
	if base, ok := http.DefaultTransport.(*http.Transport); ok {
		transport := base.Clone()
		transport.IdleConnTimeout = idleTimeout
		return transport, transport.CloseIdleConnections
	}
	return http.DefaultTransport, func() {}
}

// requestTimeout returns the shorter of the two limits on a request; neither is none.
func requestTimeout(configured time.Duration, given *http.Client) time.Duration {
	if given == nil || given.Timeout <= 0 || configured > 0 && configured < given.Timeout {
		return max(configured, 0)
	}
	return given.Timeout
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
