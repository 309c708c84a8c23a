package engine_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
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

// wrapping is an error of a transport whose own text is clean, whatever is underneath.
type wrapping struct{ inner []error }

func (wrapping) Error() string { return "the transport failed" }

func (w wrapping) Unwrap() []error { return w.inner }

// lost returns the error of a refresh whose request a transport fails with what it makes of the body.
func lost(t *testing.T, fail func(body string) error) error {
	t.Helper()
	w := &world{key: mint.NewKey(mint.ES256, "lost")}
	mock := w.transport()
	e, err := engine.New(authpi.Config{IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: roundTrip(
		func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet {
				return mock.RoundTrip(r)
			}
			body, err := io.ReadAll(r.Body)
			require.NoError(t, err)
			return nil, fail(string(body))
		},
	)}})
	require.NoError(t, err)
	_, err = e.CreateAgent(t.Context(), w.stored(time.Now(), -time.Hour), nil)
	require.ErrorIs(t, err, authpi.ErrNetwork)
	return err
}

// texts returns the texts of an error and of all errors underneath.
func texts(err error) []string {
	if err == nil {
		return nil
	}
	all := []string{err.Error(), fmt.Sprintf("%+v", err)}
	switch e := err.(type) { //nolint:errorlint // it walks the tree itself
	case interface{ Unwrap() error }:
		all = append(all, texts(e.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			all = append(all, texts(inner)...)
		}
	}
	return all
}

func TestNoErrorUnderneathQuotesWhatWasSent(t *testing.T) {
	for name, fail := range map[string]func(body string) error{
		"itself":     errors.New,
		"underneath": func(body string) error { return wrapping{[]error{errors.New("while sending " + body)}} },
		"beside":     func(body string) error { return wrapping{[]error{io.EOF, nil, errors.New(body)}} },
		"deep":       func(body string) error { return wrapping{[]error{wrapping{[]error{errors.New(body)}}}} },
		"URL": func(body string) error {
			return &url.Error{Op: "Post", URL: "/", Err: wrapping{[]error{errors.New(body)}}}
		},
		"operation": func(body string) error { return &url.Error{Op: body, URL: "/", Err: io.EOF} },
		"no error":  func(body string) error { return &url.Error{Op: "Post", URL: body} },
		"network":   func(body string) error { return &net.OpError{Op: "write", Err: wrapping{[]error{errors.New(body)}}} },
		"split": func(body string) error {
			return wrapping{[]error{errors.New(strings.Replace(body, "rt-1", "rt\u200b-1", 1))}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, text := range texts(lost(t, fail)) {
				assert.NotContains(t, strings.ReplaceAll(text, "\u200b", ""), "rt-1")
			}
		})
	}
}

func TestAnErrorThatQuotesNothingIsKept(t *testing.T) {
	cause := wrapping{[]error{io.EOF, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}}
	err := lost(t, func(string) error { return &url.Error{Op: "Post", URL: "/", Err: cause} })
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	require.ErrorAs(t, err, new(wrapping))

	err = lost(t, func(body string) error {
		return fmt.Errorf("%s: %w", body, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED})
	})
	require.ErrorIs(t, err, syscall.ECONNREFUSED, "what is clean underneath stays")
}

// A response made by hand can lack what one of net/http's always has.
func TestAResponseWithoutBodyIsOneWithAnEmptyBody(t *testing.T) {
	e := answering(t, func() (*http.Response, error) { return &http.Response{StatusCode: http.StatusOK}, nil })
	require.NoError(t, e.RevokeToken(t.Context(), authpi.NewSecret("t"), nil))
	_, err := e.IntrospectToken(t.Context(), authpi.NewSecret("t"), nil)
	assert.ErrorIs(t, err, authpi.ErrInvalidResponse)
}

func TestNoResponseIsANetworkError(t *testing.T) {
	e := answering(t, func() (*http.Response, error) { return nil, nil }) //nolint:nilnil // the defect
	err := e.RevokeToken(t.Context(), authpi.NewSecret("t"), nil)
	require.ErrorIs(t, err, authpi.ErrNetwork)
	var failure *authpi.OAuthError
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, "network_error", failure.Code)
}

// answering returns an engine with all of its endpoints configured, whose transport gives one answer.
func answering(t *testing.T, answer func() (*http.Response, error)) *engine.Engine {
	t.Helper()
	e, err := engine.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", ClientSecret: authpi.NewSecret("s"),
		Endpoints:  authpi.Endpoints{Revocation: issuer + "/revoke", Introspection: issuer + "/introspect"},
		HTTPClient: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return answer() })},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close(context.Background())) })
	return e
}
