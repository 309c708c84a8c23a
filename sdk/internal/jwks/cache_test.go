package jwks_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/flight"
	"github.com/arbfay/authpi-go/sdk/internal/jwks"
	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

// server answers fetches with one key, whose kid tests change.
type server struct {
	mu    sync.Mutex
	kid   string
	err   error
	takes time.Duration
	gets  int
}

func (s *server) fetch(ctx context.Context) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gets++
	body, err := document(`{"kid":"`+s.kid+`","kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`), s.err
	select {
	case <-time.After(s.takes):
		return body, err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// has reports whether the set has a key of that kid.
func has(set *jwks.Set, kid string) bool {
	return len(set.Candidates(jws.Header{Algorithm: jws.EdDSA, KeyID: kid})) == 1
}

// lookup is what a verifier does with a token.
func lookup(t testing.TB, c *jwks.Cache, kid string) bool {
	t.Helper()
	set, err := c.Load(t.Context())
	require.NoError(t, err)
	if has(set, kid) {
		return true
	}
	set, _, err = c.Refetch(t.Context(), set, true)
	if errors.Is(err, jwks.ErrTooSoon) {
		return false
	}
	require.NoError(t, err)
	return has(set, kid)
}

// run runs a test with a cache on virtual time.
func run(t *testing.T, name string, test func(t *testing.T, s *server, c *jwks.Cache)) {
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := &server{kid: "a"}
			c := jwks.NewCache(jwks.Options{Fetch: s.fetch, Timeout: 10 * time.Second})
			test(t, s, c)
			require.NoError(t, c.Wait(t.Context()))
		})
	})
}

func TestLoad(t *testing.T) {
	run(t, "fetches once per hour", func(t *testing.T, s *server, c *jwks.Cache) {
		assert.True(t, lookup(t, c, "a"))
		time.Sleep(jwks.DefaultMaxAge)
		assert.True(t, lookup(t, c, "a"))
		assert.Equal(t, 1, s.gets)
		time.Sleep(time.Nanosecond)
		assert.True(t, lookup(t, c, "a"))
		assert.Equal(t, 2, s.gets)
	})
	run(t, "forgets a key that was removed", func(t *testing.T, s *server, c *jwks.Cache) {
		assert.True(t, lookup(t, c, "a"))
		s.kid = "b"
		assert.True(t, lookup(t, c, "a"))
		time.Sleep(jwks.DefaultMaxAge + 1)
		set, err := c.Load(t.Context())
		require.NoError(t, err)
		assert.False(t, has(set, "a"))
	})
	run(t, "counts the age from the request", func(t *testing.T, s *server, c *jwks.Cache) {
		s.takes = 5 * time.Second
		assert.True(t, lookup(t, c, "a"))
		time.Sleep(jwks.DefaultMaxAge - 4*time.Second)
		assert.True(t, lookup(t, c, "a"))
		assert.Equal(t, 2, s.gets)
	})
	run(t, "fetches once for all", func(t *testing.T, s *server, c *jwks.Cache) {
		s.takes = time.Second
		var wait sync.WaitGroup
		for range 50 {
			wait.Go(func() { assert.True(t, lookup(t, c, "a")) })
		}
		wait.Wait()
		assert.Equal(t, 1, s.gets)
	})
	run(t, "lets a caller go alone", func(t *testing.T, s *server, c *jwks.Cache) {
		s.takes = time.Second
		cause := errors.New("the caller left")
		ctx, cancel := context.WithCancelCause(t.Context())
		var wait sync.WaitGroup
		wait.Go(func() {
			_, err := c.Load(ctx)
			assert.Equal(t, cause, err)
		})
		synctest.Wait()
		wait.Go(func() { assert.True(t, lookup(t, c, "a")) })
		synctest.Wait()
		cancel(cause)
		wait.Wait()
		assert.Equal(t, 1, s.gets)
	})
	run(t, "ends a fetch that takes too long", func(t *testing.T, s *server, c *jwks.Cache) {
		s.takes = time.Hour
		_, err := c.Load(t.Context())
		assert.ErrorIs(t, err, flight.ErrTimeout)
	})
	run(t, "fails without a set", func(t *testing.T, s *server, c *jwks.Cache) {
		s.err = errors.New("down")
		_, err := c.Load(t.Context())
		assert.Equal(t, s.err, err)
		s.err = nil
		assert.True(t, lookup(t, c, "a"), "and tries again at once")
	})
	t.Run("reports a document that is not a key set", func(t *testing.T) {
		c := jwks.NewCache(jwks.Options{Fetch: func(context.Context) ([]byte, error) { return []byte(`<html>`), nil }})
		_, err := c.Load(t.Context())
		assert.ErrorContains(t, err, "key set: ")
	})
}

func TestStale(t *testing.T) {
	run(t, "is used while fetches fail", func(t *testing.T, s *server, c *jwks.Cache) {
		assert.True(t, lookup(t, c, "a"))
		s.err = errors.New("down")
		time.Sleep(2 * jwks.DefaultMaxAge)
		for range 100 {
			assert.True(t, lookup(t, c, "a"))
		}
		assert.Equal(t, 2, s.gets, "there is a pause between attempts")

		time.Sleep(time.Minute)
		s.err, s.kid = nil, "b"
		assert.True(t, lookup(t, c, "b"))
		assert.Equal(t, 3, s.gets)
	})
	run(t, "is used for a day", func(t *testing.T, s *server, c *jwks.Cache) {
		assert.True(t, lookup(t, c, "a"))
		s.err = errors.New("down")
		time.Sleep(jwks.DefaultStaleFor)
		assert.True(t, lookup(t, c, "a"))
		time.Sleep(time.Nanosecond)
		_, err := c.Load(t.Context())
		assert.Equal(t, s.err, err)
	})
	run(t, "says nothing about an unknown kid", func(t *testing.T, s *server, c *jwks.Cache) {
		assert.True(t, lookup(t, c, "a"))
		s.err = errors.New("down")
		set, err := c.Load(t.Context())
		require.NoError(t, err)
		for range 5 {
			_, _, err = c.Refetch(t.Context(), set, true)
			assert.Equal(t, s.err, err, "the key may exist")
		}
		assert.Equal(t, 2, s.gets)
	})
}

func TestRefetch(t *testing.T) {
	run(t, "follows rotations that are 10 s apart", func(t *testing.T, s *server, c *jwks.Cache) {
		assert.True(t, lookup(t, c, "a"))
		for _, kid := range []string{"b", "c", "d"} {
			s.kid = kid
			assert.True(t, lookup(t, c, kid))
			time.Sleep(10 * time.Second)
		}
		assert.Equal(t, 4, s.gets)
	})
	run(t, "fetches twice at most in any 10 s for forged kids", func(t *testing.T, s *server, c *jwks.Cache) {
		s.takes = time.Millisecond
		for range 500 {
			assert.False(t, lookup(t, c, "forged"))
		}
		assert.Equal(t, 2, s.gets, "a load and a fetch")
		for range 50 {
			time.Sleep(time.Second)
			assert.False(t, lookup(t, c, "forged"))
		}
		assert.Equal(t, 7, s.gets, "one in 10 s")
	})
	run(t, "says that it is too soon to know", func(t *testing.T, s *server, c *jwks.Cache) {
		assert.False(t, lookup(t, c, "forged"))
		s.kid = "b"
		set, err := c.Load(t.Context())
		require.NoError(t, err)
		time.Sleep(10*time.Second - 1)
		_, _, err = c.Refetch(t.Context(), set, true)
		require.ErrorIs(t, err, jwks.ErrTooSoon)
		time.Sleep(time.Nanosecond)
		set, latest, err := c.Refetch(t.Context(), set, true)
		require.NoError(t, err)
		assert.True(t, latest)
		assert.True(t, has(set, "b"))
	})
	run(t, "lets the issuer's own tokens wait for their turn", func(t *testing.T, s *server, c *jwks.Cache) {
		old, err := c.Load(t.Context())
		require.NoError(t, err)
		began := time.Now()
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				set := old
				for latest := false; !latest; {
					var err error
					set, latest, err = c.Refetch(t.Context(), set, false)
					assert.NoError(t, err)
				}
			})
		}
		wait.Wait()
		assert.Equal(t, 3, s.gets, "those that came while the first fetch was under way share a second")
		assert.Equal(t, time.Second, time.Since(began))
	})
	run(t, "lets a caller leave who waits for a turn", func(t *testing.T, s *server, c *jwks.Cache) {
		set, err := c.Load(t.Context())
		require.NoError(t, err)
		set, _, err = c.Refetch(t.Context(), set, false)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, _, err = c.Refetch(ctx, set, false)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 2, s.gets)
	})
	run(t, "withstands forged kids at once", func(t *testing.T, s *server, c *jwks.Cache) {
		assert.True(t, lookup(t, c, "a"))
		s.takes, s.kid = time.Second, "b"
		var wait sync.WaitGroup
		for range 250 {
			wait.Go(func() { assert.False(t, lookup(t, c, "forged")) })
			wait.Go(func() { assert.True(t, lookup(t, c, "b"), "they do not keep a rotation from being followed") })
		}
		wait.Wait()
		assert.Equal(t, 2, s.gets)
	})
	run(t, "returns a newer set without a fetch", func(t *testing.T, s *server, c *jwks.Cache) {
		old, err := c.Load(t.Context())
		require.NoError(t, err)
		s.kid = "b"
		assert.True(t, lookup(t, c, "b"))
		set, _, err := c.Refetch(t.Context(), old, true)
		require.NoError(t, err)
		assert.True(t, has(set, "b"))
		assert.Equal(t, 2, s.gets)
	})
	run(t, "fetches for the issuer's own tokens whatever was forged", func(t *testing.T, s *server, c *jwks.Cache) {
		for range 5 {
			assert.False(t, lookup(t, c, "forged"))
		}
		set, err := c.Load(t.Context())
		require.NoError(t, err)
		s.kid = "b"
		set, latest, err := c.Refetch(t.Context(), set, false)
		require.NoError(t, err)
		assert.True(t, latest)
		assert.True(t, has(set, "b"))
	})
	run(t, "tells where a set can be older than the token", func(t *testing.T, s *server, c *jwks.Cache) {
		old, err := c.Load(t.Context())
		require.NoError(t, err)
		s.takes = time.Second
		var wait sync.WaitGroup
		wait.Go(func() { assert.False(t, lookup(t, c, "forged")) })
		synctest.Wait()
		running, latest, err := c.Refetch(t.Context(), old, false) // of the forged one
		require.NoError(t, err)
		assert.False(t, latest)
		wait.Wait()
		newer, latest, err := c.Refetch(t.Context(), old, false)
		require.NoError(t, err)
		assert.False(t, latest)
		assert.Same(t, running, newer)
		s.kid = "b"
		set, latest, err := c.Refetch(t.Context(), newer, false)
		require.NoError(t, err)
		assert.True(t, latest)
		assert.True(t, has(set, "b"))
	})
	run(t, "lets a caller go alone", func(t *testing.T, s *server, c *jwks.Cache) {
		set, err := c.Load(t.Context())
		require.NoError(t, err)
		s.takes, s.kid = time.Second, "b"
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, _, err = c.Refetch(ctx, set, true)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NoError(t, c.Wait(t.Context()))
		assert.True(t, lookup(t, c, "b"))
		assert.Equal(t, 2, s.gets)
	})
}

func TestClockSetBack(t *testing.T) {
	s, now := &server{kid: "a"}, time.Unix(1_700_000_000, 0)
	c := jwks.NewCache(jwks.Options{Fetch: s.fetch, Now: func() time.Time { return now }})
	assert.True(t, lookup(t, c, "a"))
	for range 2 {
		assert.False(t, lookup(t, c, "forged"))
	}
	assert.Equal(t, 2, s.gets)

	now = now.Add(-24 * time.Hour)
	s.kid = "b"
	assert.True(t, lookup(t, c, "b"), "the set's age is unknown")
	assert.Equal(t, 3, s.gets)
	s.kid = "c"
	assert.True(t, lookup(t, c, "c"), "fetches are not refused for a day")
}
