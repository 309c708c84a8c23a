package certified_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/interop/internal/flavor"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

var scopes = []string{"openid", "profile", "email"}

// start starts a login.
func start(
	t *testing.T, client flavor.Client, opts *authpi.CreateAuthorizationURLOptions,
) *authpi.AuthorizationURL {
	t.Helper()
	login, err := client.CreateAuthorizationURL(scopes, opts)
	require.NoError(t, err)
	return login
}

// callback goes through a login in a new browser and returns the callback's URL.
func (f *foreign) callback(t *testing.T, login *authpi.AuthorizationURL) string {
	t.Helper()
	target, body := f.newBrowser(t).visit(t, login.URL)
	require.Empty(t, body, "the callback is a form post")
	require.True(t, strings.HasPrefix(target, callbackURI+"?"), target)
	return target
}

// logIn runs a whole login.
func (f *foreign) logIn(
	t *testing.T, client flavor.Client, opts *authpi.CreateAuthorizationURLOptions,
) *authpi.Agent {
	t.Helper()
	login := start(t, client, opts)
	agent, err := client.ExchangeCallback(t.Context(), f.callback(t, login), login, nil)
	require.NoError(t, err)
	return agent
}

// header returns a member of a token's JOSE header.
func header(t *testing.T, token authpi.Secret, name string) any {
	t.Helper()
	encoded, _, _ := strings.Cut(token.Reveal(), ".")
	text, err := base64.RawURLEncoding.DecodeString(encoded)
	require.NoError(t, err)
	var members map[string]any
	require.NoError(t, json.Unmarshal(text, &members))
	return members[name]
}

func TestLogin(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	eachClient(t, clients(), func(t *testing.T, data clientData, open flavor.Open) {
		client := open(t, f.config(data.ID))
		metadata, err := client.Discover(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, f.issuer, metadata.Issuer)
		assert.Equal(t, f.issuer+"/auth", metadata.AuthorizationEndpoint)
		assert.True(t, metadata.AuthorizationResponseIssParameterSupported)
		assert.Contains(t, metadata.IDTokenSigningAlgValuesSupported, data.Algorithm)
		assert.Contains(t, metadata.TokenEndpointAuthMethodsSupported, data.Auth)

		maxAge := time.Hour
		agent := f.logIn(t, client, &authpi.CreateAuthorizationURLOptions{MaxAge: &maxAge})
		assert.Equal(t, data.Algorithm, header(t, agent.Tokens().IDToken, "alg"))
		assertSession(t, client, agent)
	})
}

// assertSession asserts that the agent is Alice, with tokens that work.
func assertSession(t *testing.T, client flavor.Client, agent *authpi.Agent) {
	t.Helper()
	assert.Equal(t, "usr_alice", agent.ID())
	assert.Equal(t, authpi.PrincipalTypeUser, agent.Type())
	assert.Empty(t, agent.Organizations())
	assert.False(t, agent.IsExpired())
	assert.InDelta(t, 10*time.Minute, agent.ExpiresIn(), float64(10*time.Second))
	assert.Equal(t, "Bearer", agent.Tokens().TokenType)
	assert.Equal(t, "openid profile email", agent.Tokens().Scope)
	assert.False(t, agent.Tokens().RefreshToken.IsZero())

	profile, err := client.GetUserInfo(t.Context(), agent, nil)
	require.NoError(t, err)
	assert.Equal(t, "usr_alice", profile.Subject)
	assert.Equal(t, "alice@example.com", profile.Email)
	require.NotNil(t, profile.EmailVerified)
	assert.True(t, *profile.EmailVerified)
	assert.Equal(t, "Alice Adams", profile.Name)
	assert.Equal(t, "fr-BE", profile.Locale)
	nickname, found := profile.Extra("nickname")
	assert.True(t, found)
	assert.JSONEq(t, `"Al"`, string(nickname))
}

// The issuer in the callback prevents mix-up attacks (RFC 9207, section 4).
func TestIssuerOfTheCallback(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	eachClient(t, clients(), func(t *testing.T, data clientData, open flavor.Open) {
		client := discovered(t, open, f.config(data.ID))
		login := start(t, client, nil)
		callback := f.callback(t, login)
		for name, issuer := range map[string]string{"other": f.issuer + "/", "empty": "", "absent": "absent"} {
			tampered, err := url.Parse(callback)
			require.NoError(t, err)
			query := tampered.Query()
			require.Equal(t, []string{f.issuer}, query["iss"])
			query.Set("iss", issuer)
			if name == "absent" {
				query.Del("iss")
			}
			tampered.RawQuery = query.Encode()
			_, err = client.ExchangeCallback(t.Context(), tampered.String(), login, nil)
			requireCode(t, err, "issuer_mismatch")
			assert.True(t, authpi.NeedsLogin(err))
		}
		// The code was not sent in any of these cases, so that it still works.
		agent, err := client.ExchangeCallback(t.Context(), callback, login, nil)
		require.NoError(t, err)
		assert.Equal(t, "usr_alice", agent.ID())
	})
}

func TestFormPost(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	eachClient(t, clients(), func(t *testing.T, data clientData, open flavor.Open) {
		client := discovered(t, open, f.config(data.ID))
		post := func(t *testing.T, opts authpi.CreateAuthorizationURLOptions) (*authpi.AuthorizationURL, string) {
			t.Helper()
			opts.ResponseMode = "form_post"
			login := start(t, client, &opts)
			target, body := f.newBrowser(t).visit(t, login.URL)
			require.Equal(t, callbackURI, target)
			return login, body
		}
		login, callback := post(t, authpi.CreateAuthorizationURLOptions{})
		agent, err := client.ExchangeCallback(t.Context(), callback, login, nil)
		require.NoError(t, err)
		assert.Equal(t, "usr_alice", agent.ID())

		login, callback = post(t, authpi.CreateAuthorizationURLOptions{Prompt: "none"})
		_, err = client.ExchangeCallback(t.Context(), callback, login, nil)
		var refused *authpi.LoginRequiredError
		require.ErrorAs(t, err, &refused)
	})
}

func TestSilentLogin(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		client := discovered(t, open, f.config("c_eddsa"))
		silent := &authpi.CreateAuthorizationURLOptions{Prompt: "none"}
		login := start(t, client, silent)
		_, err := client.ExchangeCallback(t.Context(), f.callback(t, login), login, nil)
		var refused *authpi.LoginRequiredError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, authpi.ErrorSourceAuthorization, refused.Source)

		browser := f.newBrowser(t)
		browser.visit(t, start(t, client, nil).URL)
		login = start(t, client, silent)
		target, _ := browser.visit(t, login.URL)
		agent, err := client.ExchangeCallback(t.Context(), target, login, nil)
		require.NoError(t, err, "the browser is logged in")
		assert.Equal(t, "usr_alice", agent.ID())
	})
}
