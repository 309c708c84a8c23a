package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

// stress is a minute in the life of a client: many calls with two refresh tokens at once, a provider in trouble, callbacks that
// fail, panic and call again, callers that leave, logouts.
type stress struct {
	e       *engine.Engine
	revokes bool
	panics  bool
	rotates bool

	mu    sync.Mutex
	rand  *rand.Rand
	spent map[string]int // answers with new tokens, by the refresh token that was sent
	next  int
}

// pick returns a number below n.
func (s *stress) pick(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rand.IntN(n)
}

// one returns true once in n times.
func (s *stress) one(n int) bool { return s.pick(n) == 0 }

// dawdle takes up to that many milliseconds.
func (s *stress) dawdle(most int) {
	time.Sleep(time.Duration(s.pick(most)) * time.Millisecond)
}

func (s *stress) token(r *http.Request) (*http.Response, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	s.dawdle(20)
	switch trouble := s.pick(9); {
	case trouble == 0:
		return httpmock.NewStringResponse(http.StatusServiceUnavailable, `{}`), nil
	case trouble == 1:
		return httpmock.NewStringResponse(http.StatusUnauthorized, `{"error":"invalid_client"}`), nil
	case trouble == 2:
		return httpmock.NewStringResponse(http.StatusBadRequest, `{"error":"user_blocked"}`), nil
	case trouble == 3:
		return nil, errors.New("no route")
	case trouble == 4 && s.panics:
		panic("transport")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sent := r.PostForm.Get("refresh_token")
	s.spent[sent]++
	s.next++
	body := fmt.Sprintf(`{"access_token":"at-%d","token_type":"Bearer","expires_in":3600`, s.next)
	if s.rotates {
		body += fmt.Sprintf(`,"refresh_token":"%s.%d"`, sent, s.next)
	}
	return httpmock.NewStringResponse(http.StatusOK, body+"}"), nil
}

// enter does something as an operation of the client.
func (s *stress) enter(ctx context.Context, do func()) {
	if s.e.Enter(ctx, "stress") == nil {
		defer s.e.Leave()
		do()
	}
}

func (s *stress) create(ctx context.Context, tokens *authpi.TokenSet, opts *authpi.CreateAgentOptions) {
	s.enter(ctx, func() { _, _ = s.e.CreateAgent(ctx, tokens, opts) })
}

func (s *stress) revoke(ctx context.Context, token authpi.Secret) {
	s.enter(ctx, func() { _ = s.e.RevokeToken(ctx, token, nil) })
}

// store is a callback.
func (s *stress) store(ctx context.Context, old, fresh *authpi.TokenSet) error {
	s.dawdle(10)
	switch turn := s.pick(8); {
	case turn == 0:
		return errors.New("the database is down")
	case turn == 1 && s.panics:
		panic("callback")
	case turn == 2:
		s.create(ctx, old, nil)
	case turn == 3:
		s.create(ctx, fresh, nil)
	case turn == 4 && s.revokes:
		s.revoke(ctx, old.RefreshToken)
	}
	return nil
}

// caller is one call, which may leave early.
func (s *stress) caller(tokens *authpi.TokenSet) {
	defer func() { _ = recover() }()
	s.dawdle(60)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if s.one(3) {
		time.AfterFunc(20*time.Millisecond, cancel)
	}
	if s.revokes && s.one(10) {
		s.revoke(ctx, tokens.RefreshToken)
		return
	}
	opts := &authpi.CreateAgentOptions{}
	if s.one(2) {
		opts.OnRefresh = func(ctx context.Context, fresh *authpi.TokenSet) error { return s.store(ctx, tokens, fresh) }
	}
	s.create(ctx, tokens, opts)
}

// However calls, callbacks, logouts and a close interleave, all of them end, nothing stays counted, and a refresh token that
// was spent is not sent again. A call that waits for ever ends the test by itself: every goroutine would be blocked.
func TestRotationsUnderStress(t *testing.T) {
	for seed := range uint64(64) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { synctest.Test(t, func(t *testing.T) { stressed(t, seed) }) })
	}
}

func stressed(t *testing.T, seed uint64) {
	s := &stress{
		rand: rand.New(rand.NewPCG(seed, 0)), spent: map[string]int{},
		revokes: seed&1 != 0, panics: seed&2 != 0, rotates: seed&4 != 0,
	}
	w := &world{key: mint.NewKey(mint.EdDSA, "stress")}
	base := w.transport()
	config := authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", Endpoints: authpi.Endpoints{Revocation: issuer + "/revoke"},
		HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/i_bench/token" {
				return s.token(r)
			}
			s.dawdle(5)
			return base.RoundTrip(r)
		})},
	}
	if seed&8 != 0 {
		config.OnRefresh = s.store
	}
	var err error
	s.e, err = engine.New(config)
	require.NoError(t, err)
	one := w.stored(time.Now(), -time.Hour)
	other := *one
	other.RefreshToken = authpi.NewSecret("rt-other")
	var group sync.WaitGroup
	for i := range 60 {
		group.Go(func() { s.caller([]*authpi.TokenSet{one, &other}[i%2]) })
	}
	if seed&16 != 0 {
		s.dawdle(60)
		require.NoError(t, s.e.Close(t.Context()))
	}
	group.Wait()
	require.NoError(t, s.e.Close(t.Context()))
	assert.True(t, s.e.Idle())
	for token, times := range s.spent {
		assert.True(t, times == 1 || s.revokes || !s.rotates, "%s was spent %d times", token, times)
	}
}
