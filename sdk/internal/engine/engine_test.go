package engine_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAStragglerSendsNothingAgain(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "straggler")}
	stored := 0
	e, err := engine.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: w.transport()},
		OnRefresh: func(context.Context, *authpi.TokenSet, *authpi.TokenSet) error { stored++; return nil },
	})
	require.NoError(t, err)
	tokens := w.stored(time.Now(), -time.Hour)
	straggler := join(t, e, tokens, false)
	agent, err := e.CreateAgent(t.Context(), tokens, nil)
	require.NoError(t, err)
	assert.Equal(t, "at-2", agent.Tokens().AccessToken.Reveal())

	require.NoError(t, straggler.Share(t.Context()))
	straggler.Leave()
	assert.Equal(t, 1, w.tokens, "the refresh token was sent again")
	assert.Equal(t, 1, stored, "the rotation was stored again")
}

func TestAnIdleClientClosesUnderAnEndedContext(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "idle")}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 { // a select would pick at random
		require.NoError(t, w.engine(t).Close(ended))
	}
}

// A panic in the shared request must not leave anybody waiting for a callback that never comes.
func TestAPanicLeavesNobodyWaiting(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "poisoned")}
	panics := 1
	e, err := engine.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: w.transport()},
		Hooks: authpi.Hooks{Refresh: func(authpi.RefreshEvent) {
			if panics--; panics >= 0 {
				panic("boom")
			}
		}},
	})
	require.NoError(t, err)
	tokens := w.stored(time.Now(), -time.Hour)
	stores := &authpi.CreateAgentOptions{OnRefresh: func(context.Context, *authpi.TokenSet) error { return nil }}
	assert.Panics(t, func() { _, _ = e.CreateAgent(t.Context(), tokens, stores) })

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	agent, err := e.CreateAgent(ctx, tokens, nil)
	require.NoError(t, err)
	assert.Equal(t, "at-2", agent.Tokens().AccessToken.Reveal())
	assert.Equal(t, 1, w.tokens, "the answer was there already")
}

// nested returns an engine whose keys are fetched inside a shared refresh, where the transport panics with that value, and a
// call of it that ends so.
func nested(t *testing.T, value any, hooks authpi.Hooks) (call func()) {
	t.Helper()
	known, unknown := mint.NewKey(mint.ES256, "known"), mint.NewKey(mint.ES256, "unknown")
	w := &world{key: known}
	base := w.transport()
	fetched := false
	e, err := engine.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", Hooks: hooks,
		HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			switch r.URL.Path {
			case "/i_bench/jwks.json":
				if fetched {
					panic(value)
				}
				fetched = true
			case "/i_bench/token":
				w.key = unknown
				return httpmock.NewStringResponse(http.StatusOK, `{"access_token":"at-2","token_type":"Bearer","expires_in":3600,`+
					`"id_token":"`+w.idToken(time.Now())+`"}`), nil
			}
			return base.RoundTrip(r)
		})},
	})
	require.NoError(t, err)
	tokens := w.stored(time.Now(), -time.Hour)
	return func() { _, _ = e.CreateAgent(t.Context(), tokens, nil) }
}

func TestTheHookIsToldOfAPanicOnce(t *testing.T) {
	var told []*authpi.PanicError
	caught := panicOf(nested(t, "boom", authpi.Hooks{
		Panic: func(event authpi.PanicEvent) { told = append(told, event.Panic) },
		End:   func(context.Context, authpi.EndEvent) { assert.Fail(t, "a panic is no end") },
	}))
	require.NotNil(t, caught)
	assert.Equal(t, "boom", caught.Value)
	assert.Equal(t, []*authpi.PanicError{caught}, told)
}

func panicOf(call func()) (failure *authpi.PanicError) {
	defer func() { failure, _ = recover().(*authpi.PanicError) }()
	call()
	return nil
}

func TestStoringIsTriedAgain(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "again")}
	down := errors.New("the database is down")
	outcomes := []error{down, down, nil}
	e, err := engine.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: w.transport()},
		OnRefresh: func(_ context.Context, _, fresh *authpi.TokenSet) error {
			assert.Equal(t, "rt-2", fresh.RefreshToken.Reveal())
			outcome := outcomes[0]
			outcomes = outcomes[1:]
			return outcome
		},
	})
	require.NoError(t, err)
	tokens := w.stored(time.Now(), -time.Hour)
	for range 2 {
		_, err = e.CreateAgent(t.Context(), tokens, nil)
		require.ErrorIs(t, err, down)
		require.ErrorIs(t, err, authpi.ErrTemporary)
	}
	for range 2 { // the second time it is stored, and not again
		agent, err := e.CreateAgent(t.Context(), tokens, nil)
		require.NoError(t, err)
		assert.Equal(t, "at-2", agent.Tokens().AccessToken.Reveal())
	}
	assert.Empty(t, outcomes)
	assert.Equal(t, 1, w.tokens)
}

func TestAStoringCallbackMayRevoke(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "revoke")}
	var e *engine.Engine
	e, err := engine.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: w.transport()},
		Endpoints: authpi.Endpoints{Revocation: issuer + "/revoke"},
		OnRefresh: func(ctx context.Context, old, _ *authpi.TokenSet) error {
			return e.RevokeToken(ctx, old.RefreshToken, nil)
		},
	})
	require.NoError(t, err)
	tokens := w.stored(time.Now(), -time.Hour)
	for want := 1; want <= 2; want++ { // a successor that was revoked is handed to nobody
		_, err = e.CreateAgent(t.Context(), tokens, nil)
		require.NoError(t, err)
		assert.Equal(t, want, w.tokens)
	}
}

func TestTheClientsTimeoutBoundsRequests(t *testing.T) {
	hang := roundTrip(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, context.Cause(r.Context())
	})
	e, err := engine.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: hang, Timeout: time.Millisecond},
	})
	require.NoError(t, err)
	_, err = e.Discover(t.Context(), nil)
	require.ErrorIs(t, err, authpi.ErrNetwork)
	var failure *authpi.OAuthError
	require.ErrorAs(t, errors.Unwrap(err), &failure)
	assert.Equal(t, "timeout", failure.Code)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestHooksSeeEachOperation(t *testing.T) {
	type key struct{}
	w := &world{key: mint.NewKey(mint.ES256, "hooks")}
	var started, ended []string
	var failures []error
	refreshes := 0
	e, err := engine.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: w.transport()},
		Hooks: authpi.Hooks{
			Start: func(ctx context.Context, event authpi.StartEvent) context.Context {
				started = append(started, event.Operation)
				return context.WithValue(ctx, key{}, event.Operation)
			},
			End: func(ctx context.Context, event authpi.EndEvent) {
				ended = append(ended, event.Operation)
				failures = append(failures, event.Err)
				assert.Equal(t, event.Operation, ctx.Value(key{}))
				assert.GreaterOrEqual(t, event.Duration, time.Duration(0))
			},
			Refresh: func(event authpi.RefreshEvent) {
				assert.NoError(t, event.Err)
				refreshes++
			},
		},
	})
	require.NoError(t, err)
	_, err = e.CreateAgent(t.Context(), w.stored(time.Now(), -time.Hour), nil)
	require.NoError(t, err)
	_, err = e.CreateAgent(t.Context(), &authpi.TokenSet{}, nil)
	require.Error(t, err)
	assert.Equal(t, []string{"create_agent", "create_agent"}, started)
	assert.Equal(t, started, ended)
	require.Len(t, failures, 2)
	require.NoError(t, failures[0])
	assert.Same(t, err, failures[1])
	assert.Equal(t, 1, refreshes)
}

func TestCallbackPanicsAreErrors(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "panics")}
	boom := errors.New("boom")
	_, err := w.engine(t).CreateAgent(t.Context(), w.stored(time.Now(), -time.Hour), &authpi.CreateAgentOptions{
		OnRefresh: func(context.Context, *authpi.TokenSet) error { panic(boom) },
	})
	var refresh *authpi.RefreshError
	require.ErrorAs(t, err, &refresh)
	assert.Equal(t, "persist_failed", refresh.Code)
	require.NotNil(t, refresh.Tokens())
	assert.Equal(t, "rt-2", refresh.Tokens().RefreshToken.Reveal())
	var panicked *authpi.PanicError
	require.ErrorAs(t, err, &panicked)
	assert.ErrorIs(t, err, boom)
}
