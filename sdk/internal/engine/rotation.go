package engine

import (
	"context"
	"maps"
	"runtime/debug"
	"sync"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/flight"
	"github.com/arbfay/authpi-go/sdk/internal/jwks"
)

const (
	successorAge = time.Minute     // how long a completed rotation is remembered
	unstoredAge  = time.Hour       // how long one is that the configuration's callback could not store
	pauseAtLeast = 5 * time.Second // between attempts after a failure that can pass
	maxRotations = 4096            // remembered at once
)

// rotations holds, by the hash of the refresh token that was sent, what became of it.
type rotations struct {
	mu      sync.Mutex
	known   map[fingerprint]*rotation
	flights flight.Group[fingerprint, *rotation]
}

func (r *rotations) init() { r.known = make(map[fingerprint]*rotation) }

func (r *rotations) wait(ctx context.Context) error { return r.flights.Wait(ctx) }

// rotation is what became of one refresh token: in flight, answered, verified, or failed for a while. The fields are
// protected by the mutex of rotations, but for those of answer, which never change.
type rotation struct {
	answer   *answer   // nil until the token endpoint has answered
	verified bool      // the answer was verified and is the successor
	stored   bool      // the configuration's callback, if any, has stored it
	expires  time.Time // when the rotation is forgotten

	refused *failure // for good
	pause   *failure // of the last attempt, if it can pass
	resumes time.Time

	waiting int           // callers of the shared request with a callback that has not run
	running int           // callbacks that run now
	first   chan struct{} // closed once one of the callbacks finished or none is left
	opened  bool          // whether first is closed
}

// answer is a token response with the time of its receipt and, once verified, its ID token and the keys of that moment.
type answer struct {
	tokens   *tokenResponse
	received time.Time
	idToken  *verified // nil if the answer has none
	keys     *jwks.Set
}

func rotationKey(refreshToken authpi.Secret) fingerprint {
	return fingerprintOf(refreshTokenKind, refreshToken.Reveal())
}

// join finds the rotation of a refresh token, or starts to know it. done reports that its answer is the successor, and
// paused holds the failure during whose pause nothing is tried. Otherwise the caller is counted among the waiting.
func (r *rotations) join(key fingerprint, now time.Time, hasCallback bool) (known *rotation, done bool, paused *failure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known = r.known[key]
	if known != nil && !known.expires.IsZero() && !now.Before(known.expires) {
		known = nil
	}
	if known == nil {
		known = &rotation{first: make(chan struct{})}
		r.makeRoomLocked(now)
		r.known[key] = known
	}
	if known.verified && (known.stored || known.running > 0) {
		return known, true, nil
	}
	if known.pause != nil && now.Before(known.resumes) {
		return known, false, known.pause
	}
	if hasCallback {
		known.waiting++
	}
	return known, false, nil
}

// outcome returns what became of a rotation in a shared request that ended after a caller had joined and before that
// caller's own began: the refresh token is not sent again. Otherwise the rotation is in flight from now on.
func (r *rotations) outcome(known *rotation, now time.Time) (ended bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case known.verified && known.stored:
		return true, nil
	case known.refused != nil:
		return true, known.refused
	case known.pause != nil && now.Before(known.resumes):
		return true, known.pause
	}
	known.expires = time.Time{} // while it is in flight it does not end
	return false, nil
}

// makeRoomLocked forgets what is past its time, and something else if that is not enough.
func (r *rotations) makeRoomLocked(now time.Time) {
	if len(r.known) < maxRotations {
		return
	}
	for key, known := range r.known {
		if !known.expires.IsZero() && !now.Before(known.expires) {
			delete(r.known, key)
		}
	}
	for key, known := range r.known {
		if len(r.known) < maxRotations {
			return
		}
		if !known.expires.IsZero() {
			delete(r.known, key)
		}
	}
}

// update changes a rotation under the lock.
func (r *rotations) update(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

// leave counts a caller with a callback out that does not come to run it.
func (r *rotations) leave(known *rotation) {
	r.update(func() {
		known.waiting--
		known.openLocked(known.waiting == 0 && known.running == 0)
	})
}

func (k *rotation) openLocked(yes bool) {
	if yes && !k.opened {
		k.opened = true
		close(k.first)
	}
}

// store runs the configuration's callback inside the shared request, while later callers already find the successor.
func (r *rotations) store(known *rotation, tokens *authpi.TokenSet, callback func() error) *failure {
	r.update(func() { known.running++ })
	defer r.update(func() { known.running-- })
	if err := guarded(callback); err != nil {
		return unpersisted(tokens, err)
	}
	r.update(func() { known.stored = true })
	return nil
}

// persist runs a call's own callback. waited tells that the call was counted among the waiting.
func (r *rotations) persist(known *rotation, waited bool, tokens *authpi.TokenSet, callback func() error) *failure {
	r.update(func() {
		known.running++
		if waited {
			known.waiting--
		}
	})
	defer r.update(func() {
		known.running--
		known.openLocked(true)
	})
	if err := guarded(callback); err != nil {
		return unpersisted(tokens, err)
	}
	return nil
}

// guarded runs a callback of the program's own and returns a panic in it as an error with its stack.
func guarded(callback func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &authpi.PanicError{Value: value, Stack: debug.Stack()}
		}
	}()
	return callback()
}

// awaitFirst waits until one of the callbacks of a rotation has finished, if any is to come.
func (r *rotations) awaitFirst(ctx context.Context, known *rotation) *failure {
	var pending bool
	r.update(func() { pending = !known.opened && known.waiting+known.running > 0 })
	if !pending {
		return nil
	}
	select {
	case <-known.first:
		return nil
	case <-ctx.Done():
		return cancelled(ctx)
	}
}

// storing reports whether callbacks of a rotation run now. A call that starts then waits for none and is not called back.
func (r *rotations) storing(known *rotation) (yes bool) {
	r.update(func() { yes = known.running > 0 })
	return yes
}

// complete remembers a rotation that is stored, also where another caller has begun to know it anew meanwhile, but not where
// it was forgotten: its successor is revoked then.
func (r *rotations) complete(key fingerprint, known *rotation, end time.Time) {
	r.update(func() {
		known.stored, known.expires = true, end
		if r.known[key] != nil {
			r.known[key] = known
		}
	})
}

// bound gives a rotation that a panic left half done an end, so that it is not remembered for ever.
func (r *rotations) bound(known *rotation, end time.Time) {
	r.update(func() {
		if known.expires.IsZero() {
			known.expires = end
		}
	})
}

// settled reports whether a rotation has a verified answer.
func (r *rotations) settled(known *rotation) (yes bool) {
	r.update(func() { yes = known.verified })
	return yes
}

// awaits reports whether a rotation is in flight whose outcome is not known yet.
func (r *rotations) awaits(key fingerprint) (yes bool) {
	r.update(func() { yes = r.known[key] == nil || !r.known[key].verified })
	return yes
}

// forget drops what is known of a refresh token.
func (r *rotations) forget(key fingerprint) { r.update(func() { delete(r.known, key) }) }

// forgetLeadingTo drops the rotations whose successor was revoked: nobody gets it from here any more.
func (r *rotations) forgetLeadingTo(token authpi.Secret) {
	r.update(func() {
		maps.DeleteFunc(r.known, func(_ fingerprint, known *rotation) bool {
			return known.answer != nil && known.answer.tokens.RefreshToken.Reveal() == token.Reveal()
		})
	})
}

// successor returns the refresh token that followed one, or the zero Secret.
func (r *rotations) successor(key fingerprint, now time.Time) authpi.Secret {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.known[key]
	if known == nil || known.answer == nil || !known.expires.IsZero() && !now.Before(known.expires) {
		return authpi.Secret{}
	}
	return known.answer.tokens.RefreshToken
}
