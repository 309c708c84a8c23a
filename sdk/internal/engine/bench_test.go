package engine_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

const issuer = "https://idp.example/i_bench"

// world is an issuer behind an in-memory transport.
type world struct {
	key    *mint.Key
	hold   time.Duration // how long the token endpoint takes
	mu     sync.Mutex
	tokens int // requests at the token endpoint
	ended  time.Time
}

// transport answers as the issuer does.
func (w *world) transport() *httpmock.MockTransport {
	mock := httpmock.NewMockTransport()
	mock.RegisterResponder(http.MethodGet, issuer+"/.well-known/openid-configuration", httpmock.NewStringResponder(http.StatusOK,
		`{"issuer":"`+issuer+`","token_endpoint":"`+issuer+`/token","jwks_uri":"`+issuer+`/jwks.json"}`))
	mock.RegisterResponder(http.MethodGet, issuer+"/jwks.json", httpmock.NewBytesResponder(http.StatusOK, mint.JWKS(w.key)))
	mock.RegisterResponder(http.MethodPost, issuer+"/revoke", httpmock.NewStringResponder(http.StatusOK, ""))
	mock.RegisterResponder(http.MethodPost, issuer+"/token", func(*http.Request) (*http.Response, error) {
		time.Sleep(w.hold)
		w.mu.Lock()
		w.tokens++
		w.ended = time.Now()
		w.mu.Unlock()
		return httpmock.NewStringResponse(http.StatusOK,
			`{"access_token":"at-2","token_type":"Bearer","expires_in":3600,"refresh_token":"rt-2"}`), nil
	})
	return mock
}

// idToken returns an ID token with a payload of about 500 bytes and two organizations.
func (w *world) idToken(now time.Time) string {
	at := func(offset time.Duration) json.Number {
		return json.Number(strconv.FormatInt(now.Add(offset).Unix(), 10))
	}
	return w.key.Token("", mint.NewObject(
		"iss", issuer, "sub", "usr_018f2f7e9a6c7d3bb1c2d3e4f5", "aud", "c_bench", "iat", at(0), "exp", at(time.Hour),
		"auth_time", at(0), "email", "alice@example.com", "email_verified", true, "sid", "s_018f2f7e9a6c7d3bb1",
		"dat", map[string]any{"type": "identity"},
		"organizations", []map[string]any{
			{"id": "org_018f2f7e9a6c7d3bb1c2d3e4f", "title": "Admin", "scopes": []string{"owner", "projects:**"}, "joined_at": 1700000000},
			{"id": "org_018f2f7e9a6c7d3bb1c2d3e50", "title": nil, "scopes": []string{"users:read"}, "joined_at": 1700000001},
		},
	))
}

func (w *world) engine(tb testing.TB) *engine.Engine {
	tb.Helper()
	e, err := engine.New(authpi.Config{IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: w.transport()}})
	require.NoError(tb, err)
	return e
}

func (w *world) stored(now time.Time, expiresIn time.Duration) *authpi.TokenSet {
	return &authpi.TokenSet{
		AccessToken: authpi.NewSecret("at-1"), TokenType: "Bearer", RefreshToken: authpi.NewSecret("rt-1"),
		IDToken: authpi.NewSecret(w.idToken(now)), ExpiresAt: now.Add(expiresIn),
	}
}

// BenchmarkCreateAgent is the cost of a request's session once its tokens were seen before.
func BenchmarkCreateAgent(b *testing.B) {
	w := &world{key: mint.NewKey(mint.ES256, "bench")}
	e, tokens, ctx := w.engine(b), w.stored(time.Now(), time.Hour), context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.CreateAgent(ctx, tokens, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkIDToken compares an ID token to an agent, nothing remembered, with what no SDK can save: hashing, decoding the
// signature, and verifying it.
func BenchmarkIDToken(b *testing.B) {
	for _, algorithm := range mint.Algorithms() {
		w := &world{key: mint.NewKey(algorithm, "bench")}
		b.Run(string(algorithm)+"/agent", func(b *testing.B) {
			e, tokens, ctx := w.engine(b), w.stored(time.Now(), time.Hour), context.Background()
			e.ForgetTokens()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.CreateAgent(ctx, tokens, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(string(algorithm)+"/floor", func(b *testing.B) {
			token := w.idToken(time.Now())
			dot := strings.LastIndexByte(token, '.')
			b.ReportAllocs()
			for b.Loop() {
				signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
				if err != nil || !verify(w.key.Public(), []byte(token[:dot]), signature) {
					b.Fatal("wrong signature")
				}
			}
		})
	}
}

func verify(public crypto.PublicKey, signed, signature []byte) bool {
	switch key := public.(type) {
	case *rsa.PublicKey:
		digest := sha256.Sum256(signed)
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
	case *ecdsa.PublicKey:
		digest := sha256.Sum256(signed)
		return ecdsa.Verify(key, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
	case ed25519.PublicKey:
		return ed25519.Verify(key, signed, signature)
	}
	return false
}

// BenchmarkStorm is 10,000 concurrent calls with one expired token and an answer that takes 500 ms. It reports how long after
// the answer the last call is done, and how many token requests there were.
func BenchmarkStorm(b *testing.B) {
	const callers = 10_000
	var after time.Duration
	var requests int
	for b.Loop() {
		w := &world{key: mint.NewKey(mint.ES256, "bench"), hold: 500 * time.Millisecond}
		e, tokens := w.engine(b), w.stored(time.Now(), -time.Hour)
		var group sync.WaitGroup
		for range callers {
			group.Go(func() {
				if _, err := e.CreateAgent(context.Background(), tokens, nil); err != nil {
					b.Error(err)
				}
			})
		}
		group.Wait()
		after, requests = max(after, time.Since(w.ended)), max(requests, w.tokens)
	}
	b.ReportMetric(float64(after.Microseconds())/1000, "ms-after-answer")
	b.ReportMetric(float64(requests), "token-requests")
}
