package rotation

import (
	"context"
	"sync"
	"time"
)

// Set holds rotations by key. It is safe for concurrent use.
type Set[K comparable, R any] struct {
	mu     sync.Locker
	limit  int
	births int
	known  map[K]*rotation[R]
}

// NewSet returns a set that remembers at most limit rotations, those in use aside.
func NewSet[K comparable, R any](limit int) *Set[K, R] {
	return &Set[K, R]{mu: new(sync.Mutex), limit: limit, known: make(map[K]*rotation[R])}
}

// Caller describes a call that joins a rotation.
type Caller[R any] struct {
	// Attempt sends the value. It runs in a new goroutine if this call begins an attempt.
	Attempt func(*Flight[R]) Landing[R]

	// Callback reports that the call has a callback to run with the result.
	Callback bool

	// Holds reports whether the caller already holds a result. If the server did not replace the
	// value, such a call begins a new rotation. A nil Holds means that it never does.
	Holds func(R) bool
}

// Join makes a call a part of the rotation of a value. The call ends with Leave.
func (s *Set[K, R]) Join(key K, now time.Time, c Caller[R]) *Call[R] {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.known[key]
	if r == nil || r.over(now) || r.renewedBy(c, now) {
		s.makeRoom(now)
		s.births++
		r = &rotation[R]{mu: s.mu, born: s.births}
		r.forget = func() {
			if s.known[key] == r {
				delete(s.known, key)
			}
		}
		s.known[key] = r
	}
	return r.join(now, c)
}

// Flying returns a channel that is closed when the attempt lands that is under way for a value, or nil if there is none.
func (s *Set[K, R]) Flying(key K) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.known[key]; r != nil && r.state == flying {
		return r.flight.done
	}
	return nil
}

// Result returns the result for a value, if there is one: known, kept, or being stored.
func (s *Set[K, R]) Result(key K, now time.Time) (result R, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.known[key]
	if r == nil || r.over(now) || !r.hasResult() {
		return result, false
	}
	return r.landing.Result, true
}

// Each calls visit for every rotation that has a result, under the lock of the set.
func (s *Set[K, R]) Each(visit func(K, R)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, r := range s.known {
		if r.hasResult() {
			visit(key, r.landing.Result)
		}
	}
}

// Forget removes the rotations that match. One that is in use is removed when its last call leaves.
func (s *Set[K, R]) Forget(match func(K, R) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, r := range s.known {
		if match(key, r.landing.Result) {
			r.dropped = true
			r.settle()
		}
	}
}

// Wait waits until no attempt is under way, or returns the cause of ctx if that ends first.
func (s *Set[K, R]) Wait(ctx context.Context) error {
	for {
		landed := s.anyAttempt()
		if landed == nil {
			return nil
		}
		if err := await(ctx, landed); err != nil {
			return err
		}
	}
}

func (s *Set[K, R]) anyAttempt() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.known {
		if r.state == flying || r.state == storing {
			return r.flight.done
		}
	}
	return nil
}

// makeRoom forgets what has expired. If that is not enough, it forgets the rotation that matters
// least: a known result matters less than a kept one, which nobody has yet, and an old rotation
// matters less than a young one.
func (s *Set[K, R]) makeRoom(now time.Time) {
	if len(s.known) < s.limit {
		return
	}
	var least *rotation[R]
	for _, r := range s.known {
		switch {
		case r.used():
		case r.over(now):
			r.forget()
		case least == nil || r.mattersLessThan(least):
			least = r
		}
	}
	if len(s.known) >= s.limit && least != nil {
		least.forget()
	}
}
