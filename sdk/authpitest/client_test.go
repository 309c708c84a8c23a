package authpitest_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpitest"
)

const (
	callbackURI = "https://app.example.com/callback"
	verifier    = "an-example-code-verifier-of-at-least-43-chars"
	formType    = "application/x-www-form-urlencoded"
)

// foreign is a client that uses net/http only.
type foreign struct {
	t      *testing.T
	issuer *authpitest.Issuer
	id     string
	secret string
}

// answer is a response and its body.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

func (a answer) str(name string) string {
	value, _ := a.body[name].(string)
	return value
}

func web(t *testing.T, issuer *authpitest.Issuer) foreign {
	return foreign{t, issuer, "c_web", "web-secret"}
}

func spa(t *testing.T, issuer *authpitest.Issuer) foreign { return foreign{t, issuer, "c_spa", ""} }

func robot(t *testing.T, issuer *authpitest.Issuer) foreign {
	return foreign{t, issuer, "agt_robot", "robot-secret"}
}

// fields returns base with changed parameters. The value "-" removes a parameter.
func fields(base url.Values, changes ...string) url.Values {
	values := url.Values{}
	for name, given := range base {
		values[name] = append([]string(nil), given...)
	}
	for n := 0; n < len(changes); n += 2 {
		values.Set(changes[n], changes[n+1])
		if changes[n+1] == "-" {
			values.Del(changes[n])
		}
	}
	return values
}

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (f foreign) authorizeQuery(changes ...string) url.Values {
	return fields(url.Values{
		"response_type": {"code"}, "client_id": {f.id}, "redirect_uri": {callbackURI},
		"scope": {"openid profile email"}, "state": {"state-1"}, "nonce": {"nonce-1"},
		"code_challenge": {challenge()}, "code_challenge_method": {"S256"},
	}, changes...)
}

func (f foreign) authorizeURL(changes ...string) string {
	return f.issuer.URL() + "/authorize?" + f.authorizeQuery(changes...).Encode()
}

// login logs a user in and returns the parameters of the callback.
func (f foreign) login(user string, changes ...string) url.Values {
	f.t.Helper()
	return query(f.t, f.issuer.Login(f.authorizeURL(changes...), user))
}

func query(t *testing.T, rawURL string) url.Values {
	t.Helper()
	parsed, err := url.Parse(rawURL)
	require.NoError(t, err)
	return parsed.Query()
}

// post sends a form with the client's authentication: Basic, or just client_id.
func (f foreign) post(path string, form url.Values) answer {
	f.t.Helper()
	if f.secret == "" {
		form = fields(form, "client_id", f.id)
	}
	request := f.request(http.MethodPost, path, form)
	if f.secret != "" {
		request.SetBasicAuth(url.QueryEscape(f.id), url.QueryEscape(f.secret))
	}
	return send(f.t, f.issuer, request)
}

func (f foreign) request(method, path string, form url.Values) *http.Request {
	f.t.Helper()
	request, err := http.NewRequestWithContext(f.t.Context(), method, f.issuer.URL()+path, strings.NewReader(form.Encode()))
	require.NoError(f.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request
}

// send does not follow redirects.
func send(t *testing.T, issuer *authpitest.Issuer, request *http.Request) answer {
	t.Helper()
	client := *issuer.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	a := answer{status: response.StatusCode, header: response.Header, text: string(text)}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		require.NoError(t, json.Unmarshal(text, &a.body))
	}
	return a
}

func get(t *testing.T, issuer *authpitest.Issuer, path string, header ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, issuer.URL()+path, nil)
	require.NoError(t, err)
	for n := 0; n < len(header); n += 2 {
		request.Header.Set(header[n], header[n+1])
	}
	return send(t, issuer, request)
}

func (f foreign) codeForm(code string, changes ...string) url.Values {
	return fields(url.Values{
		"grant_type": {"authorization_code"}, "code": {code},
		"redirect_uri": {callbackURI}, "code_verifier": {verifier},
	}, changes...)
}

// tokens logs a user in and exchanges the code.
func (f foreign) tokens(user string, changes ...string) answer {
	f.t.Helper()
	code := f.login(user, changes...).Get("code")
	require.NotEmpty(f.t, code)
	a := f.post("/token", f.codeForm(code))
	require.Equal(f.t, http.StatusOK, a.status, a.text)
	return a
}

func (f foreign) refresh(token string, changes ...string) answer {
	f.t.Helper()
	return f.post("/token", fields(url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {token},
	}, changes...))
}

// active introspects a token and reports whether it is active.
func (f foreign) active(token string) bool {
	f.t.Helper()
	a := f.post("/introspect", url.Values{"token": {token}})
	require.Equal(f.t, http.StatusOK, a.status, a.text)
	return a.body["active"].(bool)
}

func requireRefusal(t *testing.T, a answer, status int, code string) {
	t.Helper()
	require.Equal(t, code, a.str("error"), a.text)
	require.Equal(t, status, a.status)
	assert.NotEmpty(t, a.str("error_description"))
	assert.Equal(t, "no-store", a.header.Get("Cache-Control"))
	if status == http.StatusUnauthorized {
		assert.NotEmpty(t, a.header.Get("WWW-Authenticate"))
	}
}

// verify checks a token's signature against the published keys and returns its header and
// claims.
func verify(t *testing.T, issuer *authpitest.Issuer, token string) (header, claims map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	require.Len(t, parts, 3)
	require.NoError(t, json.Unmarshal(decode(t, parts[0]), &header))
	require.NoError(t, json.Unmarshal(decode(t, parts[1]), &claims))
	for _, key := range get(t, issuer, "/jwks.json").body["keys"].([]any) {
		jwk := key.(map[string]any)
		if jwk["kid"] == header["kid"] {
			require.Equal(t, jwk["alg"], header["alg"])
			require.True(t, verifies(t, jwk, parts[0]+"."+parts[1], decode(t, parts[2])), "signature")
			return header, claims
		}
	}
	require.Fail(t, "the kid is not published")
	return nil, nil
}

func verifies(t *testing.T, jwk map[string]any, input string, signature []byte) bool {
	number := func(name string) *big.Int { return new(big.Int).SetBytes(decode(t, jwk[name].(string))) }
	digest := sha256.Sum256([]byte(input))
	switch jwk["kty"] {
	case "EC":
		public := &ecdsa.PublicKey{Curve: elliptic.P256(), X: number("x"), Y: number("y")}
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		return ecdsa.Verify(public, digest[:], r, s)
	case "RSA":
		public := &rsa.PublicKey{N: number("n"), E: int(number("e").Int64())}
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature) == nil
	default:
		return ed25519.Verify(decode(t, jwk["x"].(string)), []byte(input), signature)
	}
}

func decode(t *testing.T, text string) []byte {
	t.Helper()
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	require.NoError(t, err)
	return decoded
}
