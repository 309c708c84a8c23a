package engine_test

import (
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

// replying returns what a server replies with, as HTML or JSON.
func replying(status int, body string) roundTrip {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{}}, nil
	}
}

func failingWith(err error) roundTrip {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// Whoever reads the log sees the printed error alone.
func TestUnavailableNamesURLAndReason(t *testing.T) {
	for name, test := range map[string]struct {
		reply          roundTrip
		reason, advice string
	}{
		"refused": {
			failingWith(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}), "connection refused", "check the network",
		},
		"unknown host": {
			failingWith(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "idp.test", IsNotFound: true}}),
			"no such host", "check the network",
		},
		"unknown authority": {failingWith(x509.UnknownAuthorityError{}), "unknown authority", "check the network"},
		"timeout": {
			func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() },
			"timeout", "check the network",
		},
		"bad gateway": {replying(http.StatusBadGateway, "<h1>Sorry</h1>"), "status 502", "try again later"},
		"forbidden": {
			replying(http.StatusForbidden, `{"error":"access_denied","error_description":"suspended"}`),
			"access_denied: suspended", "check ",
		},
		"forbidden without a description": {
			replying(http.StatusForbidden, `{"error":"access_denied"}`), "access_denied; check ", "status 403",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for path, code := range map[string]string{
				"/.well-known/openid-configuration": "metadata_unavailable", "/jwks.json": "keys_unavailable",
			} {
				err := verifying(t, path, test.reply)
				text := err.Error()
				assert.Contains(t, text, code)
				for _, part := range []string{issuer + path, test.reason, test.advice} {
					assert.Equal(t, 1, strings.Count(text, part), "%s in: %s", part, text)
				}
			}
		})
	}
}

func TestUnreadableDocumentsNameTheirURL(t *testing.T) {
	err := verifying(t, "/.well-known/openid-configuration", replying(http.StatusOK, "<h1>Sign in</h1>"))
	require.ErrorContains(t, err, issuer+"/.well-known/openid-configuration")
	require.ErrorIs(t, err, authpi.ErrTemporary)
	err = verifying(t, "/jwks.json", replying(http.StatusOK, `{"keys":{}}`))
	require.ErrorContains(t, err, issuer+"/jwks.json")
	assert.ErrorContains(t, err, "key set")
}

// verifying returns the error of a verification whose request to a path gets that reply.
func verifying(t *testing.T, path string, reply roundTrip) error {
	t.Helper()
	w := &world{key: mint.NewKey(mint.ES256, "unavailable")}
	base := w.transport()
	e, err := engine.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", RequestTimeout: 250 * time.Millisecond,
		HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, path) {
				return reply(r)
			}
			return base.RoundTrip(r)
		})},
	})
	require.NoError(t, err)
	_, err = e.CreateAgent(t.Context(), w.stored(time.Now(), time.Hour), nil)
	require.Error(t, err)
	return err
}

// errors.Is looks for ErrTemporary in causes, too.
func TestAFinalErrorHasNoTemporaryCause(t *testing.T) {
	err := verifying(t, "/.well-known/openid-configuration", replying(http.StatusNotFound, "nothing is here"))
	require.ErrorContains(t, err, "metadata_unavailable")
	assert.NotErrorIs(t, err, authpi.ErrTemporary)
}
