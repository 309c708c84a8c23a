package rotation

import "sync"

// countingLock counts how often it is held.
type countingLock struct {
	sync.Mutex
	holds int
}

func (l *countingLock) Lock() {
	l.Mutex.Lock()
	l.holds++
}

// CountHolds returns a function that returns how often the lock of a set has been held since.
func CountHolds[K comparable, R any](s *Set[K, R]) func() int {
	lock := new(countingLock)
	s.mu = lock
	return func() int { return lock.holds }
}

// Len returns the number of rotations that a set remembers.
func (s *Set[K, R]) Len() int { return len(s.known) }

// Idle reports whether no call, callback or attempt is counted, and nothing is left that was to be dropped.
func (s *Set[K, R]) Idle() bool {
	for _, r := range s.known {
		if r.used() || r.callbacks.waiting != 0 || r.callbacks.running != 0 || r.dropped {
			return false
		}
	}
	return true
}
