package rotation

import (
	"context"
	"sync"
	"time"
)

// State is the state of a rotation.
type State int

const (
	// Refused remembers nothing: the next call begins an attempt. New rotations are in this state, too.
	Refused State = iota
	// Known gives the result to every call.
	Known
	// Kept leaves the result to the next call, which begins an attempt with it.
	Kept
	// Paused gives the result to every call and lets none begin an attempt.
	Paused

	flying  // an attempt is under way
	storing // an attempt has a result, and the callback of the configuration runs
)

// Landing is how an attempt ends.
type Landing[R any] struct {
	// Result is what the calls get that wait for the attempt.
	Result R

	// State is Refused, Known, Kept or Paused.
	State State

	// Since and Until are when the state begins and ends.
	Since, Until time.Time

	// Unstored is when Known ends, if that is later, once the callback of a call has failed: nobody
	// may have stored the result.
	Unstored time.Time
}

// rotation is the state of one value. mu guards its fields.
type rotation[R any] struct {
	mu     sync.Locker // of the set
	forget func()      // removes the rotation from the set
	born   int         // its place among all

	landing   Landing[R] // of the last attempt, or the result that the present one is storing
	state     State
	flight    *Flight[R] // the last attempt
	calls     int        // that have joined and not left
	dropped   bool       // to be forgotten once it is not in use
	unstored  bool       // a call's callback has failed to store the result
	callbacks callbacks
}

// Call is one call's part in a rotation.
type Call[R any] struct {
	of     *rotation[R]
	flight *Flight[R] // nil where the result is known already
	result R
	began  bool // whether the call began the attempt
	paused bool
	part   part
	gone   bool
}

// used reports whether a call or an attempt needs the rotation.
func (r *rotation[R]) used() bool { return r.calls > 0 || r.state == flying || r.state == storing }

// over reports whether the state has expired and the rotation is not in use.
func (r *rotation[R]) over(now time.Time) bool { return !now.Before(r.until()) && !r.used() }

// until returns when the state expires.
func (r *rotation[R]) until() time.Time {
	if r.unstored && r.landing.Unstored.After(r.landing.Until) {
		return r.landing.Unstored
	}
	return r.landing.Until
}

// renewedBy reports whether a caller already holds the result, so that its call begins a new
// rotation. The call waits until the callbacks of this one are done, but not longer than the
// result is remembered, since a callback may hang.
func (r *rotation[R]) renewedBy(c Caller[R], now time.Time) bool {
	held := r.state == Known && c.Holds != nil && c.Holds(r.landing.Result)
	return held && (r.callbacks.running == 0 || !now.Before(r.landing.Until))
}

// hasResult reports whether there is a result: known, kept, or being stored. An attempt that began
// with a kept result does not remove it.
func (r *rotation[R]) hasResult() bool {
	return r.state == storing || r.landing.State == Known || r.landing.State == Kept
}

// pausing reports whether no attempt may begin. A clock that was set back does not prolong the pause.
func (r *rotation[R]) pausing(now time.Time) bool {
	return r.state == Paused && !now.Before(r.landing.Since) && now.Before(r.landing.Until)
}

// mattersLessThan compares two rotations that are not in use.
func (r *rotation[R]) mattersLessThan(other *rotation[R]) bool {
	if precious := r.precious(); precious != other.precious() {
		return !precious
	}
	return r.born < other.born
}

// precious reports whether the result would be lost with the rotation.
func (r *rotation[R]) precious() bool { return r.state == Kept || r.unstored }

// join handles a new call.
func (r *rotation[R]) join(now time.Time, c Caller[R]) *Call[R] {
	call := &Call[R]{of: r, result: r.landing.Result}
	switch {
	case r.pausing(now):
		call.paused, call.gone = true, true
		return call
	case r.state == flying:
		call.flight = r.flight
	case r.state == storing:
	case r.state == Known:
	default:
		call.began, call.flight = true, r.begin(c.Attempt)
	}
	r.calls++
	call.part = r.callbacks.join(c.Callback, r.state == storing, call.flight == nil)
	return call
}

// begin starts an attempt with what an earlier one has kept.
func (r *rotation[R]) begin(attempt func(*Flight[R]) Landing[R]) *Flight[R] {
	f := &Flight[R]{of: r, done: make(chan struct{})}
	if r.state == Kept {
		f.landing = r.landing
	}
	r.state, r.flight, r.unstored = flying, f, false
	r.callbacks.reset()
	go func() {
		defer r.land(f)
		f.run(attempt)
	}()
	return f
}

// store handles the beginning of storing: calls that join from now on get the result.
func (r *rotation[R]) store(result R) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state, r.landing.Result = storing, result
}

// land handles the end of an attempt.
func (r *rotation[R]) land(f *Flight[R]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state, r.landing = f.landing.State, f.landing
	close(f.done)
	r.settle()
}

// settle releases calls that wait for a callback that will not run, and forgets the
// rotation if it is no longer needed.
func (r *rotation[R]) settle() {
	if r.state != flying && r.state != storing {
		r.callbacks.settle()
	}
	if (r.dropped || r.state == Refused) && !r.used() {
		r.forget()
	}
}

// Paused returns the result of the last attempt, and true, if no attempt may begin yet. The call
// is over then, and need not leave.
func (c *Call[R]) Paused() (result R, ok bool) { return c.result, c.paused }

// Began reports whether it was this call that began the attempt.
func (c *Call[R]) Began() bool { return c.began }

// Result returns the result of the attempt, or the cause of ctx if that ends first.
func (c *Call[R]) Result(ctx context.Context) (R, error) {
	if c.flight == nil {
		return c.result, nil
	}
	return c.flight.wait(ctx)
}

// Leave ends the call's part. A call may leave more than once.
func (c *Call[R]) Leave() {
	if c.gone {
		return
	}
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	c.leave()
}

func (c *Call[R]) leave() {
	c.gone = true
	c.of.calls--
	c.of.callbacks.leave(&c.part)
	c.of.settle()
}
