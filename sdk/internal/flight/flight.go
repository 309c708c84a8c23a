// Package flight answers how several callers share one call: the work runs once, apart from all of them, and each caller
// waits for it as long as its own context allows.
//
// It differs from golang.org/x/sync/singleflight in three points: the call does not run in the first caller's goroutine
// or under its context, so that nobody's cancellation becomes another's failure; a caller can stop waiting; and a panic
// reaches the callers instead of ending the program.
package flight

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

var (
	// ErrTimeout is the cause of the context that ends a call which has run out of its own time.
	ErrTimeout = errors.New("the shared call took too long")

	// ErrGoexit is the value of the PanicError of a call that left by runtime.Goexit.
	ErrGoexit = errors.New("the goroutine of the shared call exited")
)

// PanicError carries a panic from a shared call to the goroutines that wait for it, which panic with it in their turn.
type PanicError = authpi.PanicError

// Group shares calls by key. The zero value is ready; a Group must not be copied and is safe for concurrent use.
type Group[K comparable, V any] struct {
	mu    sync.Mutex
	calls map[K]*Call[V]
}

// Call is one shared call, running or done.
type Call[V any] struct {
	done   chan struct{} // closed when the fields below are set
	value  V
	err    error
	panics *PanicError
}

// Do returns the result of the call that runs for key, starting it as fn if there is none; see Start and Wait.
func (g *Group[K, V]) Do(
	ctx context.Context, key K, timeout time.Duration, fn func(context.Context) (V, error),
) (V, error) {
	return g.Start(key, timeout, fn).Wait(ctx)
}

// Start returns the call that runs for key, starting it as fn if there is none. The context of fn is nobody's: it has no
// values, and ends after timeout with the cause ErrTimeout; a timeout of zero or less is none.
func (g *Group[K, V]) Start(key K, timeout time.Duration, fn func(context.Context) (V, error)) *Call[V] {
	g.mu.Lock()
	defer g.mu.Unlock()
	if call := g.calls[key]; call != nil {
		return call
	}
	if g.calls == nil {
		g.calls = make(map[K]*Call[V])
	}
	call := &Call[V]{done: make(chan struct{})}
	g.calls[key] = call
	go func() {
		// Deferred, for Goexit ends a goroutine without returning. A result is there before the key is free: who finds
		// no call running finds what the last one stored.
		defer close(call.done)
		defer g.remove(key)
		call.run(timeout, fn)
	}()
	return call
}

// Running returns the call that runs for key, or nil.
func (g *Group[K, V]) Running(key K) *Call[V] {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls[key]
}

// Wait waits until no call runs, those included that start while it waits. It returns the cause of ctx if that ends first; a
// group without a call wins over a context that has ended.
func (g *Group[K, V]) Wait(ctx context.Context) error {
	for {
		call := g.any()
		if call == nil {
			return nil
		}
		select {
		case <-call.done:
			continue
		case <-ctx.Done():
		}
		// Both may have been ready, and select picks at random.
		select {
		case <-call.done:
		default:
			return context.Cause(ctx)
		}
	}
}

// any returns one of the running calls, or nil.
func (g *Group[K, V]) any() *Call[V] {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, call := range g.calls {
		return call
	}
	return nil
}

func (g *Group[K, V]) remove(key K) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.calls, key)
}

// Wait returns the call's result, or the cause of ctx if that ends first; a result that is there wins over a context that
// has ended. It panics with a *PanicError if the call panicked or left by runtime.Goexit.
func (c *Call[V]) Wait(ctx context.Context) (V, error) {
	select {
	case <-c.done:
		return c.result()
	default:
	}
	select {
	case <-c.done:
		return c.result()
	case <-ctx.Done():
	}
	// Both may have been ready, and select picks at random.
	select {
	case <-c.done:
		return c.result()
	default:
		var none V
		return none, context.Cause(ctx)
	}
}

// Ended waits until the call has ended, however it did, or returns the cause of ctx.
func (c *Call[V]) Ended(ctx context.Context) error {
	select {
	case <-c.done:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

func (c *Call[V]) result() (V, error) {
	if c.panics != nil {
		panic(c.panics)
	}
	return c.value, c.err
}

// run sets the result of the call.
func (c *Call[V]) run(timeout time.Duration, fn func(context.Context) (V, error)) {
	ctx, cancel := context.Background(), context.CancelFunc(func() {})
	if timeout > 0 {
		ctx, cancel = context.WithTimeoutCause(ctx, timeout, ErrTimeout)
	}
	defer cancel()
	returned := false
	defer func() {
		if returned {
			return
		}
		// Without a panic to recover, it is Goexit that runs the deferred calls.
		var value any = ErrGoexit
		if r := recover(); r != nil {
			value = r
		}
		failure, carried := value.(*PanicError)
		if !carried {
			failure = &PanicError{Value: value, Stack: debug.Stack()}
		}
		c.panics = failure
	}()
	c.value, c.err = fn(ctx)
	returned = true
}
