package rotation_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/rotation"
)

// However calls, attempts, callbacks and revocations interleave, all of them end, nothing stays counted, one attempt at a time
// is under way for a value, and no call returns a result that nobody has stored. A call that waits for ever ends the test by
// itself: every goroutine would be blocked.
func TestStress(t *testing.T) {
	for seed := range uint64(200) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newStress(seed).run(t) })
		})
	}
}

type stress struct {
	set *rotation.Set[int, string]

	mu     sync.Mutex
	random *rand.Rand
	flying map[int]int // attempts under way, by value
}

func newStress(seed uint64) *stress {
	return &stress{
		set: rotation.NewSet[int, string](8), random: rand.New(rand.NewPCG(seed, 0)), flying: map[int]int{},
	}
}

// pick returns a number below n.
func (s *stress) pick(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.random.IntN(n)
}

// dawdle takes up to that many milliseconds.
func (s *stress) dawdle(most int) { time.Sleep(time.Duration(s.pick(most)) * time.Millisecond) }

func (s *stress) count(key, change int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flying[key] += change
	return s.flying[key]
}

func (s *stress) attempt(t *testing.T, key int) func(*rotation.Flight[string]) rotation.Landing[string] {
	return func(f *rotation.Flight[string]) rotation.Landing[string] {
		assert.Equal(t, 1, s.count(key, 1))
		defer s.count(key, -1)
		s.dawdle(20)
		now := time.Now()
		switch s.pick(8) {
		case 0:
			f.Keep("kept", now, now.Add(time.Hour))
			panic("boom")
		case 1:
			return rotation.Landing[string]{Result: "refused"}
		case 2:
			return rotation.Landing[string]{Result: "paused", State: rotation.Paused, Since: now, Until: now.Add(5 * time.Millisecond)}
		case 3:
			return rotation.Landing[string]{Result: "kept", State: rotation.Kept, Since: now, Until: now.Add(time.Hour)}
		case 4:
			_ = f.Store("known", func() error {
				s.dawdle(10)
				return nil
			})
		}
		return rotation.Landing[string]{Result: "known", State: rotation.Known, Since: now, Until: now.Add(30 * time.Millisecond)}
	}
}

func (s *stress) call(t *testing.T) {
	defer func() { _ = recover() }()
	s.dawdle(100)
	key := s.pick(12)
	if s.pick(10) == 0 {
		s.set.Forget(func(k int, _ string) bool { return k == key })
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if s.pick(3) == 0 {
		time.AfterFunc(10*time.Millisecond, cancel)
	}
	call := s.set.Join(key, time.Now(), rotation.Caller[string]{
		Attempt: s.attempt(t, key), Callback: s.pick(2) == 0, Holds: func(string) bool { return s.pick(20) == 0 },
	})
	defer call.Leave()
	result, err := call.Result(ctx)
	if err != nil || result != "known" {
		return
	}
	if call.CallsBack() {
		_ = call.Callback(func() error {
			s.dawdle(10)
			return nil
		})
	}
	_ = call.AwaitCallback(ctx)
}

func (s *stress) run(t *testing.T) {
	var group sync.WaitGroup
	for range 80 {
		group.Go(func() { s.call(t) })
	}
	group.Wait()
	require.NoError(t, s.set.Wait(t.Context()))
	assert.True(t, s.set.Idle())
}
