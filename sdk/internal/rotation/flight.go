package rotation

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// ErrGoexit is the value of the PanicError if the attempt used runtime.Goexit.
var ErrGoexit = errors.New("the goroutine of the attempt exited")

// Flight is one attempt. Its methods are for the attempt itself.
type Flight[R any] struct {
	of      *rotation[R]
	landing Landing[R]
	panics  *authpi.PanicError
	done    chan struct{} // closed when the fields above are final
}

// Prior returns what an earlier attempt has kept.
func (f *Flight[R]) Prior() (result R, ok bool) { return f.landing.Result, f.landing.State == Kept }

// Keep makes sure that a result is kept if the attempt panics from now on.
func (f *Flight[R]) Keep(result R, since, until time.Time) {
	f.landing = Landing[R]{Result: result, State: Kept, Since: since, Until: until}
}

// Store runs a callback that stores a result. Calls that join meanwhile get the result.
func (f *Flight[R]) Store(result R, callback func() error) error {
	f.of.store(result)
	return callback()
}

// run makes the attempt. An attempt that panics lands on what it has kept.
func (f *Flight[R]) run(attempt func(*Flight[R]) Landing[R]) {
	returned := false
	defer func() {
		if returned {
			return
		}
		value := recover()
		if value == nil { // Goexit runs the deferred calls without a panic
			value = ErrGoexit
		}
		failure, carried := value.(*authpi.PanicError)
		if !carried {
			failure = &authpi.PanicError{Value: value, Stack: debug.Stack()}
		}
		f.panics = failure
	}()
	f.landing = attempt(f)
	returned = true
}

// wait returns the result of the attempt, or the cause of ctx if that ends first. It panics with a *authpi.PanicError if the
// attempt panicked or left by runtime.Goexit.
func (f *Flight[R]) wait(ctx context.Context) (result R, err error) {
	if err := await(ctx, f.done); err != nil {
		return result, err
	}
	if f.panics != nil {
		panic(f.panics)
	}
	return f.landing.Result, nil
}

// await waits until a channel is closed, or returns the cause of ctx if that ends first. A channel that is closed wins over a
// context that has ended.
func await(ctx context.Context, closed <-chan struct{}) error {
	select {
	case <-closed:
		return nil
	default:
	}
	select {
	case <-closed:
		return nil
	case <-ctx.Done():
	}
	// If both were ready, select chose at random. Prefer the closed channel.
	select {
	case <-closed:
		return nil
	default:
		return context.Cause(ctx)
	}
}
