package rotation_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/rotation"
)

var start = time.Unix(1_700_000_000, 0)

// world is a set in which one value, "rt", is brought to a state.
type world struct {
	t       *testing.T
	set     *rotation.Set[string, string]
	now     time.Time
	landing chan rotation.Landing[string] // what the attempt that is flying ends with
	prior   string                        // what the last attempt began with
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, set: rotation.NewSet[string, string](4096), now: start, landing: make(chan rotation.Landing[string])}
	t.Cleanup(func() {
		// Whatever is still flying lands, so that no goroutine is left.
		for w.set.Flying("rt") != nil {
			w.land(rotation.Landing[string]{})
		}
	})
	return w
}

// join makes a call whose attempt lands when the test says so.
func (w *world) join(callback bool, holds string) *rotation.Call[string] {
	return w.set.Join("rt", w.now, rotation.Caller[string]{
		Callback: callback,
		Holds:    func(result string) bool { return result == holds },
		Attempt: func(f *rotation.Flight[string]) rotation.Landing[string] {
			w.prior, _ = f.Prior()
			landing := <-w.landing
			if landing.Result == "stored" {
				_ = f.Store("stored", func() error {
					landing = <-w.landing
					return nil
				})
			}
			return landing
		},
	})
}

// land ends the attempt that is flying and waits until it has landed.
func (w *world) land(landing rotation.Landing[string]) {
	flying := w.set.Flying("rt")
	w.landing <- landing
	<-flying
}

func (w *world) lands(state rotation.State, lasts time.Duration) rotation.Landing[string] {
	return rotation.Landing[string]{Result: "result", State: state, Since: w.now, Until: w.now.Add(lasts)}
}

// states bring a value to each state there is.
var states = map[string]func(w *world){
	"nothing": func(*world) {},
	"flying":  func(w *world) { w.join(false, "") },
	"flying, all left": func(w *world) {
		w.join(false, "").Leave()
	},
	"storing": func(w *world) {
		w.join(false, "")
		w.landing <- rotation.Landing[string]{Result: "stored"}
		for { // until the attempt has said so
			if result, ok := w.set.Result("rt", w.now); ok && result == "stored" {
				break
			}
			runtime.Gosched()
		}
		w.t.Cleanup(func() { w.landing <- rotation.Landing[string]{} })
	},
	"known": func(w *world) { landed(w, rotation.Known, time.Minute) },
	"known, a callback waits": func(w *world) {
		w.join(true, "")
		w.land(w.lands(rotation.Known, time.Minute))
	},
	"known, a callback runs": func(w *world) { calling(w) },
	"known, a callback hangs": func(w *world) {
		calling(w)
		w.now = w.now.Add(time.Hour)
	},
	"known, its time is over": func(w *world) {
		landed(w, rotation.Known, time.Minute)
		w.now = w.now.Add(time.Minute)
	},
	"kept": func(w *world) { landed(w, rotation.Kept, time.Hour) },
	"kept, its time is over": func(w *world) {
		landed(w, rotation.Kept, time.Hour)
		w.now = w.now.Add(time.Hour)
	},
	"paused": func(w *world) {
		landed(w, rotation.Paused, 5*time.Second)
		w.now = w.now.Add(5*time.Second - 1)
	},
	"paused, its time is over": func(w *world) {
		landed(w, rotation.Paused, 5*time.Second)
		w.now = w.now.Add(5 * time.Second)
	},
	"paused, the clock was set back": func(w *world) {
		landed(w, rotation.Paused, 5*time.Second)
		w.now = start.Add(-1)
	},
	"refused": func(w *world) { landed(w, rotation.Refused, 0) },
	"refused, a call has not left": func(w *world) {
		w.join(true, "")
		w.land(w.lands(rotation.Refused, 0))
	},
}

// landed brings the value to the end of an attempt whose call has left.
func landed(w *world, state rotation.State, lasts time.Duration) {
	call := w.join(true, "")
	w.land(w.lands(state, lasts))
	call.Leave()
}

// calling brings the value to a known result, while the callback of a call runs.
func calling(w *world) {
	call := w.join(true, "")
	w.land(w.lands(rotation.Known, time.Minute))
	began, end := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		_ = call.Callback(func() error {
			close(began)
			<-end
			return nil
		})
	})
	<-began
	w.t.Cleanup(func() {
		close(end)
		group.Wait()
	})
}

// describe says what a call has to do.
func describe(c *rotation.Call[string]) string {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	var words []string
	result, err := c.Result(ended)
	_, paused := c.Paused()
	switch {
	case paused:
		return "paused with " + result
	case c.Began():
		words = append(words, "begins")
	case err != nil:
		words = append(words, "waits")
	default:
		words = append(words, "takes "+result)
		if c.AwaitCallback(ended) != nil {
			words = append(words, "after the first callback")
		}
	}
	if c.CallsBack() {
		words = append(words, "calls back")
	}
	return strings.Join(words, ", ")
}

func TestEachStateWithEachEvent(t *testing.T) {
	const (
		plain    = "a call"
		callback = "a call with a callback"
		holder   = "a call that holds the result"
		result   = "the result"
		flying   = "the attempt"
		forgot   = "a call after Forget"
		cleared  = "begins"
	)
	begins := map[string]string{
		plain: "begins", callback: "begins, calls back", holder: "begins, calls back", result: "none", flying: "none", forgot: cleared,
	}
	takes := func(changes map[string]string) map[string]string {
		events := map[string]string{
			plain: "takes result", callback: "takes result, calls back", holder: "begins, calls back", result: "result",
			flying: "none", forgot: cleared,
		}
		for event, outcome := range changes {
			events[event] = outcome
		}
		return events
	}
	waits := map[string]string{
		plain: "waits", callback: "waits, calls back", holder: "waits, calls back", result: "none", flying: "some", forgot: "waits",
	}
	table := map[string]map[string]string{
		"nothing":          begins,
		"flying":           waits,
		"flying, all left": waits,
		"storing": {
			plain: "takes stored", callback: "takes stored", holder: "takes stored", result: "stored", flying: "none",
			forgot: "takes stored",
		},
		"known": takes(nil),
		"known, a callback waits": takes(map[string]string{
			plain: "takes result, after the first callback", callback: "takes result, after the first callback, calls back",
			forgot: "takes result, after the first callback",
		}),
		"known, a callback runs": takes(map[string]string{
			callback: "takes result", holder: "takes result", forgot: "takes result",
		}),
		"known, a callback hangs":        takes(map[string]string{callback: "takes result", forgot: "takes result"}),
		"known, its time is over":        begins,
		"kept":                           {plain: "begins", callback: "begins, calls back", holder: "begins, calls back", result: "result", flying: "none", forgot: cleared},
		"kept, its time is over":         begins,
		"paused":                         {plain: "paused with result", callback: "paused with result", holder: "paused with result", result: "none", flying: "none", forgot: cleared},
		"paused, its time is over":       begins,
		"paused, the clock was set back": begins,
		"refused":                        begins,
		"refused, a call has not left":   begins,
	}
	events := map[string]func(w *world) string{
		plain:    func(w *world) string { return describe(w.join(false, "")) },
		callback: func(w *world) string { return describe(w.join(true, "")) },
		holder:   func(w *world) string { return describe(w.join(true, "result")) },
		result: func(w *world) string {
			if result, ok := w.set.Result("rt", w.now); ok {
				return result
			}
			return "none"
		},
		flying: func(w *world) string {
			if w.set.Flying("rt") != nil {
				return "some"
			}
			return "none"
		},
		forgot: func(w *world) string {
			w.set.Forget(func(string, string) bool { return true })
			return describe(w.join(false, ""))
		},
	}
	require.Len(t, table, len(states))
	for state, outcomes := range table {
		require.Len(t, outcomes, len(events), state)
		for event, outcome := range outcomes {
			t.Run(state+"/"+event, func(t *testing.T) {
				w := newWorld(t)
				states[state](w)
				assert.Equal(t, outcome, events[event](w))
			})
		}
	}
}

// A result that a callback failed to store is remembered for longer, so that the value is not sent again.
func TestAnUnstoredResultIsRemembered(t *testing.T) {
	for name, run := range map[string]func() error{
		"stored": func() error { return nil },
		"failed": func() error { return errors.New("disk full") },
		"panics": func() error { panic("disk on fire") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			call := w.join(true, "")
			landing := w.lands(rotation.Known, time.Minute)
			landing.Unstored = start.Add(time.Hour)
			w.land(landing)
			func() {
				defer func() { _ = recover() }()
				_ = call.Callback(run)
			}()
			w.now = start.Add(time.Hour - 1)
			want := "takes result, calls back"
			if name == "stored" {
				want = "begins, calls back"
			}
			next := w.join(true, "")
			assert.Equal(t, want, describe(next))
			next.Leave()
			w.now = start.Add(time.Hour)
			if name != "stored" {
				assert.Equal(t, "begins", describe(w.join(false, "")))
			}
		})
	}
}

// Each landing reaches the calls that wait, and leaves its state to the next.
func TestEachLanding(t *testing.T) {
	for name, test := range map[string]struct {
		state rotation.State
		next  string
		prior string
	}{
		"known":   {rotation.Known, "takes result", ""},
		"kept":    {rotation.Kept, "begins", "result"},
		"paused":  {rotation.Paused, "paused with result", ""},
		"refused": {rotation.Refused, "begins", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			began, waited := w.join(false, ""), w.join(false, "")
			w.land(w.lands(test.state, time.Minute))
			for _, call := range []*rotation.Call[string]{began, waited} {
				result, err := call.Result(t.Context())
				require.NoError(t, err)
				assert.Equal(t, "result", result)
				call.Leave()
				call.Leave()
			}
			next := w.join(false, "")
			assert.Equal(t, test.next, describe(next))
			if next.Began() {
				w.land(rotation.Landing[string]{})
				assert.Equal(t, test.prior, w.prior)
			}
			next.Leave()
			assert.LessOrEqual(t, w.set.Len(), 1)
		})
	}
}

func TestOneRefreshHoldsTheLockFiveTimesAtMost(t *testing.T) {
	set := rotation.NewSet[string, string](1)
	holds := rotation.CountHolds(set)
	call := set.Join("rt", start, rotation.Caller[string]{
		Callback: true,
		Attempt: func(f *rotation.Flight[string]) rotation.Landing[string] {
			f.Keep("rt-2", start, start.Add(time.Hour))
			_ = f.Store("rt-2", func() error { return nil })
			return rotation.Landing[string]{Result: "rt-2", State: rotation.Known, Until: start.Add(time.Minute)}
		},
	})
	defer call.Leave()
	result, err := call.Result(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "rt-2", result)
	require.True(t, call.CallsBack())
	require.NoError(t, call.Callback(func() error { return nil }))
	require.NoError(t, call.AwaitCallback(t.Context()))
	call.Leave()
	assert.LessOrEqual(t, holds(), 5)
}

// No call returns before a callback has stored the result, and none waits for a callback that does not come.
func TestCallbacksComeFirst(t *testing.T) {
	for name, ends := range map[string]func(*rotation.Call[string]){
		"stored": func(c *rotation.Call[string]) { _ = c.Callback(func() error { return nil }) },
		"failed": func(c *rotation.Call[string]) { _ = c.Callback(func() error { return errors.New("disk full") }) },
		"left":   func(c *rotation.Call[string]) { c.Leave() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.landing = make(chan rotation.Landing[string])
				storing, waiting := w.join(true, ""), w.join(false, "")
				w.land(w.lands(rotation.Known, time.Minute))
				late := w.join(false, "")
				returned := make(chan error, 2)
				for _, call := range []*rotation.Call[string]{waiting, late} {
					go func() { returned <- call.AwaitCallback(t.Context()) }()
				}
				synctest.Wait()
				assert.Empty(t, returned)
				ends(storing)
				require.NoError(t, <-returned)
				require.NoError(t, <-returned)
			})
		})
	}
}

// A call that fails to store at the first attempt does not let those return that wait at the second.
func TestEachAttemptHasItsOwnFirstCallback(t *testing.T) {
	w := newWorld(t)
	lingers := w.join(true, "")
	w.land(w.lands(rotation.Refused, 0))
	lingers.Leave()
	storing, waiting := w.join(true, ""), w.join(false, "")
	w.land(w.lands(rotation.Known, time.Minute))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, waiting.AwaitCallback(ended))
	require.NoError(t, storing.Callback(func() error { return nil }))
	require.NoError(t, waiting.AwaitCallback(ended))
}

func TestPanics(t *testing.T) {
	for name, test := range map[string]struct {
		attempt func()
		value   any
	}{
		"panic":  {func() { panic("boom") }, "boom"},
		"goexit": {runtime.Goexit, rotation.ErrGoexit},
		"nested": {func() { panic(&authpi.PanicError{Value: "inner"}) }, "inner"},
	} {
		t.Run(name, func(t *testing.T) {
			set, tried := rotation.NewSet[string, string](1), 0
			join := func() *rotation.Call[string] {
				return set.Join("rt", start, rotation.Caller[string]{
					Attempt: func(f *rotation.Flight[string]) rotation.Landing[string] {
						tried++
						if prior, ok := f.Prior(); ok {
							return rotation.Landing[string]{Result: prior, State: rotation.Known, Until: start.Add(time.Minute)}
						}
						f.Keep("came", start, start.Add(time.Hour))
						test.attempt()
						return rotation.Landing[string]{}
					},
				})
			}
			call := join()
			func() {
				defer func() {
					failure, ok := recover().(*authpi.PanicError)
					require.True(t, ok)
					assert.Equal(t, test.value, failure.Value)
				}()
				_, _ = call.Result(t.Context())
			}()
			call.Leave()
			call = join()
			result, err := call.Result(t.Context())
			require.NoError(t, err)
			assert.Equal(t, "came", result, "what came before the panic is kept")
			assert.Equal(t, 2, tried)
		})
	}
}

func TestAResultWinsOverAContextThatHasEnded(t *testing.T) {
	w := newWorld(t)
	call := w.join(false, "")
	ended, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("left")
	cancel(cause)
	_, err := call.Result(ended)
	require.Equal(t, cause, err)
	w.land(w.lands(rotation.Known, time.Minute))
	result, err := call.Result(ended)
	require.NoError(t, err)
	assert.Equal(t, "result", result)
}

func TestWaitForAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := rotation.NewSet[string, string](8)
		require.NoError(t, set.Wait(t.Context()))
		for _, key := range []string{"a", "b"} {
			set.Join(key, start, rotation.Caller[string]{Attempt: func(*rotation.Flight[string]) rotation.Landing[string] {
				time.Sleep(time.Second)
				return rotation.Landing[string]{}
			}}).Leave()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		require.ErrorIs(t, set.Wait(ctx), context.DeadlineExceeded)
		require.NoError(t, set.Wait(t.Context()))
		assert.Zero(t, set.Len(), "what was refused is forgotten")
	})
}

// What a set forgets first is what is known and oldest, and never what is in use or only kept.
func TestTheMemoryIsBounded(t *testing.T) {
	const limit = 8
	set := rotation.NewSet[int, int](limit)
	join := func(key int, state rotation.State) *rotation.Call[int] {
		call := set.Join(key, start, rotation.Caller[int]{Attempt: func(*rotation.Flight[int]) rotation.Landing[int] {
			return rotation.Landing[int]{Result: key, State: state, Until: start.Add(time.Hour)}
		}})
		_, err := call.Result(t.Context())
		require.NoError(t, err)
		return call
	}
	join(0, rotation.Kept).Leave()
	used := join(1, rotation.Known)
	for key := 2; key < 100; key++ {
		join(key, rotation.Known).Leave()
		require.LessOrEqual(t, set.Len(), limit)
	}
	used.Leave()
	for key, remembered := range map[int]bool{0: true, 1: true, 2: false, 93: false, 94: true, 99: true} {
		_, ok := set.Result(key, start)
		assert.Equal(t, remembered, ok, key)
	}
}
