package client_test

import (
	"crypto"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/arbfay/authpi-go/sdk/authpitest"
)

func TestGoOIDCFollowsKeyRotation(t *testing.T) {
	issuer := authpitest.New(t, nil)
	p := newParty(t, issuer, "c_web", "web-secret")
	ctx := issuerContext(t, issuer)
	rawID := func(token *oauth2.Token) string { return token.Extra("id_token").(string) }

	before, _ := p.login(t, "usr_alice")
	fetches := len(issuer.Requests("/jwks.json"))
	issuer.RotateKeys()
	after, _ := p.login(t, "usr_alice") // verified under a key that was not there before
	assert.Equal(t, fetches+1, len(issuer.Requests("/jwks.json")))
	_, err := p.verifier.Verify(ctx, rawID(before))
	require.NoError(t, err, "the key before the last one is published still")

	issuer.RotateKeys()
	_, err = newParty(t, issuer, "c_web", "web-secret").verifier.Verify(ctx, rawID(before))
	require.ErrorContains(t, err, "failed to verify", "a key goes with the second rotation")
	_, err = p.verifier.Verify(ctx, rawID(after))
	assert.NoError(t, err)
}

// Tenants share their keys, so the signature alone separates nobody.
func TestTokensOfAnotherTenant(t *testing.T) {
	ours, theirs := authpitest.New(t, nil), authpitest.New(t, nil)
	p := newParty(t, ours, "c_web", "web-secret")
	_, err := p.verifier.Verify(issuerContext(t, ours), idTokenOf(t, theirs))
	require.ErrorContains(t, err, "different provider")

	careless := p.provider.Verifier(&oidc.Config{ClientID: "c_web", SkipIssuerCheck: true})
	_, err = careless.Verify(issuerContext(t, ours), idTokenOf(t, theirs))
	assert.NoError(t, err, "the signature is good")
}

// golang-jwt shares no code with go-jose, on which go-oidc stands.
func TestTokensVerifyUnderGolangJWT(t *testing.T) {
	for _, algorithm := range []string{oidc.ES256, oidc.RS256, oidc.EdDSA} {
		t.Run(algorithm, func(t *testing.T) {
			issuer := authpitest.New(t, nil)
			issuer.AddClient(authpitest.Client{
				ID: "c_any", RedirectURIs: []string{callbackURI}, SigningAlgorithm: algorithm,
			})
			token, _ := newParty(t, issuer, "c_any", "").login(t, "usr_alice")
			published := publishedKeys(t, issuer)
			for name, want := range map[string]struct{ raw, typ string }{
				"access_token":  {token.AccessToken, "at+jwt"},
				"id_token":      {token.Extra("id_token").(string), ""},
				"refresh_token": {token.RefreshToken, ""},
			} {
				parsed, err := jwt.Parse(want.raw, func(parsed *jwt.Token) (any, error) {
					return published[parsed.Header["kid"].(string)], nil
				}, jwt.WithValidMethods([]string{algorithm}), jwt.WithIssuer(issuer.URL()), jwt.WithAudience("c_any"),
					jwt.WithSubject("usr_alice"), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithStrictDecoding())
				require.NoError(t, err, name)
				typ, _ := parsed.Header["typ"].(string)
				assert.Equal(t, want.typ, typ, name)
			}
		})
	}
}

// publishedKeys reads the JWK Set as go-jose does, by key ID.
func publishedKeys(t *testing.T, issuer *authpitest.Issuer) map[string]crypto.PublicKey {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, issuer.URL()+"/jwks.json", nil)
	require.NoError(t, err)
	response, err := issuer.Client().Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	var set jose.JSONWebKeySet
	require.NoError(t, json.NewDecoder(response.Body).Decode(&set))
	keys := map[string]crypto.PublicKey{}
	for _, key := range set.Keys {
		assert.True(t, key.Valid())
		assert.True(t, key.IsPublic(), "a private key is published")
		assert.Equal(t, "sig", key.Use)
		keys[key.KeyID] = key.Key
	}
	assert.Len(t, keys, 6, "two generations of three algorithms")
	return keys
}

// idTokenOf is an ID token that an issuer signed for c_web.
func idTokenOf(t *testing.T, issuer *authpitest.Issuer) string {
	t.Helper()
	token, _ := newParty(t, issuer, "c_web", "web-secret").login(t, "usr_alice")
	return token.Extra("id_token").(string)
}
