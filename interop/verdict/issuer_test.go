package verdict_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

const (
	clientID    = "c_any"
	subject     = "usr_alice"
	nonce       = "nonce-1"
	accessToken = "opaque-access-token"
)

// now is when everything here happens.
func now() time.Time { return time.Date(2030, time.January, 1, 0, 0, 0, 0, time.UTC) }

// issuer answers every code with the ID token that a test has put behind it.
type issuer struct {
	url  string
	http *http.Client
	keys []byte // the JWK Set

	mu     sync.Mutex
	tokens map[string]string // by code
}

// newIssuer starts an issuer that publishes that JWK Set.
func newIssuer(tb testing.TB, keys []byte) *issuer {
	tb.Helper()
	i := &issuer{keys: keys, tokens: map[string]string{}}
	server := httptest.NewServer(i)
	tb.Cleanup(server.Close)
	i.url, i.http = server.URL, server.Client()
	return i
}

// config is that of a client of the issuer.
func (i *issuer) config() authpi.Config {
	return authpi.Config{
		IssuerURL: i.url, ClientID: clientID, RedirectURI: "https://app.example.com/callback",
		HTTPClient: i.http, Clock: now,
	}
}

// code returns a code that brings that ID token.
func (i *issuer) code(idToken string) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	code := "code-" + strconv.Itoa(len(i.tokens))
	i.tokens[code] = idToken
	return code
}

// ServeHTTP serves the metadata, the keys and the token endpoint.
func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		_, _ = w.Write(mint.NewObject(
			"issuer", i.url, "authorization_endpoint", i.url+"/authorize", "token_endpoint", i.url+"/token",
			"jwks_uri", i.url+"/jwks.json",
			// All that go-oidc can verify, so that its refusals are of the tokens and not of their algorithms.
			"id_token_signing_alg_values_supported", []string{
				"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA",
			},
		).Bytes())
	case "/jwks.json":
		_, _ = w.Write(i.keys)
	case "/token":
		i.mu.Lock()
		idToken := i.tokens[r.PostFormValue("code")]
		i.mu.Unlock()
		_ = json.NewEncoder(w).Encode(map[string]any{ // the client may be gone
			"access_token": accessToken, "token_type": "Bearer", "expires_in": 300, "id_token": idToken,
		})
	default:
		http.NotFound(w, r)
	}
}

// claims are those of a good ID token.
func (i *issuer) claims() mint.Object {
	return mint.NewObject(
		"iss", i.url, "sub", subject, "aud", clientID, "exp", now().Add(time.Hour).Unix(), "iat", now().Unix(),
		"auth_time", now().Unix(), "nonce", nonce,
	)
}
