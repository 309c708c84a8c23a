package provider_test

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/interop/internal/flavor"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

func TestRefreshRotates(t *testing.T) {
	for _, algorithm := range []string{"RS256", "ES256", "EdDSA"} {
		t.Run(algorithm, func(t *testing.T) {
			flavor.Each(t, func(t *testing.T, open flavor.Open) {
				f := newForeign(t, algorithm)
				client := open(t, f.web())
				_, err := client.Discover(t.Context(), nil)
				require.NoError(t, err)
				first := logIn(t, f, client)

				second, err := client.Refresh(t.Context(), first, nil)
				require.NoError(t, err)
				assert.NotEqual(t, first.Tokens().RefreshToken.Reveal(), second.Tokens().RefreshToken.Reveal())
				assertSession(t, client, second)
				third, err := client.Refresh(t.Context(), second, nil)
				require.NoError(t, err)
				assertSession(t, client, third)

				// A client that does not remember the rotation sends the old token.
				_, err = open(t, f.web()).Refresh(t.Context(), first, nil)
				var refused *authpi.RefreshError
				require.ErrorAs(t, err, &refused)
				requireCode(t, refused, "invalid_grant")
				assert.False(t, refused.Temporary)
				assert.Equal(t, 3, f.tokenRequests("refresh_token"))
			})
		})
	}
}

// A provider that rotates takes a refresh token once, so that a second request would
// end the session.
func TestConcurrentSessionsShareOneRotation(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		f := newForeign(t, "ES256")
		client := open(t, f.web())
		_, err := client.Discover(t.Context(), nil)
		require.NoError(t, err)
		stored, err := json.Marshal(logIn(t, f, client).Tokens())
		require.NoError(t, err)
		f.advance(10 * time.Minute)

		var (
			saved   atomic.Int32
			waiting sync.WaitGroup
		)
		results := make([]*authpi.Agent, 8)
		for i := range results {
			waiting.Go(func() {
				var tokens authpi.TokenSet
				if !assert.NoError(t, json.Unmarshal(stored, &tokens)) {
					return
				}
				agent, err := client.CreateAgent(t.Context(), &tokens, &authpi.CreateAgentOptions{
					OnRefresh: func(context.Context, *authpi.TokenSet) error { saved.Add(1); return nil },
				})
				if assert.NoError(t, err) {
					results[i] = agent
				}
			})
		}
		waiting.Wait()
		require.Equal(t, 1, f.tokenRequests("refresh_token"))
		assert.Positive(t, saved.Load())
		for _, agent := range results {
			require.NotNil(t, agent)
			assert.Equal(t, results[0].Tokens(), agent.Tokens())
			assert.Equal(t, "id1", agent.ID())
		}
	})
}

func TestStoredSessionIsFresh(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		f := newForeign(t, "EdDSA")
		client := open(t, f.web())
		_, err := client.Discover(t.Context(), nil)
		require.NoError(t, err)
		tokens := logIn(t, f, client).Tokens()

		agent, err := open(t, f.web()).CreateAgent(t.Context(), tokens, nil)
		require.NoError(t, err)
		assert.Equal(t, tokens, agent.Tokens())
		assert.Zero(t, f.tokenRequests("refresh_token"))

		f.advance(10 * time.Minute)
		agent, err = client.CreateAgent(t.Context(), tokens, &authpi.CreateAgentOptions{AutoRefresh: authpi.SwitchOff})
		require.NoError(t, err)
		assert.True(t, agent.IsExpired())
		assert.Zero(t, f.tokenRequests("refresh_token"))
	})
}

func TestKeyRotationOfTheProvider(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		f := newForeign(t, "ES256")
		client := open(t, f.web())
		_, err := client.Discover(t.Context(), nil)
		require.NoError(t, err)
		before := logIn(t, f, client)

		f.keys.rotate(t)
		f.advance(time.Minute) // past the pause between two fetches of keys
		after, err := client.Refresh(t.Context(), before, nil)
		require.NoError(t, err, "the new ID token is signed with a key that was not there before")
		_, err = client.CreateAgent(t.Context(), before.Tokens(), nil)
		require.NoError(t, err, "the key before the last one is published still")

		// Once the key of a stored ID token is gone, only a refresh can speak for the session.
		f.keys.rotate(t)
		stranger := open(t, f.web())
		agent, err := stranger.CreateAgent(t.Context(), after.Tokens(), nil)
		require.NoError(t, err)
		assert.Equal(t, after.Tokens(), agent.Tokens())
		f.keys.rotate(t)
		renewed, err := open(t, f.web()).CreateAgent(t.Context(), after.Tokens(), nil)
		require.NoError(t, err)
		assert.NotEqual(t, after.Tokens().RefreshToken.Reveal(), renewed.Tokens().RefreshToken.Reveal())
		assert.Equal(t, "id1", renewed.ID())
	})
}

func TestRevocation(t *testing.T) {
	for name, config := range map[string]func(*foreign) authpi.Config{"confidential": (*foreign).web, "public": (*foreign).native} {
		t.Run(name, func(t *testing.T) {
			flavor.Each(t, func(t *testing.T, open flavor.Open) {
				f := newForeign(t, "RS256")
				client := open(t, config(f))
				_, err := client.Discover(t.Context(), nil)
				require.NoError(t, err)

				agent := logIn(t, f, client)
				access := &authpi.RevokeTokenOptions{Hint: authpi.TokenTypeHintAccessToken}
				require.NoError(t, client.RevokeToken(t.Context(), agent.Tokens().AccessToken, access))
				_, err = client.GetUserInfo(t.Context(), agent, nil)
				var refused *authpi.OAuthError
				require.ErrorAs(t, err, &refused)
				assert.Equal(t, authpi.ErrorSourceUserInfo, refused.Source)
				assert.Equal(t, 403, refused.Status)
				agent, err = client.Refresh(t.Context(), agent, nil)
				require.NoError(t, err, "the refresh token lives on")

				require.NoError(t, client.RevokeToken(t.Context(), agent.Tokens().RefreshToken, nil))
				_, err = client.Refresh(t.Context(), agent, nil)
				requireCode(t, err, "invalid_grant")
				require.NoError(t, client.RevokeToken(t.Context(), authpi.NewSecret("nothing"), nil))
			})
		})
	}
}

func TestIntrospection(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		f := newForeign(t, "RS256")
		client := open(t, f.web())
		_, err := client.Discover(t.Context(), nil)
		require.NoError(t, err)
		agent := logIn(t, f, client)

		state, err := client.IntrospectToken(t.Context(), agent.Tokens().AccessToken, nil)
		require.NoError(t, err)
		assert.True(t, state.Active)
		assert.Equal(t, "id1", state.Subject)
		assert.Equal(t, "web", state.ClientID)
		assert.Equal(t, everything(), state.Scopes)

		require.NoError(t, client.RevokeToken(t.Context(), agent.Tokens().RefreshToken, nil))
		state, err = client.IntrospectToken(t.Context(), agent.Tokens().AccessToken, nil)
		require.NoError(t, err)
		assert.False(t, state.Active)
		assert.Empty(t, state.Subject)
	})
}

// The provider's JWTs do not say that they are access tokens (RFC 9068, section 2.1),
// so nothing tells them from its ID tokens: an API that trusted one could be sent the
// other.
func TestAccessTokenWithoutTypeIsRefused(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		f := newForeign(t, "RS256")
		f.keys.useJWTs(true)
		client := open(t, f.web())
		_, err := client.Discover(t.Context(), nil)
		require.NoError(t, err)
		tokens := logIn(t, f, client).Tokens()
		for _, token := range []authpi.Secret{tokens.AccessToken, tokens.IDToken} {
			_, err = client.VerifyAccessToken(t.Context(), token, nil)
			requireCode(t, err, "invalid_token")
		}
	})
}

func TestClientCredentials(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		f := newForeign(t, "RS256")
		client := open(t, f.service())
		agent, err := client.ClientCredentials(t.Context(), &authpi.ClientCredentialsOptions{Scopes: []string{"custom_scope"}})
		require.NoError(t, err)
		assert.Equal(t, "sid1", agent.ID(), "the token is opaque: the client is who it logged in as")
		assert.Equal(t, []string{"custom_scope"}, agent.Scopes())
		assert.InDelta(t, 5*time.Minute, agent.ExpiresIn(), float64(5*time.Second))
		assert.True(t, agent.Tokens().RefreshToken.IsZero())
		assert.Equal(t, "client_credentials", agent.Tokens().Grant)

		again, err := client.CreateAgent(t.Context(), agent.Tokens(), nil)
		require.NoError(t, err)
		assert.Equal(t, "sid1", again.ID())
		_, err = client.Refresh(t.Context(), agent, nil)
		requireCode(t, err, "no_refresh_token")

		config := f.service()
		config.ClientSecret = authpi.NewSecret("wrong")
		_, err = open(t, config).ClientCredentials(t.Context(), nil)
		requireCode(t, err, "invalid_client")
	})
}

func TestLogoutEndsTheSession(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		f := newForeign(t, "ES256")
		client := open(t, f.web())
		_, err := client.Discover(t.Context(), nil)
		require.NoError(t, err)
		agent := logIn(t, f, client)

		address, err := client.CreateLogoutURL(&authpi.CreateLogoutURLOptions{IDTokenHint: agent.Tokens().IDToken})
		require.NoError(t, err)
		_, page := f.newBrowser(t).open(t, address, nil)
		assert.Equal(t, "signed out successfully", page)
		_, err = client.Refresh(t.Context(), agent, nil)
		requireCode(t, err, "invalid_grant")
	})
}
