package engine

import (
	"context"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/flight"
)

const (
	successorAge = time.Minute     // how long a completed rotation is remembered
	unstoredAge  = time.Hour       // how long an answer is that could not be verified or stored yet
	pauseAtLeast = 5 * time.Second // between attempts after a failure that is not final
	pauseAtMost  = 5 * time.Minute // whatever Retry-After asks for
	maxRotations = 4096            // remembered at once
)

// rotations holds, by the hash of the refresh token that was sent, what became of it.
type rotations struct {
	mu      sync.Mutex
	known   map[fingerprint]*rotation
	births  int // rotations so far
	flights flight.Group[fingerprint, *rotation]
}

func (r *rotations) init() { r.known = make(map[fingerprint]*rotation) }

func (r *rotations) wait(ctx context.Context) error { return r.flights.Wait(ctx) }

// rotation is what became of one refresh token: in flight, answered, verified, or failed for a while. The fields are
// protected by the mutex of rotations, but for those of answer, which never change.
type rotation struct {
	key      fingerprint // of the refresh token that is sent
	born     int         // its place among all
	answer   *answer     // nil until the token endpoint has answered
	verified bool        // the answer was verified and is the successor
	stored   bool        // the configuration's callback, if any, has stored it
	expires  time.Time   // when the rotation is forgotten, unless it is in use

	attempts int           // shared requests that have ended
	flying   bool          // another is under way
	failed   *failure      // of the last, unless it got a verified answer
	resumes  time.Time     // when the next may begin
	pause    time.Duration // between the two
	dropped  bool          // forgotten as soon as it is not in use

	callers int           // calls that have joined and not left
	waiting int           // those with a callback that has not run
	running int           // callbacks that run now
	first   chan struct{} // closed once one of the callbacks finished or none is left
	opened  bool          // whether first is closed
}

// answer is a token response with the time of its receipt and, once verified, its tokens.
type answer struct {
	tokens   *tokenResponse
	received time.Time
	idToken  *verified // nil if the answer has none
	access   *verified // nil unless the access token is a JWT of this client's
}

// member is one call's part in a rotation.
type member struct {
	known    *rotation
	attempts int  // that had ended when the call came
	done     bool // the answer was there, and stored or being stored, when the call came
	waits    bool // the call is counted among the waiting
	late     bool // the call's callback runs though the others are over
}

func rotationKey(refreshToken authpi.Secret) fingerprint {
	return fingerprintOf(refreshTokenKind, refreshToken.Reveal())
}

// join makes a call a member of the rotation of its refresh token, which is known from then on. During the pause after an
// attempt it returns that attempt's failure in its place: nothing is tried.
func (r *rotations) join(tokens *authpi.TokenSet, now time.Time, hasCallback bool) (*member, *failure) {
	key := rotationKey(tokens.RefreshToken)
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.known[key]
	own := known != nil && known.verified && known.answer.gave(tokens)
	spent := own && known.stored && (known.running == 0 || !now.Before(known.expires))
	if known == nil || known.overLocked(now) || spent {
		// Where the provider keeps the refresh token, the tokens of one rotation begin the next.
		r.births++
		known, own = &rotation{key: key, born: r.births, first: make(chan struct{}), expires: now.Add(successorAge)}, false
		r.makeRoomLocked(now)
		r.known[key] = known
	}
	m := &member{known: known, attempts: known.attempts}
	m.done = known.verified && (known.running > 0 || known.stored && known.waiting == 0)
	if !m.done && known.pausedLocked(now) {
		return nil, known.failed
	}
	known.callers++
	if m.waits = hasCallback && !m.done; m.waits {
		known.waiting++
	}
	m.late = hasCallback && m.done && !own && known.running == 0
	return m, nil
}

// pausedLocked reports whether nothing is to be tried for a while. A clock that was set back does not prolong that.
func (k *rotation) pausedLocked(now time.Time) bool {
	left := k.resumes.Sub(now)
	return k.failed != nil && !k.flying && 0 < left && left <= k.pause
}

// gave reports whether a token set is what came of an answer, whose refresh token is the one that was sent then.
func (a *answer) gave(tokens *authpi.TokenSet) bool {
	kept := a.tokens.RefreshToken.IsZero() || a.tokens.RefreshToken.Reveal() == tokens.RefreshToken.Reveal()
	return kept && a.tokens.AccessToken.Reveal() == tokens.AccessToken.Reveal()
}

// overLocked reports whether a rotation is past its time and not in use.
func (k *rotation) overLocked(now time.Time) bool { return !now.Before(k.expires) && !k.usedLocked() }

func (k *rotation) usedLocked() bool { return k.flying || k.callers > 0 }

// makeRoomLocked forgets what is past its time, and what matters least if that is not enough: what is stored before what only
// this process has, and the older before the younger.
func (r *rotations) makeRoomLocked(now time.Time) {
	if len(r.known) < maxRotations {
		return
	}
	var least *rotation
	for key, known := range r.known {
		switch precious := known.preciousLocked(); {
		case known.usedLocked():
		case known.overLocked(now):
			delete(r.known, key)
		case least == nil || !precious && least.preciousLocked(),
			precious == least.preciousLocked() && known.born < least.born:
			least = known
		}
	}
	if len(r.known) >= maxRotations && least != nil {
		delete(r.known, least.key)
	}
}

// preciousLocked reports whether an answer would be lost with the rotation.
func (k *rotation) preciousLocked() bool { return k.answer != nil && !k.stored }

// begin starts an attempt, unless another one ended since the member joined and left nothing to do: the refresh token is not
// sent again then.
func (r *rotations) begin(m *member, now time.Time) (ended bool, f *failure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := m.known
	switch {
	case known.verified && known.stored:
		return true, nil
	case known.failed != nil && known.attempts > m.attempts:
		return true, known.failed
	case r.known[known.key] != known: // forgotten since its last member left, so that nobody gets this
		return true, failed("cancelled", "the refresh has no caller any more")
	}
	if known.failed != nil { // which is what it was to be dropped for
		known.dropped = false
	}
	known.flying, known.failed, known.expires = true, nil, now.Add(successorAge)
	if known.opened { // by an earlier attempt
		known.first, known.opened = make(chan struct{}), false
	}
	return false, nil
}

// land ends an attempt.
func (r *rotations) land(known *rotation) {
	r.update(func() {
		known.flying = false
		known.attempts++
		r.dropLocked(known)
	})
}

// complete remembers a rotation that is stored.
func (r *rotations) complete(known *rotation, end time.Time) {
	r.update(func() { known.stored, known.expires = true, end })
}

// dropLocked forgets a rotation that is to be dropped and not in use.
func (r *rotations) dropLocked(known *rotation) {
	if known.dropped && !known.usedLocked() && r.known[known.key] == known {
		delete(r.known, known.key)
	}
}

// update changes a rotation under the lock.
func (r *rotations) update(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

// leave ends a membership. The others do not wait for a callback that does not come.
func (r *rotations) leave(m *member) {
	r.update(func() {
		known := m.known
		known.callers--
		m.countOutLocked()
		// While an attempt is under way nobody waits for callbacks, and others can join.
		known.openLocked(!known.flying && known.waiting == 0 && known.running == 0)
		r.dropLocked(known)
	})
}

func (m *member) countOutLocked() {
	if m.waits {
		m.waits = false
		m.known.waiting--
	}
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
	return nil
}

// persist runs a call's own callback.
func (r *rotations) persist(m *member, tokens *authpi.TokenSet, callback func() error) *failure {
	r.update(func() {
		m.known.running++
		m.countOutLocked()
	})
	defer r.update(func() {
		m.known.running--
		m.known.openLocked(true)
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
	var first chan struct{}
	r.update(func() {
		if !known.opened && known.waiting+known.running > 0 {
			first = known.first
		}
	})
	if first == nil {
		return nil
	}
	select {
	case <-first:
		return nil
	case <-ctx.Done():
		return cancelled(ctx)
	}
}

// calledBack reports whether a member's callback is to run: not where the call came while others ran, nor where it was given
// what it gets.
func (r *rotations) calledBack(m *member) (yes bool) {
	r.update(func() { yes = m.waits || m.late })
	return yes
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

// forget drops what is known of refresh tokens that were revoked, and the rotations whose successor the last of them is:
// nobody gets it from here any more. What is in use is dropped at its end, since its callbacks may call again.
func (r *rotations) forget(keys []fingerprint, last authpi.Secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, known := range r.known {
		leads := known.answer != nil && known.answer.tokens.RefreshToken.Reveal() == last.Reveal()
		switch {
		case !leads && !slices.Contains(keys, key):
		default:
			known.dropped = true
			r.dropLocked(known)
		}
	}
}

// ancestors returns the keys of a refresh token and of those that were rotated to it, directly or by others.
func (r *rotations) ancestors(last authpi.Secret) map[fingerprint]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := map[fingerprint]bool{rotationKey(last): true}
	for before := 0; before < len(found); {
		before = len(found)
		for key, known := range r.known {
			if known.answer != nil && found[rotationKey(known.answer.tokens.RefreshToken)] {
				found[key] = true
			}
		}
	}
	return found
}

// successor returns the refresh token that followed one, or the zero Secret.
func (r *rotations) successor(key fingerprint, now time.Time) authpi.Secret {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.known[key]
	if known == nil || known.answer == nil || known.overLocked(now) {
		return authpi.Secret{}
	}
	return known.answer.tokens.RefreshToken
}
