package provider_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/interop/internal/flavor"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

// everything is every scope that the tests use; offline_access is how this provider
// is asked for a refresh token (OpenID Connect Core 1.0, section 11).
func everything() []string { return []string{"openid", "profile", "email", "offline_access"} }

// logIn runs a whole login.
func logIn(t *testing.T, f *foreign, client flavor.Client) *authpi.Agent {
	t.Helper()
	login, err := client.CreateAuthorizationURL(everything(), nil)
	require.NoError(t, err)
	agent, err := client.ExchangeCallback(t.Context(), f.login(t, login.URL), login, nil)
	require.NoError(t, err)
	return agent
}

func TestLogin(t *testing.T) {
	configurations := map[string]struct {
		jwt    bool // access tokens are JWTs
		config func(*foreign) authpi.Config
	}{
		"basic":        {false, (*foreign).web},
		"basic, JWT":   {true, (*foreign).web},
		"public":       {false, (*foreign).native},
		"public, JWT":  {true, (*foreign).native},
		"form post":    {false, withSecretInBody},
		"issuer named": {false, withIssuer},
	}
	for _, algorithm := range []string{"RS256", "ES256", "EdDSA"} {
		f := newForeign(t, algorithm) // shared, since its RSA key takes long to make
		for name, test := range configurations {
			t.Run(algorithm+"/"+name, func(t *testing.T) {
				f.keys.useJWTs(test.jwt)
				flavor.Each(t, func(t *testing.T, open flavor.Open) {
					client := open(t, test.config(f))
					// The endpoints' paths are the provider's own.
					metadata, err := client.Discover(t.Context(), nil)
					require.NoError(t, err)
					assert.Equal(t, f.issuer, metadata.Issuer)
					assert.Equal(t, f.issuer+"/oauth/token", metadata.TokenEndpoint)
					assert.Equal(t, []string{algorithm}, metadata.IDTokenSigningAlgValuesSupported)
					assertSession(t, client, logIn(t, f, client))
				})
			})
		}
	}
}

func withSecretInBody(f *foreign) authpi.Config {
	config := f.web()
	config.ClientAuth = authpi.ClientAuthPost
	return config
}

func withIssuer(f *foreign) authpi.Config {
	config := f.web()
	config.Issuer = f.issuer
	return config
}

// assertSession asserts what a fresh login tells.
func assertSession(t *testing.T, client flavor.Client, agent *authpi.Agent) {
	t.Helper()
	assert.Equal(t, "id1", agent.ID())
	assert.Equal(t, authpi.PrincipalTypeUnknown, agent.Type(), "the provider knows none of AuthPI's types")
	assert.Empty(t, agent.Organizations())
	assert.False(t, agent.IsExpired())
	assert.InDelta(t, 5*time.Minute, agent.ExpiresIn(), float64(5*time.Second))

	tokens := agent.Tokens()
	assert.Equal(t, "Bearer", tokens.TokenType)
	assert.False(t, tokens.IDToken.IsZero())
	assert.False(t, tokens.RefreshToken.IsZero())
	assert.Equal(t, "openid profile email offline_access", tokens.Scope)

	profile, err := client.GetUserInfo(t.Context(), agent, nil)
	require.NoError(t, err)
	assert.Equal(t, "id1", profile.Subject)
	assert.Equal(t, "test-user@zitadel.ch", profile.Email)
	require.NotNil(t, profile.EmailVerified)
	assert.True(t, *profile.EmailVerified)
	assert.Equal(t, "Test User", profile.Name)
	assert.Equal(t, "de", profile.Locale)
	username, found := profile.Extra("preferred_username")
	assert.True(t, found)
	assert.Contains(t, string(username), "test-user@")
}

// Without discovery the login URL would go to AuthPI's own paths; the record then
// tells, before any code is sent.
func TestLoginBeforeDiscovery(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		f := newForeign(t, "RS256")
		first := open(t, f.web())
		login, err := first.CreateAuthorizationURL(everything(), nil)
		require.NoError(t, err)
		assert.Contains(t, login.URL, f.issuer+"/authorize?", "a path that the provider does not have")
		_, err = first.ExchangeCallback(t.Context(), "?code=x&state="+login.State, login, nil)
		requireCode(t, err, "endpoint_mismatch")
		assert.Zero(t, f.tokenRequests("authorization_code"))

		config := f.web()
		config.Endpoints.Authorization = f.issuer + "/auth"
		configured := open(t, config)
		logIn(t, f, configured)
	})
}

func TestLoginOptions(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		f := newForeign(t, "ES256")
		client := open(t, f.web())
		_, err := client.Discover(t.Context(), nil)
		require.NoError(t, err)
		maxAge := time.Hour
		login, err := client.CreateAuthorizationURL([]string{"openid"}, &authpi.CreateAuthorizationURLOptions{
			MaxAge: &maxAge, Prompt: "login", UILocales: []string{"de", "en"}, LoginHint: "test-user",
			Extra: map[string]string{"claims": "{}"},
		})
		require.NoError(t, err)
		agent, err := client.ExchangeCallback(t.Context(), f.login(t, login.URL), login, nil)
		require.NoError(t, err)
		assert.Equal(t, "id1", agent.ID())
		assert.True(t, agent.Tokens().RefreshToken.IsZero(), "without offline_access there is none")
	})
}

func TestLoginIsRefused(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		f := newForeign(t, "RS256")
		client := open(t, f.web())
		_, err := client.Discover(t.Context(), nil)
		require.NoError(t, err)
		start := func(t *testing.T, opts *authpi.CreateAuthorizationURLOptions) *authpi.AuthorizationURL {
			login, err := client.CreateAuthorizationURL(everything(), opts)
			require.NoError(t, err)
			return login
		}

		t.Run("silent", func(t *testing.T) {
			login := start(t, &authpi.CreateAuthorizationURLOptions{Prompt: "none"})
			_, err := client.ExchangeCallback(t.Context(), f.login(t, login.URL), login, nil)
			var refused *authpi.LoginRequiredError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, authpi.ErrorSourceAuthorization, refused.Source)
		})
		t.Run("code used twice", func(t *testing.T) {
			login := start(t, nil)
			callback := f.login(t, login.URL)
			agent, err := client.ExchangeCallback(t.Context(), callback, login, nil)
			require.NoError(t, err)
			again, err := client.ExchangeCallback(t.Context(), callback, login, nil)
			require.NoError(t, err, "the client sends a code once")
			assert.Equal(t, agent.Tokens().AccessToken.Reveal(), again.Tokens().AccessToken.Reveal())
			other := open(t, f.web())
			_, err = other.Discover(t.Context(), nil)
			require.NoError(t, err)
			_, err = other.ExchangeCallback(t.Context(), callback, login, nil)
			requireCode(t, err, "invalid_grant")
			assert.True(t, authpi.NeedsLogin(err))
		})
		t.Run("another login's verifier", func(t *testing.T) {
			login, other := start(t, nil), start(t, nil)
			callback := f.login(t, login.URL)
			login.CodeVerifier = other.CodeVerifier
			_, err := client.ExchangeCallback(t.Context(), callback, login, nil)
			requireCode(t, err, "invalid_grant")
		})
		t.Run("another login's nonce", func(t *testing.T) {
			login, other := start(t, nil), start(t, nil)
			callback := f.login(t, login.URL)
			login.Nonce = other.Nonce
			_, err := client.ExchangeCallback(t.Context(), callback, login, nil)
			var refused *authpi.TokenParseError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, "nonce", refused.Claim)
		})
		t.Run("wrong secret", func(t *testing.T) {
			config := f.web()
			config.ClientSecret = authpi.NewSecret("wrong")
			stranger := open(t, config)
			login := start(t, nil)
			_, err := stranger.ExchangeCallback(t.Context(), f.login(t, login.URL), login, nil)
			requireCode(t, err, "invalid_client")
		})
	})
}
