package certified_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/interop/internal/flavor"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

func TestCanceledLogin(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		client := discovered(t, open, f.config("c_public"))
		login := start(t, client, nil)
		_, err := client.ExchangeCallback(t.Context(), f.newBrowser(t).cancel(t, login.URL), login, nil)
		requireCode(t, err, "access_denied")
		assert.NotErrorIs(t, err, authpi.ErrTemporary)
		assert.False(t, authpi.NeedsLogin(err), "the person does not want to log in")
	})
}

func TestWrongConfiguration(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	for name, test := range map[string]struct {
		change func(*authpi.Config)
		code   string
		text   string // what the error mentions
	}{
		"issuer with a slash": {func(c *authpi.Config) {
			c.IssuerURL += "/"
		}, "invalid_metadata", f.issuer},
		"issuer by another name": {func(c *authpi.Config) {
			c.IssuerURL = strings.Replace(c.IssuerURL, "127.0.0.1", "localhost", 1)
		}, "invalid_metadata", f.issuer},
		"issuer with a path": {func(c *authpi.Config) {
			c.IssuerURL += "/tenant"
		}, "metadata_unavailable", "404"},
		"unknown client": {func(c *authpi.Config) {
			c.ClientID = "c_nobody"
		}, "invalid_client", "401"},
		"wrong secret": {func(c *authpi.Config) {
			c.ClientSecret = authpi.NewSecret("another secret")
		}, "invalid_client", "401"},
	} {
		t.Run(name, func(t *testing.T) {
			flavor.Each(t, func(t *testing.T, open flavor.Open) {
				config := f.config("c_eddsa")
				test.change(&config)
				_, err := open(t, config).ClientCredentials(t.Context(), nil)
				var refused *authpi.OAuthError
				require.ErrorAs(t, err, &refused)
				assert.Equal(t, test.code, refused.Code)
				assert.NotErrorIs(t, err, authpi.ErrTemporary)
				assert.False(t, authpi.NeedsLogin(err))
				assert.ErrorContains(t, err, test.text)
				assert.NotContains(t, err.Error(), config.ClientSecret.Reveal())
			})
		})
	}
}

func TestExchangeIsRefused(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	eachClient(t, clients(), func(t *testing.T, data clientData, open flavor.Open) {
		client := discovered(t, open, f.config(data.ID))
		t.Run("spent code", func(t *testing.T) {
			login := start(t, client, nil)
			callback := f.callback(t, login)
			agent, err := client.ExchangeCallback(t.Context(), callback, login, nil)
			require.NoError(t, err)
			again, err := client.ExchangeCallback(t.Context(), callback, login, nil)
			require.NoError(t, err, "a browser that reloads the callback gets the same tokens")
			assert.Equal(t, agent.Tokens().AccessToken.Reveal(), again.Tokens().AccessToken.Reveal())
			assertSession(t, client, agent)
			_, err = open(t, f.config(data.ID)).ExchangeCallback(t.Context(), callback, login, nil)
			requireCode(t, err, "invalid_grant")
			_, err = client.Refresh(t.Context(), agent, nil)
			requireCode(t, err, "invalid_grant") // the provider revokes what the code gave
		})
		t.Run("code verifier of another login", func(t *testing.T) {
			login := start(t, client, nil)
			callback := f.callback(t, login)
			login.CodeVerifier = start(t, client, nil).CodeVerifier
			_, err := client.ExchangeCallback(t.Context(), callback, login, nil)
			requireCode(t, err, "invalid_grant")
		})
		t.Run("nonce of another login", func(t *testing.T) {
			login := start(t, client, nil)
			callback := f.callback(t, login)
			login.Nonce = start(t, client, nil).Nonce
			_, err := client.ExchangeCallback(t.Context(), callback, login, nil)
			var refused *authpi.TokenParseError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, "nonce", refused.Claim)
		})
		t.Run("wrong secret", func(t *testing.T) {
			config := f.config(data.ID)
			config.ClientSecret = authpi.NewSecret("another secret")
			login := start(t, client, nil)
			_, err := open(t, config).ExchangeCallback(t.Context(), f.callback(t, login), login, nil)
			requireCode(t, err, "invalid_client")
			assert.NotContains(t, err.Error(), "another secret")
		})
	})
}
