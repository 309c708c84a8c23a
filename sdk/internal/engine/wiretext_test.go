package engine_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

// refusedRefresh returns the error of a refresh whose answer is the given one.
func refusedRefresh(t *testing.T, refreshToken string, answer httpmock.Responder) *authpi.RefreshError {
	t.Helper()
	w := &world{key: mint.NewKey(mint.ES256, "text")}
	mock := w.transport()
	mock.RegisterResponder(http.MethodPost, issuer+"/token", answer)
	e, err := engine.New(authpi.Config{IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: mock}})
	require.NoError(t, err)
	tokens := w.stored(time.Now(), -time.Hour)
	tokens.RefreshToken = authpi.NewSecret(refreshToken)
	_, err = e.CreateAgent(t.Context(), tokens, nil)
	var refresh *authpi.RefreshError
	require.ErrorAs(t, err, &refresh)
	return refresh
}

// Stripping can put together again what was apart in the text, and what was sent is known by its stripped form, too.
func TestATextIsStrippedThenScrubbedThenCut(t *testing.T) {
	const token = "rt-planted-secret-0123456789"
	for name, test := range map[string]struct{ sent, echo string }{
		"inside":       {token, token[:3] + "\u200b" + token[3:]},
		"everywhere":   {token, strings.Join(strings.Split(token, ""), "\u00ad")},
		"no UTF-8":     {token, token[:9] + "\xff" + token[9:]},
		"was sent too": {token[:3] + "\u200b" + token[3:], token},
		"at the cut":   {token, strings.Repeat("x", 495) + token},
	} {
		t.Run(name, func(t *testing.T) {
			for _, member := range []string{"error", "error_description"} {
				body, err := json.Marshal(map[string]string{"error": "invalid_request", member: "x " + test.echo})
				require.NoError(t, err)
				refresh := refusedRefresh(t, test.sent, httpmock.NewBytesResponder(http.StatusBadRequest, body))
				assert.NotContains(t, refresh.Error(), token[:12], member)
			}
			refresh := refusedRefresh(t, test.sent, httpmock.NewStringResponder(http.StatusOK, "").HeaderSet(
				http.Header{"Content-Type": {"text/" + test.echo}}))
			assert.NotContains(t, refresh.Error(), token[:12], "the content type")
			refresh = refusedRefresh(t, test.sent, httpmock.NewStringResponder(http.StatusUnauthorized, "").HeaderSet(
				http.Header{"Www-Authenticate": {`Bearer error="invalid_token", error_description="` + test.echo + `"`}}))
			assert.NotContains(t, refresh.Error(), token[:12], "the challenge")
		})
	}
}

// A secret that is too short to be found in a text is found in no text that is left out.
func TestAShortSecretLeavesNoDescription(t *testing.T) {
	for _, secret := range []string{"c", "1234567", "\u200b", strings.Repeat("\u200b", 9) + "c"} {
		refresh := refusedRefresh(t, secret, httpmock.NewStringResponder(http.StatusBadRequest,
			`{"error":"invalid_grant","error_description":"unknown token"}`))
		assert.Empty(t, refresh.Description, "%q", secret)
		assert.Equal(t, "invalid_grant", refresh.Code, "%q", secret)
	}
}

func TestEachSpellingOfASecretIsRedacted(t *testing.T) {
	const token = "a b+c/d\"e<f>&'\u00e9\U0001F600=%"
	for name, spelled := range map[string]string{
		"plain": token, "form": url.QueryEscape(token), "path": url.PathEscape(token),
		"lower case": strings.ToLower(url.QueryEscape(token)), "every byte": everyByte(token),
		"JSON": `a b+c\/d\"e\u003cf\u003E\u0026\u0027\u00e9\ud83d\ude00=%`,
		"HTML": "a b&#43;c&#x2F;d&quot;e&lt;f&gt;&amp;&#39;&eacute;\U0001F600&#61;%", "html.EscapeString": html.EscapeString(token),
		"base64": base64.StdEncoding.EncodeToString([]byte(token)), "base64url": base64.RawURLEncoding.EncodeToString([]byte(token)),
		"base64 in a form": url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(token))),
	} {
		body, err := json.Marshal(map[string]string{"error": "invalid_grant", "error_description": "<" + spelled + "> and " + spelled})
		require.NoError(t, err)
		refresh := refusedRefresh(t, token, httpmock.NewBytesResponder(http.StatusBadRequest, body))
		assert.Regexp(t, `^<\[redacted\](=|%3D)*> and \[redacted\](=|%3D)*$`, refresh.Description, name)
	}
}

// everyByte escapes each byte of a text as a URL can.
func everyByte(text string) string {
	var b strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&b, "%%%02x", text[i])
	}
	return b.String()
}

func TestSecretsThatOverlapAreRedactedTogether(t *testing.T) {
	const token = "abcabcabc"
	refresh := refusedRefresh(t, token, httpmock.NewStringResponder(http.StatusBadRequest,
		`{"error":"invalid_grant","error_description":"x abcabcabcabcabc y"}`))
	assert.Equal(t, "x [redacted] y", refresh.Description)
}

// Redaction looks at each byte several times; what a server can send must not keep a core busy for seconds.
func TestALongDescriptionCostsLittle(t *testing.T) {
	for _, unit := range []string{`\\`, "%", "&#x;", "rt-planted-secre"} {
		body := `{"error":"invalid_grant","error_description":"` + strings.Repeat(unit, 1<<19/len(unit)) + `"}`
		started := time.Now()
		refresh := refusedRefresh(t, "rt-planted-secret", httpmock.NewStringResponder(http.StatusBadRequest, body))
		assert.Less(t, time.Since(started), 5*time.Second, unit)
		assert.Len(t, refresh.Description, 512, unit)
	}
}

func TestAnErrorSaysWhatToDo(t *testing.T) {
	answer := httpmock.NewStringResponder
	typed := http.Header{"Content-Type": {"application/json"}}
	page := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	jwt := http.Header{"Content-Type": {"application/jwt"}}
	for want, responder := range map[string]httpmock.Responder{
		"answered 502 with text/html instead of a JSON error":         answer(502, "<h1>Bad gateway</h1>").HeaderSet(page),
		"answered 502 with a body without content type instead of":    answer(502, "oops"),
		"answered 500 with malformed JSON instead of a JSON error":    answer(500, "{").HeaderSet(typed),
		"answered 403 with an empty body instead of a JSON error":     answer(403, ""),
		"answered 400 with JSON that has no error code":               answer(400, `{"message":"no"}`),
		"answered 400 with an error code that is not well-formed":     answer(400, `{"error":"\u0001"}`),
		"answered 201, expected 200":                                  answer(201, `{"access_token":"a"}`),
		"answered with text/html instead of JSON":                     answer(200, "<h1>Log in</h1>").HeaderSet(page),
		"answered with a JWT (application/jwt), which is not support": answer(200, `{}`).HeaderSet(jwt),
		"redirects, and redirects are not followed; configure":        answer(302, ""),
		`is malformed: "scope" must be a string`:                      answer(200, `{"access_token":"a","scope":["openid"]}`),
		`is malformed: "access_token" is missing`:                     answer(200, `{"token_type":"Bearer"}`),
		`is malformed: "token_type" must be Bearer`:                   answer(200, `{"access_token":"a","token_type":"mac"}`),
		`"access_token" appears twice`:                                answer(200, `{"access_token":"a","access_token":"b"}`),
		"not an object":                                               answer(200, `[]`),
		"is larger than 1048576 bytes":                                answer(200, strings.Repeat(" ", 1<<20+1)),
		"no client secret was sent; set ClientSecret":                 answer(401, `{"error":"invalid_client"}`),
		"idp.example failed: connection refused":                      httpmock.NewErrorResponder(syscall.ECONNREFUSED),
	} {
		refresh := refusedRefresh(t, "rt-1-rt-1", responder)
		assert.Contains(t, refresh.Error(), want)
		if refresh.Code != "invalid_client" {
			assert.Contains(t, refresh.Description, "idp.example")
		}
	}
}

// A challenge speaks where the body's code has nothing to show.
func TestACodeWithoutAVisibleCharacterIsNone(t *testing.T) {
	answer := httpmock.NewStringResponder(http.StatusBadRequest, `{"error":"\u0001"}`)
	assert.Equal(t, "unexpected_response", refusedRefresh(t, "rt", answer).Code)
	answer = answer.HeaderSet(http.Header{"Www-Authenticate": {`Bearer error="invalid_token"`}})
	assert.Equal(t, "invalid_token", refusedRefresh(t, "rt", answer).Code)
}
