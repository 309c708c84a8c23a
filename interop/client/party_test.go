package client_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/arbfay/authpi-go/sdk/authpitest"
)

const callbackURI = "https://app.example.com/callback"

// party is a relying party made of go-oidc and x/oauth2 alone.
type party struct {
	oauth2.Config
	issuer   *authpitest.Issuer
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
}

// newParty discovers the issuer as one of its clients.
func newParty(t *testing.T, issuer *authpitest.Issuer, clientID, secret string) *party {
	t.Helper()
	provider, err := oidc.NewProvider(issuerContext(t, issuer), issuer.URL())
	require.NoError(t, err)
	return &party{
		issuer:   issuer,
		provider: provider,
		verifier: provider.Verifier(&oidc.Config{ClientID: clientID, Now: issuer.Now}),
		Config: oauth2.Config{
			ClientID: clientID, ClientSecret: secret, Endpoint: provider.Endpoint(),
			RedirectURL: callbackURI, Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
		},
	}
}

// issuerContext carries the issuer's HTTP client, which is how both libraries
// take one.
func issuerContext(t *testing.T, issuer *authpitest.Issuer) context.Context {
	return oidc.ClientContext(t.Context(), issuer.Client())
}

// start begins a login with PKCE and a nonce.
func (p *party) start(verifier string, more ...oauth2.AuthCodeOption) string {
	more = append(more, oauth2.S256ChallengeOption(verifier), oidc.Nonce("nonce-1"))
	return p.AuthCodeURL("state-1", more...)
}

// login logs a user in and returns the tokens and the verified ID token.
func (p *party) login(t *testing.T, userID string) (*oauth2.Token, *oidc.IDToken) {
	t.Helper()
	verifier := oauth2.GenerateVerifier()
	callback := parameters(t, p.issuer.Login(p.start(verifier), userID))
	require.Empty(t, callback.Get("error"))
	require.Equal(t, "state-1", callback.Get("state"))
	token, err := p.Exchange(issuerContext(t, p.issuer), callback.Get("code"), oauth2.VerifierOption(verifier))
	require.NoError(t, err)
	id := p.verify(t, token)
	require.Equal(t, "nonce-1", id.Nonce)
	return token, id
}

// verify verifies the ID token of a token response, and that it belongs to the
// access token (at_hash).
func (p *party) verify(t *testing.T, token *oauth2.Token) *oidc.IDToken {
	t.Helper()
	raw, isString := token.Extra("id_token").(string)
	require.True(t, isString, "no ID token")
	id, err := p.verifier.Verify(issuerContext(t, p.issuer), raw)
	require.NoError(t, err)
	require.NoError(t, id.VerifyAccessToken(token.AccessToken))
	return id
}

// refresh uses a refresh token, as x/oauth2 does for an expired token.
func (p *party) refresh(t *testing.T, refreshToken string) (*oauth2.Token, error) {
	return p.TokenSource(issuerContext(t, p.issuer), &oauth2.Token{RefreshToken: refreshToken}).Token()
}

// revoke revokes a token (RFC 7009), which x/oauth2 has no call for.
func (p *party) revoke(t *testing.T, token, hint string) int {
	t.Helper()
	var metadata struct {
		RevocationEndpoint string `json:"revocation_endpoint"`
	}
	require.NoError(t, p.provider.Claims(&metadata))
	form := url.Values{"token": {token}, "token_type_hint": {hint}}
	request, err := http.NewRequestWithContext(
		t.Context(), http.MethodPost, metadata.RevocationEndpoint, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(url.QueryEscape(p.ClientID), url.QueryEscape(p.ClientSecret))
	response, err := p.issuer.Client().Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode
}

// userInfo asks for the profile as go-oidc does.
func (p *party) userInfo(t *testing.T, token *oauth2.Token) (*oidc.UserInfo, error) {
	return p.provider.UserInfo(issuerContext(t, p.issuer), oauth2.StaticTokenSource(token))
}

// parameters are the parameters of a callback.
func parameters(t *testing.T, callback string) url.Values {
	t.Helper()
	require.True(t, strings.HasPrefix(callback, callbackURI+"?"), callback)
	parsed, err := url.Parse(callback)
	require.NoError(t, err)
	return parsed.Query()
}

// assertRefused asserts a refusal in the form of RFC 6749, section 5.2, which is
// what x/oauth2 reads.
func assertRefused(t *testing.T, err error, status int, code string) {
	t.Helper()
	var refused *oauth2.RetrieveError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, code, refused.ErrorCode)
	assert.NotEmpty(t, refused.ErrorDescription)
	assert.Equal(t, status, refused.Response.StatusCode)
}
