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
	// Attempt sends the value. It runs in a goroutine of its own, where this call is the one that begins it.
	Attempt func(*Flight[R]) Landing[R]

	// Callback reports that the call has a callback to run with the result.
	Callback bool

	// Holds reports whether the call has what a result gives: a server that does not replace the value begins a new rotation
	// with what came of the last. Nil is never.
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

// Result returns what came of a value, if it is known, kept, or being stored.
func (s *Set[K, R]) Result(key K, now time.Time) (result R, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.known[key]
	if r == nil || r.over(now) || !r.hasResult() {
		return result, false
	}
	return r.landing.Result, true
}

// Each calls a function with every rotation that has something: known, kept, or being stored.
func (s *Set[K, R]) Each(visit func(K, R)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, r := range s.known {
		if r.hasResult() {
			visit(key, r.landing.Result)
		}
	}
}

// Forget drops the rotations that match. What is in use is dropped at its end: its callbacks may call again.
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

// makeRoom forgets what is past its time and, if that is not enough, what matters least: what is known before what was only
// kept, and the older before the younger.
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
