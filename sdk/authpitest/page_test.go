package authpitest_test

import (
	"html"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpitest"
)

// browser is a foreign client with a cookie jar, like a person's browser.
type browser struct {
	t   *testing.T
	jar http.CookieJar
	foreign
}

func newBrowser(t *testing.T, client foreign) browser {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return browser{t, jar, client}
}

func (b browser) do(request *http.Request) answer {
	b.t.Helper()
	for _, cookie := range b.jar.Cookies(request.URL) {
		request.AddCookie(cookie)
	}
	a := send(b.t, b.issuer, request)
	b.jar.SetCookies(request.URL, (&http.Response{Header: a.header}).Cookies())
	return a
}

func (b browser) open(rawURL string) answer {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, rawURL, nil)
	require.NoError(b.t, err)
	return b.do(request)
}

// choose sends the form of the login page.
func (b browser) choose(page answer, user string) answer {
	b.t.Helper()
	found := regexp.MustCompile(`action="([^"]*)"`).FindStringSubmatch(page.text)
	require.Len(b.t, found, 2, page.text)
	base, err := url.Parse(b.issuer.URL())
	require.NoError(b.t, err)
	action, err := base.Parse(html.UnescapeString(found[1]))
	require.NoError(b.t, err)
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, action.String(),
		strings.NewReader(url.Values{"user": {user}}.Encode()))
	require.NoError(b.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(request)
}

func TestPersonLogsInOnThePage(t *testing.T) {
	issuer := authpitest.New(t, nil)
	issuer.AddUser(authpitest.User{ID: "usr_<i>", Name: `<script>"x"</script>`})
	b := newBrowser(t, spa(t, issuer))

	page := b.open(b.authorizeURL())
	require.Equal(t, 200, page.status)
	assert.Contains(t, page.text, `value="usr_alice"`)
	assert.Contains(t, page.text, "Alice Example")
	assert.Contains(t, page.text, "usr_&lt;i&gt;")
	assert.NotContains(t, page.text, "<script>")
	assert.Equal(t, "no-store", page.header.Get("Cache-Control"))
	assert.Contains(t, page.header.Get("Content-Security-Policy"), "frame-ancestors 'none'")

	back := b.choose(page, "usr_alice")
	require.Equal(t, http.StatusSeeOther, back.status)
	require.True(t, strings.HasPrefix(back.header.Get("Location"), callbackURI+"?"))
	callback := query(t, back.header.Get("Location"))
	assert.Equal(t, "state-1", callback.Get("state"))
	tokens := b.post("/token", b.codeForm(callback.Get("code")))
	require.Equal(t, 200, tokens.status, tokens.text)

	t.Run("stays logged in", func(t *testing.T) {
		assert.NotEmpty(t, query(t, b.open(b.authorizeURL("prompt", "none")).header.Get("Location")).Get("code"))
		assert.Equal(t, http.StatusSeeOther, b.open(b.authorizeURL()).status)
		assert.Equal(t, 200, b.open(b.authorizeURL("prompt", "login")).status)
	})
	t.Run("another browser does not", func(t *testing.T) {
		other := newBrowser(t, spa(t, issuer))
		assert.Equal(t, 200, other.open(b.authorizeURL()).status)
		silent := other.open(b.authorizeURL("prompt", "none"))
		assert.Equal(t, "login_required", query(t, silent.header.Get("Location")).Get("error"))
	})
	t.Run("logs out", func(t *testing.T) {
		b.open(issuer.URL() + "/logout?" + url.Values{"id_token_hint": {tokens.str("id_token")}}.Encode())
		assert.Equal(t, 200, b.open(b.authorizeURL()).status)
	})
}

func TestPersonIsRefusedOnThePage(t *testing.T) {
	issuer := authpitest.New(t, nil)
	b := newBrowser(t, spa(t, issuer))
	page := b.open(b.authorizeURL())

	cancelled := b.choose(page, "")
	assert.Equal(t, "access_denied", query(t, cancelled.header.Get("Location")).Get("error"))

	issuer.SetBlocked("usr_bob", true)
	blocked := b.choose(page, "usr_bob")
	assert.Equal(t, "user_blocked", query(t, blocked.header.Get("Location")).Get("error"))

	silent := b.choose(answer{text: `action="` + html.EscapeString(
		strings.Replace(b.authorizeURL("prompt", "none"), "/authorize", "/login", 1)) + `"`}, "usr_alice")
	assert.Equal(t, "login_required", query(t, silent.header.Get("Location")).Get("error"))
}

func TestRefusalsThatStayOnThePage(t *testing.T) {
	issuer := authpitest.New(t, nil)
	b := newBrowser(t, spa(t, issuer))
	for name, target := range map[string]string{
		"no client":             b.authorizeURL("client_id", "-"),
		"unknown client":        b.authorizeURL("client_id", "c_none"),
		"doubled client":        b.authorizeURL() + "&client_id=c_spa",
		"no redirect URI":       b.authorizeURL("redirect_uri", "-"),
		"redirect URI prefix":   b.authorizeURL("redirect_uri", callbackURI+"/x"),
		"redirect URI case":     b.authorizeURL("redirect_uri", "https://APP.example.com/callback"),
		"redirect URI query":    b.authorizeURL("redirect_uri", callbackURI+"?x"),
		"doubled redirect URI":  b.authorizeURL() + "&redirect_uri=" + url.QueryEscape(callbackURI),
		"malformed":             b.authorizeURL() + "&x=%zz",
		"no UTF-8":              b.authorizeURL() + "&x=%ff",
		"semicolons":            b.authorizeURL() + ";x=1",
		"form of a bad request": strings.Replace(b.authorizeURL("client_id", "-"), "/authorize", "/login", 1),
	} {
		t.Run(name, func(t *testing.T) {
			var a answer
			if strings.Contains(target, "/login") {
				a = b.choose(answer{text: `action="` + html.EscapeString(target) + `"`}, "usr_alice")
			} else {
				a = b.open(target)
			}
			assert.Equal(t, 400, a.status)
			assert.Empty(t, a.header.Get("Location"))
			assert.Contains(t, a.text, "invalid_request")
		})
	}
}

func TestFormPost(t *testing.T) {
	issuer := authpitest.New(t, &authpitest.Options{CallbackIssuer: true})
	b := newBrowser(t, spa(t, issuer))
	a := b.choose(b.open(b.authorizeURL("response_mode", "form_post")), "usr_alice")
	require.Equal(t, 200, a.status)
	assert.Contains(t, a.text, `action="`+callbackURI+`"`)
	assert.Contains(t, a.text, `name="state" value="state-1"`)
	assert.Contains(t, a.text, `name="code" value="`)
	assert.Contains(t, a.text, `name="iss" value="`+issuer.URL()+`"`)
	assert.NotEmpty(t, b.login("usr_alice", "response_mode", "form_post").Get("code"))
}
