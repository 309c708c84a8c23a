package authpiasync_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	authpiasync "github.com/arbfay/authpi-go/sdk/async"
	"github.com/arbfay/authpi-go/sdk/authpi"
	authpisync "github.com/arbfay/authpi-go/sdk/sync"
)

// BenchmarkFuture compares a call through a future with the same blocking call, for a
// session whose tokens were verified before, and with an empty goroutine, which is the
// minimum cost of any future.
func BenchmarkFuture(b *testing.B) {
	key := mint.NewKey(mint.ES256, "bench")
	now := time.Now()
	config := authpi.Config{IssuerURL: issuer, ClientID: "c_1", HTTPClient: &http.Client{Transport: transport(
		func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "openid-configuration") {
				return answer(http.StatusOK, `{"issuer":"`+issuer+`","jwks_uri":"`+issuer+`/jwks.json"}`), nil
			}
			response := answer(http.StatusOK, "")
			response.Body = io.NopCloser(strings.NewReader(string(mint.JWKS(key))))
			return response, nil
		},
	)}}
	tokens := &authpi.TokenSet{
		AccessToken: authpi.NewSecret("at"), ExpiresAt: now.Add(time.Hour),
		IDToken: authpi.NewSecret(key.Token("", mint.NewObject(
			"iss", issuer, "sub", "usr_1", "aud", "c_1", "iat", now.Unix(), "exp", now.Add(time.Hour).Unix(),
		))),
	}
	ctx := context.Background()
	b.Run("blocking", func(b *testing.B) {
		c, err := authpisync.New(config)
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.CreateAgent(ctx, tokens, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("goroutine", func(b *testing.B) {
		for b.Loop() {
			done := make(chan struct{})
			go close(done)
			<-done
		}
	})
	b.Run("future", func(b *testing.B) {
		c, err := authpiasync.New(config)
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.CreateAgent(ctx, tokens, nil).Await(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
}
