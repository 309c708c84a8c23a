package certified_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/interop/internal/flavor"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

func TestIntrospection(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	eachClient(t, confidential(), func(t *testing.T, data clientData, open flavor.Open) {
		client := discovered(t, open, f.config(data.ID))
		agent := f.logIn(t, client, nil)
		for hint, token := range map[authpi.TokenTypeHint]authpi.Secret{
			authpi.TokenTypeHintAccessToken:  agent.Tokens().AccessToken,
			authpi.TokenTypeHintRefreshToken: agent.Tokens().RefreshToken,
		} {
			state, err := client.IntrospectToken(t.Context(), token, &authpi.IntrospectTokenOptions{Hint: hint})
			require.NoError(t, err)
			assert.True(t, state.Active)
			assert.Equal(t, "usr_alice", state.Subject)
			assert.Equal(t, data.ID, state.ClientID)
			assert.Equal(t, f.issuer, state.Issuer)
			assert.Equal(t, scopes, state.Scopes)
			assert.WithinDuration(t, time.Now(), state.IssuedAt, 10*time.Second)
		}

		require.NoError(t, client.RevokeToken(t.Context(), agent.Tokens().RefreshToken, nil))
		state, err := client.IntrospectToken(t.Context(), agent.Tokens().AccessToken, nil)
		require.NoError(t, err)
		assert.False(t, state.Active)
		assert.Empty(t, state.Subject)

		config := f.config(data.ID)
		config.ClientSecret = authpi.NewSecret("another secret")
		_, err = open(t, config).IntrospectToken(t.Context(), agent.Tokens().AccessToken, nil)
		requireCode(t, err, "invalid_client")
	})
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	eachClient(t, clients(), func(t *testing.T, data clientData, open flavor.Open) {
		client := discovered(t, open, f.config(data.ID))
		agent, other := f.logIn(t, client, nil), f.logIn(t, client, nil)
		access := &authpi.RevokeTokenOptions{Hint: authpi.TokenTypeHintAccessToken}
		require.NoError(t, client.RevokeToken(t.Context(), agent.Tokens().AccessToken, access))
		_, err := client.GetUserInfo(t.Context(), agent, nil)
		requireCode(t, err, "invalid_token")
		// This provider revokes the refresh token as well, as RFC 7009, section 2.1, allows.
		requireRefusedRefresh(t, client, agent)

		agent, err = client.Refresh(t.Context(), other, nil)
		require.NoError(t, err, "the other session is still there")
		assertSession(t, client, agent)
		refresh := &authpi.RevokeTokenOptions{Hint: authpi.TokenTypeHintRefreshToken}
		require.NoError(t, client.RevokeToken(t.Context(), agent.Tokens().RefreshToken, refresh))
		requireRefusedRefresh(t, client, agent)
		_, err = client.GetUserInfo(t.Context(), agent, nil)
		requireCode(t, err, "invalid_token")
		for _, unknown := range []authpi.Secret{agent.Tokens().RefreshToken, authpi.NewSecret("nothing")} {
			require.NoError(t, client.RevokeToken(t.Context(), unknown, nil))
		}
	})
}

// api opens a client that verifies the access tokens of an API.
func (f *foreign) api(t *testing.T, open flavor.Open, audience string) flavor.Client {
	t.Helper()
	return open(t, authpi.Config{IssuerURL: f.issuer, ClientID: "api", Audience: audience})
}

func TestClientCredentials(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	eachClient(t, confidential(), func(t *testing.T, data clientData, open flavor.Open) {
		client := open(t, f.config(data.ID))
		opaque, err := client.ClientCredentials(t.Context(), &authpi.ClientCredentialsOptions{
			Scopes: []string{"reports:read"},
		})
		require.NoError(t, err)
		assert.Equal(t, data.ID, opaque.ID())
		assert.True(t, opaque.HasAccess("read", "reports"))

		agent, err := client.ClientCredentials(t.Context(), &authpi.ClientCredentialsOptions{
			Scopes: []string{"reports:read"}, Resources: []string{reportsAPI},
		})
		require.NoError(t, err)
		assert.Equal(t, "at+jwt", header(t, agent.Tokens().AccessToken, "typ"))
		assert.Equal(t, data.Algorithm, header(t, agent.Tokens().AccessToken, "alg"))
		assert.Equal(t, data.ID, agent.ID())
		assert.Equal(t, authpi.PrincipalTypeClient, agent.Type())
		assert.True(t, agent.HasAccess("read", "reports"))
		again, err := open(t, f.config(data.ID)).CreateAgent(t.Context(), stored(t, agent), nil)
		require.NoError(t, err)
		assert.Equal(t, data.ID, again.ID())

		caller, err := f.api(t, open, reportsAPI).VerifyAccessToken(t.Context(), agent.Tokens().AccessToken,
			&authpi.VerifyAccessTokenOptions{Scopes: []string{"reports:read"}})
		require.NoError(t, err)
		assert.Equal(t, data.ID, caller.ID())
		assert.True(t, caller.HasAccess("read", "reports"))
		_, err = f.api(t, open, invoicesAPI).VerifyAccessToken(t.Context(), agent.Tokens().AccessToken, nil)
		requireCode(t, err, "invalid_token")

		_, err = client.ClientCredentials(t.Context(), &authpi.ClientCredentialsOptions{
			Resources: []string{"https://nobody.example.com"},
		})
		requireCode(t, err, "invalid_target")
		config := f.config(data.ID)
		config.ClientSecret = authpi.NewSecret("another secret")
		_, err = open(t, config).ClientCredentials(t.Context(), nil)
		requireCode(t, err, "invalid_client")
	})
}

// A user's access token for an API is a JWT, too, and stays one after a refresh.
func TestAccessTokenOfAUser(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	eachClient(t, clients(), func(t *testing.T, data clientData, open flavor.Open) {
		client := discovered(t, open, f.config(data.ID))
		agent := f.logIn(t, client, &authpi.CreateAuthorizationURLOptions{Resources: []string{reportsAPI}})
		api := f.api(t, open, reportsAPI)
		for range 2 {
			assert.Equal(t, "at+jwt", header(t, agent.Tokens().AccessToken, "typ"))
			caller, err := api.VerifyAccessToken(t.Context(), agent.Tokens().AccessToken, nil)
			require.NoError(t, err)
			assert.Equal(t, "usr_alice", caller.ID())
			assert.Equal(t, authpi.PrincipalTypeUser, caller.Type())
			_, err = api.VerifyAccessToken(t.Context(), agent.Tokens().AccessToken,
				&authpi.VerifyAccessTokenOptions{Scopes: []string{"reports:read"}})
			requireCode(t, err, "insufficient_scope")
			_, err = f.api(t, open, invoicesAPI).VerifyAccessToken(t.Context(), agent.Tokens().AccessToken, nil)
			requireCode(t, err, "invalid_token")
			_, err = client.VerifyAccessToken(t.Context(), agent.Tokens().IDToken, nil)
			requireCode(t, err, "invalid_token")
			_, err = client.GetUserInfo(t.Context(), agent, nil)
			requireCode(t, err, "invalid_token") // the token is for the API alone
			agent, err = client.Refresh(t.Context(), agent, nil)
			require.NoError(t, err)
		}
	})
}
