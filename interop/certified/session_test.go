package certified_test

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/interop/internal/flavor"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

// stored returns the tokens as an application reads them from its store.
func stored(t *testing.T, agent *authpi.Agent) *authpi.TokenSet {
	t.Helper()
	text, err := json.Marshal(agent.Tokens())
	require.NoError(t, err)
	var tokens authpi.TokenSet
	require.NoError(t, json.Unmarshal(text, &tokens))
	return &tokens
}

func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	f.eachClient(t, func(t *testing.T, data clientData, open flavor.Open) {
		client := discovered(t, open, f.config(data.ID))
		other := f.logIn(t, client, nil)
		first := f.logIn(t, client, nil)
		second, err := client.Refresh(t.Context(), first, nil)
		require.NoError(t, err)
		assert.NotEqual(t, first.Tokens().RefreshToken.Reveal(), second.Tokens().RefreshToken.Reveal())
		assert.Equal(t, data.Algorithm, header(t, second.Tokens().IDToken, "alg"))
		assertSession(t, client, second)
		third, err := client.Refresh(t.Context(), second, nil)
		require.NoError(t, err)
		assertSession(t, client, third)

		// A client that does not remember the rotation sends the spent refresh token. The provider takes
		// that for theft and ends the whole session.
		refused := requireRefusedRefresh(t, open(t, f.config(data.ID)), first)
		assert.NotContains(t, refused.Error(), first.Tokens().RefreshToken.Reveal())
		requireRefusedRefresh(t, client, third)

		other, err = client.Refresh(t.Context(), other, nil)
		require.NoError(t, err, "the other session lives on")
		assertSession(t, client, other)
	})
}

// requireRefusedRefresh requires that the provider refuses the agent's refresh token for good.
func requireRefusedRefresh(t *testing.T, client flavor.Client, agent *authpi.Agent) *authpi.RefreshError {
	t.Helper()
	_, err := client.Refresh(t.Context(), agent, nil)
	var refused *authpi.RefreshError
	require.ErrorAs(t, err, &refused)
	requireCode(t, refused, "invalid_grant")
	require.NotErrorIs(t, err, authpi.ErrTemporary)
	require.True(t, authpi.NeedsLogin(err))
	return refused
}

// The provider accepts a refresh token once: a second request would end the session.
func TestConcurrentCallsShareOneRotation(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	f.eachClient(t, func(t *testing.T, data clientData, open flavor.Open) {
		var (
			watch   clock
			saved   atomic.Int32
			waiting sync.WaitGroup
			agents  [8]*authpi.Agent
		)
		config := f.config(data.ID)
		config.Clock = watch.now
		config.OnRefresh = func(context.Context, *authpi.TokenSet, *authpi.TokenSet) error { saved.Add(1); return nil }
		client := discovered(t, open, config)
		tokens := f.logIn(t, client, nil).Tokens()
		watch.advance(15 * time.Minute)
		for i := range agents {
			waiting.Go(func() {
				var err error
				agents[i], err = client.CreateAgent(t.Context(), tokens, nil)
				assert.NoError(t, err)
			})
		}
		waiting.Wait()
		assert.Equal(t, int32(1), saved.Load())
		for _, agent := range agents {
			require.NotNil(t, agent)
			assert.Equal(t, agents[0].Tokens(), agent.Tokens())
		}
		_, err := client.Refresh(t.Context(), agents[0], nil)
		require.NoError(t, err)
	})
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	f.eachClient(t, func(t *testing.T, data clientData, open flavor.Open) {
		client := discovered(t, open, f.config(data.ID))
		before := f.logIn(t, client, nil)

		keys := f.rotate(t)
		after := f.logIn(t, client, nil)
		assert.Contains(t, keys, header(t, after.Tokens().IDToken, "kid"))
		assert.NotContains(t, keys, header(t, before.Tokens().IDToken, "kid"))
		assertSession(t, client, after)
		agent, err := open(t, f.config(data.ID)).CreateAgent(t.Context(), stored(t, before), nil)
		require.NoError(t, err, "the key of the stored ID token is still published")
		assert.Equal(t, before.Tokens().RefreshToken.Reveal(), agent.Tokens().RefreshToken.Reveal())
		before, err = client.Refresh(t.Context(), before, nil)
		require.NoError(t, err)
		assert.Contains(t, keys, header(t, before.Tokens().IDToken, "kid"))

		// When the key of a stored ID token is gone, a refresh brings a new one.
		f.rotate(t)
		keys = f.rotate(t)
		agent, err = open(t, f.config(data.ID)).CreateAgent(t.Context(), stored(t, before), nil)
		require.NoError(t, err)
		assert.Contains(t, keys, header(t, agent.Tokens().IDToken, "kid"))
		assertSession(t, client, agent)
	})
}

// An API must accept tokens under a new key, even when it has loaded the keys a moment ago.
func TestKeyRotationAtAnAPI(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		var watch clock
		api := open(t, authpi.Config{IssuerURL: f.issuer, ClientID: "api", Audience: reportsAPI, Clock: watch.now})
		verify := func() error {
			machine, err := open(t, f.config("c_es256")).ClientCredentials(t.Context(), &authpi.ClientCredentialsOptions{
				Scopes: []string{"reports:read"}, Resources: []string{reportsAPI},
			})
			require.NoError(t, err)
			_, err = api.VerifyAccessToken(t.Context(), machine.Tokens().AccessToken, nil)
			return err
		}
		require.NoError(t, verify())
		f.rotate(t)
		require.NoError(t, verify(), "the first unknown key ID makes the API load the keys")
		f.rotate(t)
		err := verify() // the API must not load the keys again so soon
		requireCode(t, err, "keys_unavailable")
		require.ErrorIs(t, err, authpi.ErrTemporary)
		watch.advance(10 * time.Second)
		require.NoError(t, verify())
	})
}

// A provider that does not run ends no session.
func TestOutage(t *testing.T) {
	t.Parallel()
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		f := newRestartable(t)
		var watch clock
		config := f.config("c_es256")
		config.Clock = watch.now
		client := discovered(t, open, config)
		agent := f.logIn(t, client, nil)
		login := start(t, client, nil)

		f.kill(t)
		again, err := client.CreateAgent(t.Context(), stored(t, agent), nil)
		require.NoError(t, err, "fresh tokens need no provider")
		assert.Equal(t, agent.Tokens().AccessToken.Reveal(), again.Tokens().AccessToken.Reveal())
		_, err = client.GetUserInfo(t.Context(), agent, nil)
		requireOutage(t, err)
		_, err = client.Refresh(t.Context(), agent, nil)
		requireOutage(t, err)
		watch.advance(15 * time.Minute)
		_, err = client.CreateAgent(t.Context(), stored(t, agent), nil)
		requireOutage(t, err)
		var failed *authpi.RefreshError
		require.ErrorAs(t, err, &failed)
		_, err = open(t, config).Discover(t.Context(), nil)
		requireOutage(t, err)
		requireCode(t, err, "metadata_unavailable")

		f.start(t)
		watch.advance(10 * time.Second) // past the pause after a temporary failure
		agent, err = client.CreateAgent(t.Context(), stored(t, agent), nil)
		require.NoError(t, err)
		assert.Equal(t, "usr_alice", agent.ID())
		agent, err = client.ExchangeCallback(t.Context(), f.callback(t, login), login, nil)
		requireCode(t, err, "login_expired")
		assert.Nil(t, agent)
		f.logIn(t, client, nil)
	})
}

func requireOutage(t *testing.T, err error) {
	t.Helper()
	require.ErrorIs(t, err, authpi.ErrTemporary)
	require.ErrorIs(t, err, authpi.ErrNetwork)
	require.ErrorContains(t, err, "connection refused")
	require.False(t, authpi.NeedsLogin(err))
}

func TestLogout(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	f.eachClient(t, func(t *testing.T, data clientData, open flavor.Open) {
		client := discovered(t, open, f.config(data.ID))
		browser := f.newBrowser(t)
		login := start(t, client, nil)
		callback, _ := browser.visit(t, login.URL)
		agent, err := client.ExchangeCallback(t.Context(), callback, login, nil)
		require.NoError(t, err)

		address, err := client.CreateLogoutURL(&authpi.CreateLogoutURLOptions{
			IDTokenHint: agent.Tokens().IDToken, PostLogoutRedirectURI: goodbyeURI, State: "a&b=c é",
		})
		require.NoError(t, err)
		target, _ := browser.visit(t, address)
		assert.Equal(t, goodbyeURI+"?"+url.Values{"state": {"a&b=c é"}}.Encode(), target)
		requireRefusedRefresh(t, client, agent)

		silent := start(t, client, &authpi.CreateAuthorizationURLOptions{Prompt: "none"})
		callback, _ = browser.visit(t, silent.URL)
		_, err = client.ExchangeCallback(t.Context(), callback, silent, nil)
		var refused *authpi.LoginRequiredError
		require.ErrorAs(t, err, &refused, "the browser is logged out")
	})
}

func TestOfflineAccess(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		client := discovered(t, open, f.config("c_rs256"))
		offline := slices.Concat(scopes, []string{"offline_access"})
		login, err := client.CreateAuthorizationURL(offline, &authpi.CreateAuthorizationURLOptions{Prompt: "consent"})
		require.NoError(t, err)
		browser := f.newBrowser(t)
		callback, _ := browser.visit(t, login.URL)
		agent, err := client.ExchangeCallback(t.Context(), callback, login, nil)
		require.NoError(t, err)
		assert.Equal(t, "openid profile email offline_access", agent.Tokens().Scope)

		address, err := client.CreateLogoutURL(&authpi.CreateLogoutURLOptions{IDTokenHint: agent.Tokens().IDToken})
		require.NoError(t, err)
		_, page := browser.open(t, address, nil)
		action, fields := form(t, page)
		_, page = browser.open(t, action, fields)
		assert.Contains(t, page, "Sign-out Success")
		_, err = client.Refresh(t.Context(), agent, nil)
		require.NoError(t, err, "offline access survives the logout")
	})
}
