// Package flight lets several callers share one call. The call runs once, in its own
// goroutine, and each caller waits for it until the caller's context ends.
//
// It differs from golang.org/x/sync/singleflight in three ways. The call does not run in
// the first caller's goroutine or with its context, so that a canceled caller does not
// make the others fail. A caller can stop waiting. And a panic reaches the callers
// instead of ending the program.
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
	// ErrTimeout is the cause of a call's context if the call's timeout has passed.
	ErrTimeout = errors.New("the shared call took too long")

	// ErrGoexit is the value of the PanicError if the call used runtime.Goexit.
	ErrGoexit = errors.New("the goroutine of the shared call exited")
)

// PanicError carries a panic from a shared call to the goroutines that wait for it, which
// panic with it too.
type PanicError = authpi.PanicError

// Group shares calls by key. The zero value is ready to use. A Group is safe for
// concurrent use and must not be copied.
type Group[K comparable, V any] struct {
	mu    sync.Mutex
	calls map[K]*Call[V]
}

// Call is one shared call, which is running or has ended.
type Call[V any] struct {
	done   chan struct{} // closed when the fields below are set
	value  V
	err    error
	panics *PanicError
}

// Do returns the result of the running call for key. If there is none, it starts one with
// fn. See Start and Wait.
func (g *Group[K, V]) Do(
	ctx context.Context, key K, timeout time.Duration, fn func(context.Context) (V, error),
) (V, error) {
	return g.Start(key, timeout, fn).Wait(ctx)
}

// Start returns the running call for key. If there is none, it starts one with fn. The
// context of fn does not come from a caller: it has no values, and ends after timeout
// with the cause ErrTimeout. A timeout of zero or less means no limit.
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
		// Use defer, because Goexit ends a goroutine without returning. run stores the
		// result before the key is removed, so that a caller that finds no running call
		// finds the stored result.
		defer close(call.done)
		defer g.remove(key)
		call.run(timeout, fn)
	}()
	return call
}

// Running returns the running call for key, or nil.
func (g *Group[K, V]) Running(key K) *Call[V] {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls[key]
}

// Wait waits until no call is running, including calls that start while it waits. It
// returns the cause of ctx if that ends first. If no call is running, it returns nil even
// if ctx has ended.
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
		// If both were ready, select chose at random. Prefer the end of the call.
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

// Wait returns the call's result, or the cause of ctx if that ends first. If the call has
// already ended, it returns the result even if ctx has ended too. It panics with a
// *PanicError if the call panicked or used runtime.Goexit.
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
	// If both were ready, select chose at random. Prefer the end of the call.
	select {
	case <-c.done:
		return c.result()
	default:
		var none V
		return none, context.Cause(ctx)
	}
}

// Ended waits until the call has ended, even if it panicked. It returns the cause of ctx
// if that ends first.
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

// run calls fn and stores its result or panic.
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
		// If there is no panic to recover, fn used Goexit.
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
