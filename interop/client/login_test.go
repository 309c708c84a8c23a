package client_test

import (
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/arbfay/authpi-go/sdk/authpitest"
)

func TestLogin(t *testing.T) {
	authentications := map[string]struct {
		secret string
		style  oauth2.AuthStyle
	}{
		"public":             {"", oauth2.AuthStyleInParams},
		"public, probed":     {"", oauth2.AuthStyleAutoDetect},
		"basic":              {"secret:%+ é", oauth2.AuthStyleInHeader},
		"basic, probed":      {"secret:%+ é", oauth2.AuthStyleAutoDetect},
		"client_secret_post": {"secret:%+ é", oauth2.AuthStyleInParams},
	}
	for _, algorithm := range []string{oidc.ES256, oidc.RS256, oidc.EdDSA} {
		for name, test := range authentications {
			t.Run(algorithm+"/"+name, func(t *testing.T) {
				issuer := authpitest.New(t, nil)
				issuer.AddClient(authpitest.Client{
					ID: "c_any", Secret: test.secret, RedirectURIs: []string{callbackURI}, SigningAlgorithm: algorithm,
				})
				p := newParty(t, issuer, "c_any", test.secret)
				p.Endpoint.AuthStyle = test.style

				token, id := p.login(t, "usr_alice")
				assert.Equal(t, "usr_alice", id.Subject)
				assert.Equal(t, []string{"c_any"}, id.Audience)
				assert.WithinDuration(t, issuer.Now().Add(30*time.Minute), id.Expiry, 5*time.Second)
				assert.WithinDuration(t, issuer.Now().Add(30*time.Minute), token.Expiry, 5*time.Second)
				assert.True(t, token.Valid())
				assert.Equal(t, "Bearer", token.Type())
				assert.Equal(t, "openid profile email", token.Extra("scope"))
				var claims struct {
					Email         string `json:"email"`
					EmailVerified bool   `json:"email_verified"`
				}
				require.NoError(t, id.Claims(&claims))
				assert.Equal(t, "alice@example.com", claims.Email)
				assert.True(t, claims.EmailVerified)

				profile, err := p.userInfo(t, token)
				require.NoError(t, err)
				assert.Equal(t, "usr_alice", profile.Subject)
				assert.Equal(t, "alice@example.com", profile.Email)
				assert.True(t, profile.EmailVerified)
			})
		}
	}
}

// go-oidc has no discovery of what the issuer promises beyond its own needs; the
// promises are read from the same document.
func TestMetadataPromisesWhatALoginNeeds(t *testing.T) {
	p := newParty(t, authpitest.New(t, nil), "c_web", "web-secret")
	var metadata struct {
		ResponseTypes  []string `json:"response_types_supported"`
		Subjects       []string `json:"subject_types_supported"`
		Algorithms     []string `json:"id_token_signing_alg_values_supported"`
		Challenges     []string `json:"code_challenge_methods_supported"`
		Grants         []string `json:"grant_types_supported"`
		Authentication []string `json:"token_endpoint_auth_methods_supported"`
	}
	require.NoError(t, p.provider.Claims(&metadata))
	assert.Contains(t, metadata.ResponseTypes, "code")
	assert.NotEmpty(t, metadata.Subjects)
	assert.Contains(t, metadata.Algorithms, oidc.RS256, "required by OpenID Connect Discovery 1.0, section 3")
	assert.Equal(t, []string{"S256"}, metadata.Challenges)
	assert.ElementsMatch(t, []string{"authorization_code", "refresh_token", "client_credentials"}, metadata.Grants)
	assert.ElementsMatch(t, []string{"client_secret_basic", "client_secret_post", "none"}, metadata.Authentication)
}

func TestLoginIsRefused(t *testing.T) {
	issuer := authpitest.New(t, nil)
	p := newParty(t, issuer, "c_web", "web-secret")
	ctx := issuerContext(t, issuer)
	verifier := oauth2.GenerateVerifier()
	code := func() string { return parameters(t, issuer.Login(p.start(verifier), "usr_alice")).Get("code") }

	t.Run("by the user", func(t *testing.T) {
		callback := parameters(t, issuer.Refuse(p.start(verifier), "access_denied"))
		assert.Equal(t, "access_denied", callback.Get("error"))
		assert.Equal(t, "state-1", callback.Get("state"))
	})
	t.Run("silent without a session", func(t *testing.T) {
		callback := parameters(t, issuer.Login(p.start(verifier, oauth2.SetAuthURLParam("prompt", "none")), ""))
		assert.Equal(t, "login_required", callback.Get("error"))
	})
	t.Run("wrong verifier", func(t *testing.T) {
		_, err := p.Exchange(ctx, code(), oauth2.VerifierOption(oauth2.GenerateVerifier()))
		assertRefused(t, err, 400, "invalid_grant")
	})
	t.Run("no verifier", func(t *testing.T) {
		_, err := p.Exchange(ctx, code())
		assertRefused(t, err, 400, "invalid_grant")
	})
	t.Run("code used twice", func(t *testing.T) {
		used := code()
		token, err := p.Exchange(ctx, used, oauth2.VerifierOption(verifier))
		require.NoError(t, err)
		_, err = p.Exchange(ctx, used, oauth2.VerifierOption(verifier))
		assertRefused(t, err, 400, "invalid_grant")
		_, err = p.refresh(t, token.RefreshToken)
		assertRefused(t, err, 400, "invalid_grant")
	})
	t.Run("another redirect URI", func(t *testing.T) {
		other := *p
		other.RedirectURL = callbackURI + "/"
		_, err := other.Exchange(ctx, code(), oauth2.VerifierOption(verifier))
		assertRefused(t, err, 400, "invalid_grant")
	})
	t.Run("wrong secret", func(t *testing.T) {
		other := *p
		other.ClientSecret = "wrong"
		_, err := other.Exchange(ctx, code(), oauth2.VerifierOption(verifier))
		assertRefused(t, err, 401, "invalid_client")
	})
	t.Run("the code of another client", func(t *testing.T) {
		_, err := newParty(t, issuer, "c_spa", "").Exchange(ctx, code(), oauth2.VerifierOption(verifier))
		assertRefused(t, err, 400, "invalid_grant")
	})
}

func TestClientCredentials(t *testing.T) {
	for _, algorithm := range []string{oidc.ES256, oidc.RS256, oidc.EdDSA} {
		t.Run(algorithm, func(t *testing.T) {
			issuer := authpitest.New(t, nil)
			issuer.AddClient(authpitest.Client{ID: "c_job", Secret: "job-secret", SigningAlgorithm: algorithm})
			p := newParty(t, issuer, "c_job", "job-secret")
			config := clientcredentials.Config{
				ClientID: "c_job", ClientSecret: "job-secret", TokenURL: p.Endpoint.TokenURL,
				Scopes:         []string{"projects:read", "users:read"},
				EndpointParams: map[string][]string{"resource": {"https://api.example.com"}},
			}
			token, err := config.Token(issuerContext(t, issuer))
			require.NoError(t, err)
			assert.Empty(t, token.RefreshToken, "RFC 6749, section 4.4.3")
			assert.Nil(t, token.Extra("id_token"))
			assert.Equal(t, "projects:read users:read", token.Extra("scope"))

			// The token is a JWT for the resource, not an ID token for the client.
			ctx := issuerContext(t, issuer)
			access, err := p.provider.Verifier(&oidc.Config{ClientID: "https://api.example.com"}).Verify(ctx, token.AccessToken)
			require.NoError(t, err)
			assert.Equal(t, "c_job", access.Subject)
			_, err = p.verifier.Verify(ctx, token.AccessToken)
			require.ErrorContains(t, err, "audience")

			_, err = p.userInfo(t, token)
			require.ErrorContains(t, err, "401", "there is no user")
		})
	}
}

func TestClientCredentialsAreRefused(t *testing.T) {
	issuer := authpitest.New(t, nil)
	p := newParty(t, issuer, "agt_robot", "robot-secret")
	tests := map[string]struct {
		secret string
		scopes []string
		status int
		code   string
	}{
		"wrong secret": {"wrong", nil, 401, "invalid_client"},
		"other scope":  {"robot-secret", []string{"admin:all"}, 400, "invalid_scope"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			config := clientcredentials.Config{
				ClientID: "agt_robot", ClientSecret: test.secret, TokenURL: p.Endpoint.TokenURL, Scopes: test.scopes,
				AuthStyle: oauth2.AuthStyleInHeader,
			}
			_, err := config.Token(issuerContext(t, issuer))
			assertRefused(t, err, test.status, test.code)
		})
	}
}
