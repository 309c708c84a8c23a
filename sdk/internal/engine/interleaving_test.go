package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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

// A provider can hand out an access token that still lives, beside a new refresh token: whoever holds the old refresh token
// comes late, and is told.
func TestALateCallerWithTheSameAccessToken(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "same")}
	posts, told := 0, 0
	e := refreshing(t, w, authpi.Config{}, func(*http.Request) (*http.Response, error) {
		posts++
		return httpmock.NewStringResponse(http.StatusOK,
			`{"access_token":"at-1","token_type":"Bearer","expires_in":3600,"refresh_token":"rt-2"}`), nil
	})
	tokens := w.stored(time.Now(), -time.Hour)
	for range 2 {
		agent, err := e.CreateAgent(t.Context(), tokens, &authpi.CreateAgentOptions{
			OnRefresh: func(context.Context, *authpi.TokenSet) error { told++; return nil },
		})
		require.NoError(t, err)
		assert.Equal(t, "rt-2", agent.Tokens().RefreshToken.Reveal())
	}
	assert.Equal(t, 1, posts)
	assert.Equal(t, 2, told)
}

// What a refusal leaves must not take the next attempt along, which a call begins that joined before the refused one left.
func TestARefusalDropsItselfAlone(t *testing.T) {
	for status, next := range map[int]string{
		http.StatusOK:                 `{"access_token":"at-2","token_type":"Bearer","refresh_token":"rt-2"}`,
		http.StatusServiceUnavailable: `{}`,
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			w := &world{key: mint.NewKey(mint.ES256, "dropped")}
			posts := 0
			e := refreshing(t, w, authpi.Config{}, func(*http.Request) (*http.Response, error) {
				if posts++; posts == 1 {
					return httpmock.NewStringResponse(http.StatusBadRequest, `{"error":"user_blocked"}`), nil
				}
				return httpmock.NewStringResponse(status, next), nil
			})
			tokens := w.stored(time.Now(), -time.Hour)
			refused := join(t, e, tokens, false)
			require.Error(t, refused.Share(t.Context()))
			second := join(t, e, tokens, false)
			refused.Leave()
			_ = second.Share(t.Context())
			second.Leave()
			_, _ = e.CreateAgent(t.Context(), tokens, nil)
			assert.Equal(t, 2, posts, "nothing was remembered of it")
		})
	}
}

// A call that comes between the answer and the first callback waits for that callback.
func TestNoCallOvertakesTheFirstCallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{key: mint.NewKey(mint.ES256, "overtaken")}
		e := refreshing(t, w, authpi.Config{}, counted(map[string]int{}))
		tokens := w.stored(time.Now(), -time.Hour)
		storing := join(t, e, tokens, true)
		require.NoError(t, storing.Share(t.Context()))
		returned := make(chan error, 1)
		go func() {
			_, err := e.CreateAgent(t.Context(), tokens, nil)
			returned <- err
		}()
		synctest.Wait()
		assert.Empty(t, returned, "nobody has stored the tokens")
		storing.Leave()
		require.NoError(t, <-returned)
	})
}

// A callback that hangs keeps nobody from the next refresh where the provider keeps the refresh token.
func TestAHungCallbackFreezesNoSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{key: mint.NewKey(mint.ES256, "hung")}
		posts := 1
		e := refreshing(t, w, authpi.Config{}, func(*http.Request) (*http.Response, error) {
			posts++
			return httpmock.NewStringResponse(http.StatusOK,
				fmt.Sprintf(`{"access_token":"at-%d","token_type":"Bearer","expires_in":3600}`, posts)), nil
		})
		var fresh *authpi.TokenSet
		goOn := make(chan struct{})
		go func() {
			_, _ = e.CreateAgent(t.Context(), w.stored(time.Now(), -time.Hour), &authpi.CreateAgentOptions{
				OnRefresh: func(_ context.Context, tokens *authpi.TokenSet) error {
					fresh = tokens
					<-goOn
					return nil
				},
			})
		}()
		synctest.Wait()
		time.Sleep(2 * time.Hour)
		agent, err := e.CreateAgent(t.Context(), fresh, nil)
		require.NoError(t, err)
		assert.False(t, agent.IsExpired())
		close(goOn)
	})
}

// A panic in a refresh ends the calls that wait for its tokens, not a revocation that waits for its end.
func TestARevocationOutlivesARefreshThatPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{key: mint.NewKey(mint.ES256, "panicked")}
		base := w.transport()
		e, err := engine.New(authpi.Config{
			IssuerURL: issuer, ClientID: "c_bench", Endpoints: authpi.Endpoints{Revocation: issuer + "/revoke"},
			HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				if r.URL.Path == "/i_bench/token" {
					time.Sleep(time.Second)
					panic("boom")
				}
				return base.RoundTrip(r)
			})},
		})
		require.NoError(t, err)
		tokens := w.stored(time.Now(), -time.Hour)
		panicked := make(chan any)
		go func() {
			defer func() { panicked <- recover() }()
			_, _ = e.CreateAgent(t.Context(), tokens, nil)
		}()
		synctest.Wait()
		require.NoError(t, e.RevokeToken(t.Context(), tokens.RefreshToken, nil))
		assert.NotNil(t, <-panicked)
	})
}

// A refresh that begins while a session is being revoked brings a refresh token that must be revoked, too.
func TestARevocationFollowsARefreshThatBeganMeanwhile(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "meanwhile")}
	base := w.transport()
	base.RegisterResponder(http.MethodPost, issuer+"/token", counted(map[string]int{}))
	tokens := w.stored(time.Now(), -time.Hour)
	var e *engine.Engine
	var revoked []string
	e, err := engine.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", Endpoints: authpi.Endpoints{Revocation: issuer + "/revoke"},
		HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path != "/i_bench/revoke" {
				return base.RoundTrip(r)
			}
			revoked = append(revoked, r.FormValue("token"))
			_, err := e.CreateAgent(t.Context(), tokens, nil)
			return httpmock.NewStringResponse(http.StatusOK, ""), err
		})},
	})
	require.NoError(t, err)
	require.NoError(t, e.RevokeToken(t.Context(), tokens.RefreshToken, nil))
	assert.Equal(t, []string{"rt-1", "rt-1-next"}, revoked)
}

// Close waits for what a callback starts while everybody else has left.
func TestCloseWaitsForWhatACallbackStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{key: mint.NewKey(mint.ES256, "started")}
		var e *engine.Engine
		ended := false
		e = refreshing(t, w, authpi.Config{OnRefresh: func(ctx context.Context, _, _ *authpi.TokenSet) error {
			time.Sleep(time.Second)
			if err := e.Enter(ctx, "discover"); err != nil {
				return err
			}
			go func() {
				time.Sleep(time.Second)
				ended = true
				e.Leave()
			}()
			return nil
		}}, counted(map[string]int{}))
		ctx, cancel := context.WithCancel(t.Context())
		tokens := w.stored(time.Now(), -time.Hour)
		go func() { _, _ = e.CreateAgent(ctx, tokens, nil) }()
		synctest.Wait()
		cancel()
		require.NoError(t, e.Close(context.Background()))
		assert.True(t, ended)
	})
}

// Forged tokens make the client fetch its keys at any moment: a set that came while a refresh was under way can be older than
// the answer's key.
func TestAnAnswerIsVerifiedUnderKeysThatAreNewer(t *testing.T) {
	first, next, forger := mint.NewKey(mint.ES256, "first"), mint.NewKey(mint.ES256, "next"), mint.NewKey(mint.ES256, "forger")
	w := &world{key: first}
	transport := w.transport()
	transport.RegisterResponder(http.MethodGet, issuer+"/jwks.json", func(*http.Request) (*http.Response, error) {
		return httpmock.NewBytesResponse(http.StatusOK, mint.JWKS(w.key)), nil
	})
	var e *engine.Engine
	transport.RegisterResponder(http.MethodPost, issuer+"/token", func(*http.Request) (*http.Response, error) {
		_, err := e.VerifyAccessToken(t.Context(), authpi.NewSecret(forger.Token("at+jwt", mint.NewObject("iss", issuer))), nil)
		assert.Error(t, err)
		w.key = next // the issuer rotates, then answers
		return httpmock.NewStringResponse(http.StatusOK, `{"access_token":"at-2","token_type":"Bearer","expires_in":3600,`+
			`"refresh_token":"rt-2","id_token":"`+w.idToken(time.Now())+`"}`), nil
	})
	e, err := engine.New(authpi.Config{IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: transport}})
	require.NoError(t, err)
	_, err = e.CreateAgent(t.Context(), w.stored(time.Now(), -time.Hour), nil)
	require.NoError(t, err)
}

// An answer whose keys are away for a while is all that is left of a spent refresh token.
func TestAnUnverifiedAnswerIsKept(t *testing.T) {
	first, next := mint.NewKey(mint.ES256, "first"), mint.NewKey(mint.ES256, "next")
	w := &world{key: first}
	now, down, posts := time.Now(), false, 0
	transport := w.transport()
	transport.RegisterResponder(http.MethodGet, issuer+"/jwks.json", func(*http.Request) (*http.Response, error) {
		if down {
			return nil, errors.New("no route")
		}
		return httpmock.NewBytesResponse(http.StatusOK, mint.JWKS(w.key)), nil
	})
	transport.RegisterResponder(http.MethodPost, issuer+"/token", func(*http.Request) (*http.Response, error) {
		posts++
		w.key, down = next, true
		return httpmock.NewStringResponse(http.StatusOK, `{"access_token":"at-2","token_type":"Bearer","expires_in":3600,`+
			`"refresh_token":"rt-2","id_token":"`+w.idToken(now)+`"}`), nil
	})
	e, err := engine.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: transport}, Clock: func() time.Time { return now },
	})
	require.NoError(t, err)
	tokens := w.stored(now, -time.Hour)
	_, err = e.CreateAgent(t.Context(), tokens, nil)
	require.ErrorIs(t, err, authpi.ErrTemporary)
	now, down = now.Add(10*time.Minute), false
	agent, err := e.CreateAgent(t.Context(), tokens, nil)
	require.NoError(t, err)
	assert.Equal(t, "rt-2", agent.Tokens().RefreshToken.Reveal())
	assert.Equal(t, 1, posts)
}

func TestAClockThatIsSetBackProlongsNoPause(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "back")}
	posts := 0
	now := time.Now().Round(0)
	e := refreshing(t, w, authpi.Config{Clock: func() time.Time { return now }}, func(*http.Request) (*http.Response, error) {
		posts++
		return httpmock.NewStringResponse(http.StatusServiceUnavailable, `{}`), nil
	})
	tokens := w.stored(now, -2*time.Hour)
	for _, step := range []struct {
		set   time.Duration
		posts int
	}{{0, 1}, {time.Second, 1}, {-time.Minute, 2}} {
		now = now.Add(step.set)
		_, err := e.CreateAgent(t.Context(), tokens, nil)
		require.Error(t, err)
		assert.Equal(t, step.posts, posts)
	}
}
