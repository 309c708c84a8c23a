package engine_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

// A letter whose lower case is longer in UTF-8 must not move the place where a challenge is read.
func TestAChallengeOfOddLettersIsRead(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "challenge")}
	mock := w.transport()
	refusal := httpmock.NewStringResponder(http.StatusUnauthorized, "").HeaderSet(http.Header{
		"Www-Authenticate": {strings.Repeat("Ⱥ", 40) + ` BEARER error="invalid_token"`},
	})
	mock.RegisterResponder(http.MethodPost, issuer+"/token", refusal)
	e, err := engine.New(authpi.Config{IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: mock}})
	require.NoError(t, err)
	_, err = e.CreateAgent(t.Context(), w.stored(time.Now(), -time.Hour), nil)
	var refresh *authpi.RefreshError
	require.ErrorAs(t, err, &refresh)
	assert.Equal(t, "invalid_token", refresh.Code)
}

// What a server writes in place of HTTP is quoted by net/http; it can be what was sent, or a part of it.
func TestAnAnswerThatIsNoHTTPIsNotQuoted(t *testing.T) {
	const secret = "planted-client-secret"
	for name, echo := range map[string]string{
		"status line": "%s\r\n\r\n", "header": "HTTP/1.1 200 OK\r\n%s\r\n\r\n", "length": "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n",
		"encoding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n", "part": "%.14s\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			server := echoing(t, fmt.Sprintf(echo, secret))
			e, err := engine.New(authpi.Config{
				IssuerURL: server + "/i_1", ClientID: "c_1", ClientSecret: authpi.NewSecret(secret),
			})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, e.Close(context.Background())) })
			_, err = e.IntrospectToken(t.Context(), authpi.NewSecret("t"), nil)
			require.Error(t, err)
			for ; err != nil; err = errors.Unwrap(err) {
				assert.NotContains(t, fmt.Sprintf("%v %+v", err, err), secret[:14])
			}
		})
	}
}

// echoing returns the origin of a server that has no metadata and answers anything else with a text in place of HTTP.
func echoing(t *testing.T, text string) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			answer(conn, text)
		}
	}()
	return "http://" + listener.Addr().String()
}

func answer(conn net.Conn, text string) {
	defer func() { _ = conn.Close() }()
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	if request.Method == http.MethodGet {
		text = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	}
	_, _ = conn.Write([]byte(text))
}

// Anybody can send an API any text: while the issuer is down, none of it may cost a request.
func TestGarbageIsRefusedBeforeAnyRequest(t *testing.T) {
	for _, path := range []string{"/.well-known/openid-configuration", "/jwks.json"} {
		t.Run(path, func(t *testing.T) {
			mock := (&world{key: mint.NewKey(mint.ES256, "storm")}).transport()
			mock.RegisterResponder(http.MethodGet, issuer+path, httpmock.NewStringResponder(http.StatusServiceUnavailable, "down"))
			e, err := engine.New(authpi.Config{IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: mock}})
			require.NoError(t, err)
			_, err = e.VerifyAccessToken(t.Context(), authpi.NewSecret("eyJhbGciOiJFUzI1NiJ9.e30.AAAA"), nil)
			require.ErrorIs(t, err, authpi.ErrTemporary, "what has a form is not to blame")
			before := mock.GetTotalCallCount()
			large := strings.Repeat("x", 200<<10)
			for _, garbage := range []string{"garbage", "a.b.c", "e30.e30.AAAA", "eyJhbGciOiJub25lIn0.e30.AAAA", large} {
				_, err = e.VerifyAccessToken(t.Context(), authpi.NewSecret(garbage), nil)
				var refused *authpi.TokenParseError
				require.ErrorAs(t, err, &refused, garbage)
				assert.Equal(t, "invalid_token", refused.Code)
			}
			assert.Equal(t, before, mock.GetTotalCallCount())
		})
	}
}

// An empty list of resources asks for none; it does not say that no audience will do.
func TestNoResourcesLeaveTheAudienceOpen(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "machine")}
	now := time.Now()
	mock := w.transport()
	mock.RegisterResponder(http.MethodPost, issuer+"/token", httpmock.NewStringResponder(http.StatusOK, `{"token_type":"Bearer","access_token":"`+
		w.key.Token("at+jwt", mint.NewObject("iss", issuer, "sub", "c_bench", "aud", "c_bench", "client_id", "c_bench", "jti", "j",
			"iat", now.Unix(), "exp", now.Add(time.Hour).Unix()))+`"}`))
	e, err := engine.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", ClientSecret: authpi.NewSecret("s"), Resources: []string{"https://api.example"},
		HTTPClient: &http.Client{Transport: mock},
	})
	require.NoError(t, err)
	agent, err := e.ClientCredentials(t.Context(), &authpi.ClientCredentialsOptions{Resources: []string{}})
	require.NoError(t, err)
	_, err = e.CreateAgent(t.Context(), agent.Tokens(), nil)
	assert.NoError(t, err)
}

func FuzzChallenge(f *testing.F) {
	f.Add(`Bearer error="invalid_token", error_description="it \"expired\""`)
	f.Add(`Basic realm="x", bearer error=insufficient_scope`)
	f.Add(strings.Repeat("Ⱥ", 9) + "BEARER =,\"\\")
	f.Fuzz(func(t *testing.T, value string) {
		code, description := engine.Challenge(http.Header{"Www-Authenticate": {value}})
		assert.LessOrEqual(t, len(code)+len(description), len(value), "more came out than went in")
	})
}

// FuzzReadError holds the tolerant reader against encoding/json where that accepts the body.
func FuzzReadError(f *testing.F) {
	for _, body := range []string{
		`{"error":"invalid_grant","error_description":"no"}`, `{"error_description":{"error":"x"},"error":"a\u0062"}`,
		`{"a":["error","x"],"b":{"error":"y"},"error":"z"}`, `{"error":"a","error":"b"}`, `["error"]`, `{"error":"a" "error":"b"}`,
		"{\"error\":\"a\",\"error_description\":\"\xe9\n\"}", `{"error":"\`, ` { "x" : "error" , "error" : "a" } `,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		code, description := engine.ReadError([]byte(body))
		assert.LessOrEqual(t, len(code)+len(description), len(body))
		var strict map[string]json.RawMessage
		var scanner strictjson.Scanner
		scanner.Reset(body, strictjson.MaxMembers)
		if scanner.Skip(); scanner.End() != nil || json.Unmarshal([]byte(body), &strict) != nil {
			return
		}
		want := ""
		if value := strict["error"]; len(value) > 0 && value[0] == '"' {
			require.NoError(t, json.Unmarshal(value, &want))
		}
		assert.Equal(t, want, code)
	})
}

// FuzzRedact holds that nothing of a secret is left, as it is or escaped.
func FuzzRedact(f *testing.F) {
	f.Add("planted-secret", "the planted-secret of planted%2Dsecret", uint8(4))
	f.Add("%2525%25%25", "%25%2525%25%25", uint8(0))
	f.Add("aaaaaaaaa", "aaaaaaaaaaaaaaaaaaaa", uint8(9))
	f.Add("&amp;&amp;&", "&amp;amp;&amp;&", uint8(1))
	f.Fuzz(func(t *testing.T, secret, text string, at uint8) {
		const fewest = 8
		if !printable(secret) || len(secret) < fewest || strings.ContainsAny(secret, "[]") || secret == "redacted" {
			return // what replaces it can be a part of it
		}
		i := min(int(at), len(text))
		for _, spelled := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret)} {
			redacted := engine.Redact(secret, text[:i]+spelled+text[i:])
			assert.NotContains(t, redacted, secret)
			assert.Contains(t, redacted, "[redacted]", "%q", spelled)
		}
	})
}

func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(c rune) bool { return c == utf8.RuneError || !unicode.IsPrint(c) })
}

func FuzzReadCallback(f *testing.F) {
	f.Add("/callback?state=s&code=c&iss=https%3A%2F%2Fidp.example")
	f.Add("?error=login_required&state=s#code=x")
	f.Add("https://app.example/?code=a&code=b&;=%zz")
	f.Fuzz(func(t *testing.T, link string) {
		state, code, err := engine.ReadCallback(link)
		if err != nil {
			assert.Equal(t, "invalid_callback", err.Error(), "nothing of the callback may stand in the error")
			return
		}
		assert.LessOrEqual(t, len(state)+len(code), len(link))
	})
}
