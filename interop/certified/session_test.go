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
	eachClient(t, clients(), func(t *testing.T, data clientData, open flavor.Open) {
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
	eachClient(t, clients(), func(t *testing.T, data clientData, open flavor.Open) {
		var (
			watch   clock
			saved   atomic.Int32
			waiting sync.WaitGroup
			agents  [8]*authpi.Agent
		)
		config := f.config(data.ID)
		config.Clock = watch.now
		config.OnRefresh = func(context.Context, *authpi.TokenSet, *authpi.TokenSet) error {
			saved.Add(1)
			return nil
		}
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

func TestLogout(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	eachClient(t, clients(), func(t *testing.T, data clientData, open flavor.Open) {
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
