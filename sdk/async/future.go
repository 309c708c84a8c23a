package authpiasync

import (
	"context"
	"errors"
	"runtime/debug"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

// errExited is the value of the PanicError if the operation called runtime.Goexit.
var errExited = errors.New("the operation ended its goroutine")

// Future is the result of an operation that was started. Any number of goroutines may
// wait for it, and all get the same result.
type Future[T any] struct {
	done    chan struct{}
	value   T     // set before done is closed
	err     error // likewise
	ended   bool  // whether the operation returned; false if it panicked
	failure *authpi.PanicError
}

func newFuture[T any]() *Future[T] { return &Future[T]{done: make(chan struct{})} }

// Done returns a channel that is closed once the operation has ended.
func (f *Future[T]) Done() <-chan struct{} { return f.done }

// Await waits for the operation to end and returns its result. If ctx ends first, Await
// returns an *authpi.OAuthError with the code "cancelled"; the operation and other
// waiters are not affected. If the operation has already ended, Await returns its result
// even if ctx has ended too. If the operation panicked, Await panics with an
// *authpi.PanicError.
func (f *Future[T]) Await(ctx context.Context) (T, error) {
	select {
	case <-f.done:
		return f.result()
	default:
	}
	select {
	case <-f.done:
		return f.result()
	case <-ctx.Done():
	}
	// If both were ready, select chose at random. Prefer the result.
	select {
	case <-f.done:
		return f.result()
	default:
		return *new(T), engine.Cancelled(ctx, "await")
	}
}

func (f *Future[T]) result() (T, error) {
	if f.failure != nil {
		panic(f.failure)
	}
	return f.value, f.err
}

// resolve stores the result of the operation. The result is published when done is
// closed.
func (f *Future[T]) resolve(value T, err error) { f.value, f.err, f.ended = value, err, true }

// fail completes the future of an operation that could not start.
func (f *Future[T]) fail(err error) *Future[T] {
	f.err = err
	close(f.done)
	return f
}

// finish completes the future. The operation's goroutine defers it, so that it can
// recover a panic.
func (f *Future[T]) finish(e *engine.Engine) {
	if value := recover(); value != nil {
		f.failure = engine.Panicked(value, debug.Stack())
	} else if !f.ended {
		f.failure = engine.Panicked(errExited, debug.Stack())
	}
	e.Leave()
	close(f.done)
}

// Awaitable is a [Future] of any type.
type Awaitable interface {
	// Done returns a channel that is closed once the operation has ended.
	Done() <-chan struct{}

	wait(ctx context.Context) error
}

func (f *Future[T]) wait(ctx context.Context) error {
	_, err := f.Await(ctx)
	return err
}

// All waits for all futures and returns the first error in argument order, or nil. ctx
// limits the wait as in [Future.Await].
func All(ctx context.Context, futures ...Awaitable) error {
	var first error
	for _, f := range futures {
		if err := f.wait(ctx); err != nil && first == nil {
			first = err
		}
	}
	return first
}
