package flight_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/flight"
)

type group = flight.Group[string, int]

// after returns a function that takes a second.
func after(value int, err error) func(context.Context) (int, error) {
	return func(context.Context) (int, error) {
		time.Sleep(time.Second)
		return value, err
	}
}

func TestCallersShareACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		calls := 0
		failure := errors.New("failure")
		var wait sync.WaitGroup
		for range 50 {
			wait.Go(func() {
				value, err := g.Do(t.Context(), "a", time.Minute, func(ctx context.Context) (int, error) {
					calls++
					return after(7, failure)(ctx)
				})
				assert.Equal(t, 7, value)
				assert.Equal(t, failure, err)
			})
		}
		wait.Wait()
		assert.Equal(t, 1, calls)

		value, err := g.Do(t.Context(), "a", 0, after(8, nil))
		require.NoError(t, err)
		assert.Equal(t, 8, value, "a result is not kept")
	})
}

func TestKeysAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		a, b := g.Start("a", 0, after(1, nil)), g.Start("b", 0, after(2, nil))
		assert.Same(t, a, g.Running("a"))
		assert.Same(t, b, g.Start("b", 0, after(3, nil)))
		assert.Nil(t, g.Running("c"))
		value, err := b.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 2, value)
		value, err = a.Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 1, value)
		assert.Nil(t, g.Running("a"))
	})
}

func TestContexts(t *testing.T) {
	t.Run("a caller's context ends only that caller's wait", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var g group
			cause := errors.New("the caller left")
			ctx, cancel := context.WithCancelCause(t.Context())
			var wait sync.WaitGroup
			wait.Go(func() { // the first caller, whose context is not the call's
				_, err := g.Do(ctx, "a", time.Minute, func(ctx context.Context) (int, error) {
					value, err := after(7, nil)(ctx)
					return value, errors.Join(err, ctx.Err())
				})
				assert.Equal(t, cause, err)
			})
			synctest.Wait()
			wait.Go(func() {
				value, err := g.Do(t.Context(), "a", time.Minute, after(0, nil))
				assert.NoError(t, err)
				assert.Equal(t, 7, value)
			})
			synctest.Wait()
			cancel(cause)
			wait.Wait()
		})
	})
	t.Run("a caller's deadline ends the wait", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var g group
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			_, err := g.Do(ctx, "a", time.Minute, after(7, nil))
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.NotErrorIs(t, err, flight.ErrTimeout)
			require.NoError(t, g.Wait(t.Context()))
		})
	})
	t.Run("a result is preferred to an ended context", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var g group
			call := g.Start("a", 0, after(7, nil))
			require.NoError(t, g.Wait(t.Context()))
			synctest.Wait()
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			value, err := call.Wait(ctx)
			require.NoError(t, err)
			assert.Equal(t, 7, value)
		})
	})
	t.Run("the call has its own context", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var g group
			type key struct{}
			ctx := context.WithValue(t.Context(), key{}, "secret")
			_, err := g.Do(ctx, "a", time.Second, func(ctx context.Context) (int, error) {
				assert.Nil(t, ctx.Value(key{}))
				<-ctx.Done()
				assert.Equal(t, context.DeadlineExceeded, ctx.Err())
				return 0, context.Cause(ctx)
			})
			assert.Equal(t, flight.ErrTimeout, err)

			_, err = g.Do(ctx, "a", 0, func(ctx context.Context) (int, error) {
				_, limited := ctx.Deadline()
				assert.False(t, limited)
				return 0, nil
			})
			require.NoError(t, err)
		})
	})
}

func TestPanics(t *testing.T) {
	failure := errors.New("failure")
	for name, test := range map[string]struct {
		fn    func()
		value any
		is    error
	}{
		"value":  {func() { panic("broken") }, "broken", nil},
		"error":  {func() { panic(failure) }, failure, failure},
		"Goexit": {runtime.Goexit, flight.ErrGoexit, flight.ErrGoexit},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var g group
				caught := make(chan any, 3)
				for range cap(caught) {
					go func() {
						defer func() { caught <- recover() }()
						_, _ = g.Do(t.Context(), "a", time.Minute, func(context.Context) (int, error) {
							time.Sleep(time.Second)
							test.fn()
							return 7, nil
						})
					}()
				}
				for range cap(caught) {
					panicked, ok := (<-caught).(*flight.PanicError)
					require.True(t, ok)
					assert.Equal(t, test.value, panicked.Value)
					assert.Contains(t, string(panicked.Stack), "TestPanics")
					assert.ErrorContains(t, panicked, "panic: ")
					if test.is != nil {
						assert.ErrorIs(t, panicked, test.is)
					} else {
						assert.NoError(t, errors.Unwrap(panicked))
					}
				}
				value, err := g.Do(t.Context(), "a", 0, after(8, nil))
				require.NoError(t, err)
				assert.Equal(t, 8, value, "the key can be used again")
			})
		})
	}
}

// ending is a context that ends just as a waiter calls Done: Done calls meanwhile and
// returns a closed channel.
type ending struct {
	context.Context
	meanwhile func()
}

func (e ending) Done() <-chan struct{} {
	e.meanwhile()
	return e.Context.Done()
}

func TestAResultWinsOverAContextThatEndsWithIt(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 { // a single select would choose at random
		synctest.Test(t, func(t *testing.T) {
			for _, wait := range []func(*group, context.Context) error{
				(*group).Wait,
				func(g *group, ctx context.Context) error { _, err := g.Running("a").Wait(ctx); return err },
			} {
				var g group
				release := make(chan struct{})
				g.Start("a", 0, func(context.Context) (int, error) { <-release; return 7, nil })
				released := sync.OnceFunc(func() {
					close(release)
					synctest.Wait()
				})
				require.NoError(t, wait(&g, ending{ended, released}))
			}
		})
	}
}

func TestWaitForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g group
		require.NoError(t, g.Wait(t.Context()), "no call is running")

		g.Start("a", 0, func(ctx context.Context) (int, error) {
			g.Start("b", 0, after(2, nil)) // starts while Wait waits
			return after(1, nil)(ctx)
		})
		ctx, cancel := context.WithCancelCause(t.Context())
		cause := errors.New("no more time")
		cancel(cause)
		assert.Equal(t, cause, g.Wait(ctx))

		require.NoError(t, g.Wait(t.Context()))
		assert.Nil(t, g.Running("a"))
		assert.Nil(t, g.Running("b"))
	})
}
