package engine_test

import (
	"encoding/json"
	"net/http"
	"strings"
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

func TestASecretOfInvisibleCharactersSpoilsNoText(t *testing.T) {
	refresh := refusedRefresh(t, "\u200b", httpmock.NewStringResponder(http.StatusBadRequest,
		`{"error":"invalid_grant","error_description":"unknown token"}`))
	assert.Equal(t, "unknown token", refresh.Description)
}

// A challenge speaks where the body's code has nothing to show.
func TestACodeWithoutAVisibleCharacterIsNone(t *testing.T) {
	answer := httpmock.NewStringResponder(http.StatusBadRequest, `{"error":"\u0001"}`)
	assert.Equal(t, "unexpected_response", refusedRefresh(t, "rt", answer).Code)
	answer = answer.HeaderSet(http.Header{"Www-Authenticate": {`Bearer error="invalid_token"`}})
	assert.Equal(t, "invalid_token", refusedRefresh(t, "rt", answer).Code)
}
