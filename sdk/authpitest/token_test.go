package authpitest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpitest"
)

func TestCodeIsBound(t *testing.T) {
	tests := map[string]struct {
		changes []string
		advance time.Duration
		status  int
		want    string
	}{
		"another redirect URI": {[]string{"redirect_uri", callbackURI + "/"}, 0, 400, "invalid_grant"},
		"no redirect URI":      {[]string{"redirect_uri", "-"}, 0, 400, "invalid_grant"},
		"another verifier":     {[]string{"code_verifier", strings.Repeat("a", 43)}, 0, 400, "invalid_grant"},
		"no verifier":          {[]string{"code_verifier", "-"}, 0, 400, "invalid_grant"},
		"the challenge":        {[]string{"code_verifier", challenge()}, 0, 400, "invalid_grant"},
		"unknown code":         {[]string{"code", "x"}, 0, 400, "invalid_grant"},
		"no code":              {[]string{"code", "-"}, 0, 400, "invalid_request"},
		"expired":              {nil, time.Minute, 400, "invalid_grant"},
		"wider resource":       {[]string{"resource", "https://api.example.com"}, 0, 400, "invalid_target"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			issuer := fixed(t, authpitest.Options{})
			client := spa(t, issuer)
			code := client.login("usr_alice").Get("code")
			issuer.Advance(test.advance)
			requireRefusal(t, client.post("/token", client.codeForm(code, test.changes...)), test.status, test.want)
		})
	}
	t.Run("another client", func(t *testing.T) {
		issuer := authpitest.New(t, nil)
		code := spa(t, issuer).login("usr_alice").Get("code")
		requireRefusal(t, web(t, issuer).post("/token", spa(t, issuer).codeForm(code)), 400, "invalid_grant")
		assert.Equal(t, 200, spa(t, issuer).post("/token", spa(t, issuer).codeForm(code)).status,
			"another client does not use up the code")
	})
	t.Run("one attempt", func(t *testing.T) {
		issuer := authpitest.New(t, nil)
		client := spa(t, issuer)
		code := client.login("usr_alice").Get("code")
		client.post("/token", client.codeForm(code, "code_verifier", strings.Repeat("a", 43)))
		requireRefusal(t, client.post("/token", client.codeForm(code)), 400, "invalid_grant")
	})
	t.Run("verifier without challenge", func(t *testing.T) {
		issuer := authpitest.New(t, nil)
		client := web(t, issuer)
		plain := []string{"code_challenge", "-", "code_challenge_method", "-"}
		code := client.login("usr_alice", plain...).Get("code")
		requireRefusal(t, client.post("/token", client.codeForm(code)), 400, "invalid_grant")
		code = client.login("usr_alice", plain...).Get("code")
		assert.Equal(t, 200, client.post("/token", client.codeForm(code, "code_verifier", "-")).status)
	})
	t.Run("blocked before the exchange", func(t *testing.T) {
		issuer := authpitest.New(t, nil)
		client := spa(t, issuer)
		code := client.login("usr_alice").Get("code")
		issuer.SetBlocked("usr_alice", true)
		requireRefusal(t, client.post("/token", client.codeForm(code)), 403, "user_blocked")
	})
}

func TestSecondUseOfACodeRevokesItsTokens(t *testing.T) {
	issuer := authpitest.New(t, nil)
	client := web(t, issuer)
	code := client.login("usr_alice").Get("code")
	a := client.post("/token", client.codeForm(code))
	require.True(t, client.active(a.str("access_token")))

	requireRefusal(t, client.post("/token", client.codeForm(code)), 400, "invalid_grant")
	assert.False(t, client.active(a.str("access_token")))
	requireRefusal(t, client.refresh(a.str("refresh_token")), 400, "invalid_grant")
	assert.Equal(t, 401, get(t, issuer, "/userinfo", "Authorization", "Bearer "+a.str("access_token")).status)
}

func TestRefreshRotates(t *testing.T) {
	issuer := fixed(t, authpitest.Options{})
	client := spa(t, issuer)
	first := client.tokens("usr_alice")
	_, before := verify(t, issuer, first.str("id_token"))
	issuer.Advance(time.Hour)

	second := client.refresh(first.str("refresh_token"))
	require.Equal(t, 200, second.status, second.text)
	for _, name := range []string{"access_token", "refresh_token", "id_token"} {
		assert.NotEqual(t, first.str(name), second.str(name), name)
	}
	_, after := verify(t, issuer, second.str("id_token"))
	assert.Equal(t, before["auth_time"], after["auth_time"], "the time of the login")
	assert.Equal(t, before["sid"], after["sid"])
	assert.NotContains(t, after, "nonce")
	_, access := verify(t, issuer, second.str("access_token"))
	assert.Equal(t, access["iat"], access["auth_time"], "the time of issue")

	third := client.refresh(second.str("refresh_token"))
	require.Equal(t, 200, third.status)
	requireRefusal(t, client.refresh(first.str("refresh_token")), 400, "invalid_grant")
	requireRefusal(t, client.refresh(third.str("refresh_token")), 400, "invalid_grant")
}

func TestRefreshNarrowsScopes(t *testing.T) {
	issuer := authpitest.New(t, nil)
	client := web(t, issuer)
	first := client.tokens("usr_alice")

	requireRefusal(t, client.refresh(first.str("refresh_token"), "scope", "openid admin:all"), 400, "invalid_scope")
	narrow := client.refresh(first.str("refresh_token"), "scope", "email")
	assert.Equal(t, "email", narrow.str("scope"))
	assert.NotContains(t, narrow.body, "id_token")
	whole := client.refresh(narrow.str("refresh_token"))
	assert.Equal(t, "openid profile email", whole.str("scope"), "the refresh token keeps the whole grant")
}

func TestRefreshRefusals(t *testing.T) {
	tests := map[string]struct {
		before func(*authpitest.Issuer)
		status int
		want   string
	}{
		"session expired by hand": {func(i *authpitest.Issuer) { i.ExpireSessions("usr_alice") }, 401, "session_expired"},
		"session idle":            {func(i *authpitest.Issuer) { i.Advance(12 * time.Hour) }, 401, "session_expired"},
		"blocked user":            {func(i *authpitest.Issuer) { i.SetBlocked("usr_alice", true) }, 403, "user_blocked"},
		"disabled client":         {func(i *authpitest.Issuer) { i.SetBlocked("c_spa", true) }, 401, "unauthorized_client"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			issuer := fixed(t, authpitest.Options{})
			client := spa(t, issuer)
			first := client.tokens("usr_alice")
			test.before(issuer)
			requireRefusal(t, client.refresh(first.str("refresh_token")), test.status, test.want)
		})
	}
	t.Run("absolute age", func(t *testing.T) {
		issuer := fixed(t, authpitest.Options{SessionMaxAge: time.Hour, SessionIdleTimeout: 40 * time.Minute})
		client := spa(t, issuer)
		tokens := client.tokens("usr_alice")
		issuer.Advance(39 * time.Minute)
		tokens = client.refresh(tokens.str("refresh_token"))
		require.Equal(t, 200, tokens.status, "used in time")
		issuer.Advance(21 * time.Minute)
		requireRefusal(t, client.refresh(tokens.str("refresh_token")), 401, "session_expired")
	})
	t.Run("expired token", func(t *testing.T) {
		issuer := fixed(t, authpitest.Options{Clients: []authpitest.Client{
			{ID: "c_spa", RedirectURIs: []string{callbackURI}, RefreshTokenLifetime: time.Hour},
		}})
		client := spa(t, issuer)
		tokens := client.tokens("usr_alice")
		issuer.Advance(time.Hour)
		requireRefusal(t, client.refresh(tokens.str("refresh_token")), 400, "invalid_grant")
	})
	t.Run("another client", func(t *testing.T) {
		issuer := authpitest.New(t, nil)
		tokens := spa(t, issuer).tokens("usr_alice")
		requireRefusal(t, web(t, issuer).refresh(tokens.str("refresh_token")), 400, "invalid_grant")
		assert.Equal(t, 200, spa(t, issuer).refresh(tokens.str("refresh_token")).status)
	})
	t.Run("not a refresh token", func(t *testing.T) {
		issuer := authpitest.New(t, nil)
		tokens := spa(t, issuer).tokens("usr_alice")
		requireRefusal(t, spa(t, issuer).refresh(tokens.str("access_token")), 400, "invalid_grant")
		requireRefusal(t, spa(t, issuer).refresh(""), 400, "invalid_request")
	})
}

func TestClientCredentials(t *testing.T) {
	issuer := fixed(t, authpitest.Options{})
	form := func(changes ...string) url.Values {
		return fields(url.Values{"grant_type": {"client_credentials"}}, changes...)
	}

	t.Run("agent", func(t *testing.T) {
		a := robot(t, issuer).post("/token", form("resource", "https://api.example.com"))
		require.Equal(t, 200, a.status, a.text)
		assert.EqualValues(t, 300, a.body["expires_in"])
		assert.Equal(t, "projects:read projects:write", a.str("scope"), "a request without scopes gets all")
		assert.NotContains(t, a.body, "refresh_token")
		assert.NotContains(t, a.body, "id_token")
		header, claims := verify(t, issuer, a.str("access_token"))
		delete(claims, "jti")
		now := float64(issuer.Now().Unix())
		assert.Equal(t, "at+jwt", header["typ"])
		assert.Equal(t, map[string]any{
			"iss": issuer.URL(), "sub": "agt_robot", "aud": "https://api.example.com", "client_id": "agt_robot",
			"exp": now + 300, "iat": now, "auth_time": now, "dat": map[string]any{"type": "agent"},
			"scope": "projects:read projects:write",
		}, claims)
	})
	t.Run("client", func(t *testing.T) {
		a := web(t, issuer).post("/token", form("scope", "users:read"))
		assert.EqualValues(t, 1800, a.body["expires_in"])
		_, claims := verify(t, issuer, a.str("access_token"))
		assert.Equal(t, "c_web", claims["sub"])
		assert.Equal(t, "c_web", claims["aud"])
		assert.NotContains(t, claims, "dat")
		assert.NotContains(t, claims, "sid")
	})
	t.Run("agent with organizations", func(t *testing.T) {
		issuer.AddAgent(authpitest.Agent{ID: "agt_org", Secret: "s", Organizations: []authpitest.Organization{{ID: "org_x"}}})
		a := foreign{t, issuer, "agt_org", "s"}.post("/token", form())
		_, claims := verify(t, issuer, a.str("access_token"))
		assert.Len(t, claims["organizations"], 1)
	})

	requireRefusal(t, spa(t, issuer).post("/token", form()), 401, "unauthorized_client")
	requireRefusal(t, robot(t, issuer).post("/token", form("scope", "admin:all")), 400, "invalid_scope")
	requireRefusal(t, web(t, issuer).post("/token", form("scope", "é")), 400, "invalid_scope")
	requireRefusal(t, robot(t, issuer).post("/token", form("resource", "nowhere")), 400, "invalid_target")
	issuer.SetBlocked("agt_robot", true)
	requireRefusal(t, robot(t, issuer).post("/token", form()), 401, "unauthorized_client")
}

func TestClientAuthentication(t *testing.T) {
	issuer := authpitest.New(t, nil)
	issuer.AddClient(authpitest.Client{ID: "c odd:1", Secret: "p%+ :é"})
	form := url.Values{"grant_type": {"client_credentials"}}
	tests := map[string]struct {
		form       url.Values
		user, pass string // Basic, as it goes over the wire
		header     string
		status     int
		want       string
	}{
		"basic":                   {form, "c_web", "web-secret", "", 200, ""},
		"basic form-encoded":      {form, "c+odd%3A1", "p%25%2B+%3A%C3%A9", "", 200, ""},
		"basic not form-encoded":  {form, "c_web", "p%zz", "", 401, "invalid_client"},
		"basic and own ID":        {fields(form, "client_id", "c_web"), "c_web", "web-secret", "", 200, ""},
		"body":                    {fields(form, "client_id", "c_web", "client_secret", "web-secret"), "", "", "", 200, ""},
		"basic and body":          {fields(form, "client_secret", "web-secret"), "c_web", "web-secret", "", 400, "invalid_request"},
		"basic and another ID":    {fields(form, "client_id", "c_spa"), "c_web", "web-secret", "", 400, "invalid_request"},
		"wrong secret":            {form, "c_web", "wrong", "", 401, "invalid_client"},
		"wrong secret in body":    {fields(form, "client_id", "c_web", "client_secret", "x"), "", "", "", 401, "invalid_client"},
		"no secret":               {fields(form, "client_id", "c_web"), "", "", "", 401, "invalid_client"},
		"empty basic secret":      {form, "c_web", "", "", 401, "invalid_client"},
		"public with basic":       {form, "c_spa", "", "", 401, "invalid_client"},
		"unknown client":          {form, "c_none", "x", "", 401, "invalid_client"},
		"nothing":                 {form, "", "", "", 401, "invalid_client"},
		"bearer":                  {form, "", "", "Bearer x", 401, "invalid_client"},
		"basic not base64":        {form, "", "", "Basic ***", 401, "invalid_client"},
		"basic without colon":     {form, "", "", "Basic YQ==", 401, "invalid_client"},
		"basic encoded ID broken": {form, "%zz", "x", "", 401, "invalid_client"},
		"assertion":               {fields(form, "client_id", "c_web", "client_assertion", "x"), "", "", "", 401, "invalid_client"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			request := web(t, issuer).request(http.MethodPost, "/token", test.form)
			if test.user != "" {
				request.SetBasicAuth(test.user, test.pass)
			}
			if test.header != "" {
				request.Header.Set("Authorization", test.header)
			}
			a := send(t, issuer, request)
			if test.want == "" {
				require.Equal(t, 200, a.status, a.text)
				return
			}
			requireRefusal(t, a, test.status, test.want)
		})
	}
	t.Run("two headers", func(t *testing.T) {
		request := web(t, issuer).request(http.MethodPost, "/token", form)
		request.Header["Authorization"] = []string{"Basic YTpi", "Basic YTpi"}
		requireRefusal(t, send(t, issuer, request), 400, "invalid_request")
	})
}

func TestTokenEndpointIsStrict(t *testing.T) {
	issuer := authpitest.New(t, nil)
	client := web(t, issuer)
	good := "grant_type=client_credentials&client_id=c_web&client_secret=web-secret"
	grant := func(grant string) string { return strings.Replace(good, "client_credentials", grant, 1) }
	large := strings.Repeat("x", 1<<20)
	tests := map[string]struct {
		method, path, contentType, body string
		status                          int
		want                            string
	}{
		"fine":              {"POST", "/token", "application/x-www-form-urlencoded; charset=utf-8", good, 200, ""},
		"GET":               {"GET", "/token", "", "", 405, "invalid_request"},
		"JSON":              {"POST", "/token", "application/json", "{}", 415, "invalid_content_type"},
		"no content type":   {"POST", "/token", "", good, 415, "invalid_content_type"},
		"query":             {"POST", "/token?client_id=c_web", formType, good, 400, "invalid_request"},
		"doubled":           {"POST", "/token", formType, good + "&scope=a&scope=a", 400, "invalid_request"},
		"doubled and empty": {"POST", "/token", formType, good + "&scope=&scope=a", 400, "invalid_request"},
		"bad escape":        {"POST", "/token", formType, good + "&scope=%zz", 400, "invalid_request"},
		"bad UTF-8":         {"POST", "/token", formType, good + "&scope=%ff", 400, "invalid_request"},
		"unknown grant":     {"POST", "/token", formType, grant("password"), 400, "unsupported_grant_type"},
		"no grant":          {"POST", "/token", formType, grant(""), 400, "invalid_request"},
		"too large":         {"POST", "/token", formType, good + "&x=" + large, 400, "invalid_request"},
		"unknown path":      {"POST", "/par", formType, good, 404, "not_found"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			request := client.request(test.method, test.path, nil)
			request.Body = http.NoBody
			if test.body != "" {
				replacement, err := http.NewRequestWithContext(t.Context(), test.method, request.URL.String(), strings.NewReader(test.body))
				require.NoError(t, err)
				request = replacement
			}
			request.Header.Del("Content-Type")
			if test.contentType != "" {
				request.Header.Set("Content-Type", test.contentType)
			}
			a := send(t, issuer, request)
			if test.want == "" {
				require.Equal(t, 200, a.status, a.text)
				return
			}
			requireRefusal(t, a, test.status, test.want)
			assert.Equal(t, test.status == 405, a.header.Get("Allow") == "POST")
		})
	}
}
