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

// fixed returns an issuer whose clock does not move.
func fixed(t *testing.T, opts authpitest.Options) *authpitest.Issuer {
	start := time.Date(2030, time.January, 1, 0, 0, 0, 0, time.UTC)
	opts.Clock = func() time.Time { return start }
	return authpitest.New(t, &opts)
}

func TestCodeFlowOfAPublicClient(t *testing.T) {
	issuer := fixed(t, authpitest.Options{})
	client := spa(t, issuer)

	callback := client.login("usr_alice")
	require.Equal(t, "state-1", callback.Get("state"))
	require.NotEmpty(t, callback.Get("session_state"))
	require.False(t, callback.Has("iss"))

	a := client.post("/token", client.codeForm(callback.Get("code")))
	require.Equal(t, http.StatusOK, a.status, a.text)
	assert.Equal(t, "no-store", a.header.Get("Cache-Control"))
	assert.Equal(t, "no-cache", a.header.Get("Pragma"))
	assert.Equal(t, "Bearer", a.str("token_type"))
	assert.EqualValues(t, 1800, a.body["expires_in"])
	assert.Equal(t, "openid profile email", a.str("scope"))

	organizations := []any{map[string]any{
		"id": "org_acme", "title": "Acme", "scopes": []any{"owner", "projects:**"}, "joined_at": 1735689600.0,
	}}
	now := float64(issuer.Now().Unix())
	header, claims := verify(t, issuer, a.str("access_token"))
	assert.Equal(t, "at+jwt", header["typ"])
	assert.Equal(t, "ES256", header["alg"])
	assert.Regexp(t, `^[A-Za-z0-9]{18}$`, claims["jti"])
	assert.Regexp(t, `^s_`, claims["sid"])
	sid := claims["sid"]
	delete(claims, "jti")
	assert.Equal(t, map[string]any{
		"iss": issuer.URL(), "sub": "usr_alice", "aud": "c_spa", "exp": now + 1800, "iat": now, "auth_time": now,
		"sid": sid, "client_id": "c_spa", "dat": map[string]any{"type": "identity"},
		"scope": "openid profile email", "organizations": organizations,
	}, claims)

	header, claims = verify(t, issuer, a.str("id_token"))
	assert.NotContains(t, header, "typ")
	assert.NotEmpty(t, claims["at_hash"])
	delete(claims, "at_hash")
	assert.Equal(t, map[string]any{
		"iss": issuer.URL(), "sub": "usr_alice", "aud": "c_spa", "exp": now + 1800, "iat": now, "auth_time": now,
		"sid": sid, "nonce": "nonce-1", "name": "Alice Example", "given_name": "Alice", "family_name": "Example",
		"locale": "en", "email": "alice@example.com", "email_verified": true, "organizations": organizations,
	}, claims)

	header, claims = verify(t, issuer, a.str("refresh_token"))
	assert.NotContains(t, header, "typ")
	for _, name := range []string{"auth_time", "organizations", "org_id"} {
		assert.NotContains(t, claims, name)
	}
	assert.Equal(t, now+7*24*3600, claims["exp"])
}

func TestSigningAlgorithmOfAClient(t *testing.T) {
	for _, algorithm := range []string{"ES256", "RS256", "EdDSA"} {
		t.Run(algorithm, func(t *testing.T) {
			issuer := authpitest.New(t, &authpitest.Options{Clients: []authpitest.Client{
				{ID: "c_any", RedirectURIs: []string{callbackURI}, SigningAlgorithm: algorithm},
			}})
			a := foreign{t, issuer, "c_any", ""}.tokens("usr_alice")
			for _, name := range []string{"access_token", "id_token", "refresh_token"} {
				header, _ := verify(t, issuer, a.str(name))
				assert.Equal(t, algorithm, header["alg"], name)
			}
		})
	}
}

func TestScopesDecideTokensAndClaims(t *testing.T) {
	issuer := authpitest.New(t, nil)
	client := web(t, issuer)

	plain := client.tokens("usr_bob", "scope", "projects:read")
	assert.NotContains(t, plain.body, "id_token")
	assert.NotEmpty(t, plain.str("refresh_token"))

	bare := client.tokens("usr_bob", "scope", "openid", "nonce", "-")
	_, claims := verify(t, issuer, bare.str("id_token"))
	for _, name := range []string{"nonce", "name", "email", "given_name"} {
		assert.NotContains(t, claims, name)
	}
}

func TestOrganizationRestrictsTokens(t *testing.T) {
	issuer := authpitest.New(t, nil)
	client := web(t, issuer)
	issuer.AddUser(authpitest.User{ID: "usr_eve", Organizations: []authpitest.Organization{
		{ID: "org_a", Scopes: []string{"member"}}, {ID: "org_b"},
	}})
	ids := func(token string) []any {
		_, claims := verify(t, issuer, token)
		var ids []any
		for _, organization := range claims["organizations"].([]any) {
			ids = append(ids, organization.(map[string]any)["id"])
		}
		return ids
	}

	a := client.tokens("usr_eve", "org", "org_b")
	assert.Equal(t, []any{"org_b"}, ids(a.str("access_token")))
	assert.Equal(t, []any{"org_b"}, ids(a.str("id_token")))
	_, claims := verify(t, issuer, a.str("refresh_token"))
	assert.Equal(t, "org_b", claims["org_id"])
	_, claims = verify(t, issuer, a.str("access_token"))
	assert.Equal(t, []any{map[string]any{"id": "org_b", "title": nil, "scopes": []any{}, "joined_at": 1735689600.0}},
		claims["organizations"])

	// The refresh reads the memberships again, and keeps the restriction to one
	// organization.
	issuer.AddUser(authpitest.User{ID: "usr_eve", Organizations: []authpitest.Organization{{ID: "org_a"}}})
	again := client.refresh(a.str("refresh_token"))
	assert.Empty(t, ids(again.str("access_token")))

	refused := client.login("usr_eve", "org", "org_c")
	assert.Equal(t, "access_denied", refused.Get("error"))
	assert.Equal(t, "state-1", refused.Get("state"))
}

func TestResourcesBecomeTheAudience(t *testing.T) {
	issuer := authpitest.New(t, nil)
	client := web(t, issuer)
	const first, second = "https://api.example.com/v1", "urn:example:api"

	login := client.authorizeQuery()
	login["resource"] = []string{first, second}
	callback := query(t, issuer.Login(issuer.URL()+"/authorize?"+login.Encode(), "usr_alice"))
	a := client.post("/token", client.codeForm(callback.Get("code")))
	_, claims := verify(t, issuer, a.str("access_token"))
	assert.Equal(t, []any{first, second}, claims["aud"])
	_, claims = verify(t, issuer, a.str("id_token"))
	assert.Equal(t, "c_web", claims["aud"])

	one := client.refresh(a.str("refresh_token"), "resource", second)
	_, claims = verify(t, issuer, one.str("access_token"))
	assert.Equal(t, second, claims["aud"])
	all := client.refresh(one.str("refresh_token"))
	_, claims = verify(t, issuer, all.str("access_token"))
	assert.Equal(t, []any{first, second}, claims["aud"])
	requireRefusal(t, client.refresh(all.str("refresh_token"), "resource", "urn:other"), 400, "invalid_target")
	assert.Equal(t, 200, client.refresh(all.str("refresh_token")).status, "a refused request does not use up the token")
}

func TestPromptAndMaxAge(t *testing.T) {
	issuer := fixed(t, authpitest.Options{})
	client := web(t, issuer)
	authTime := func(callback url.Values) time.Duration {
		t.Helper()
		require.Empty(t, callback.Get("error"))
		a := client.post("/token", client.codeForm(callback.Get("code")))
		_, claims := verify(t, issuer, a.str("id_token"))
		return time.Duration(claims["iat"].(float64)-claims["auth_time"].(float64)) * time.Second
	}

	assert.Equal(t, "login_required", client.login("usr_alice", "prompt", "none").Get("error"))
	assert.Equal(t, "login_required", client.login("", "prompt", "none").Get("error"))
	assert.Zero(t, authTime(client.login("usr_alice")))
	issuer.Advance(time.Minute)
	assert.Equal(t, time.Minute, authTime(client.login("usr_alice", "prompt", "none")), "the browser stays logged in")
	assert.Equal(t, "login_required", client.login("usr_bob", "prompt", "none").Get("error"), "another browser")
	assert.Equal(t, time.Minute, authTime(client.login("usr_alice", "max_age", "60")))
	assert.Equal(t, "login_required", client.login("usr_alice", "prompt", "none", "max_age", "59").Get("error"))
	assert.Zero(t, authTime(client.login("usr_alice", "max_age", "59")))
	issuer.Advance(time.Minute)
	assert.Zero(t, authTime(client.login("usr_alice", "prompt", "login consent")))

	issuer.ExpireSessions("usr_alice")
	assert.Equal(t, "login_required", client.login("usr_alice", "prompt", "none").Get("error"))
	issuer.SetBlocked("usr_alice", true)
	assert.Equal(t, "user_blocked", client.login("usr_alice").Get("error"))
	issuer.SetBlocked("usr_alice", false)
	assert.NotEmpty(t, client.login("usr_alice").Get("code"))
}

func TestCallbackIssuer(t *testing.T) {
	issuer := authpitest.New(t, &authpitest.Options{CallbackIssuer: true})
	client := web(t, issuer)
	assert.Equal(t, issuer.URL(), client.login("usr_alice").Get("iss"))
	assert.Equal(t, issuer.URL(), client.login("usr_bob", "prompt", "none").Get("iss"), "in errors too")
	assert.Equal(t, true, get(t, issuer, "/.well-known/openid-configuration").
		body["authorization_response_iss_parameter_supported"])
}

func TestRefuse(t *testing.T) {
	issuer := authpitest.New(t, nil)
	client := web(t, issuer)
	callback := query(t, issuer.Refuse(client.authorizeURL(), "account_linking_required"))
	assert.Equal(t, "account_linking_required", callback.Get("error"))
	assert.Equal(t, "state-1", callback.Get("state"))
	assert.Empty(t, callback.Get("code"))
}

func TestRedirectURIKeepsItsQuery(t *testing.T) {
	issuer := authpitest.New(t, nil)
	issuer.AddClient(authpitest.Client{ID: "c_q", RedirectURIs: []string{callbackURI + "?tenant=1"}})
	callback := issuer.Login(foreign{t, issuer, "c_q", ""}.
		authorizeURL("redirect_uri", callbackURI+"?tenant=1"), "usr_alice")
	assert.True(t, strings.HasPrefix(callback, callbackURI+"?tenant=1&code="), callback)
}

func TestAuthorizationErrorsReachTheClient(t *testing.T) {
	issuer := authpitest.New(t, &authpitest.Options{Clients: []authpitest.Client{
		{ID: "c_spa", RedirectURIs: []string{callbackURI}, Resources: []string{"https://api.example.com"}},
	}})
	client := spa(t, issuer)
	tests := map[string]struct {
		changes []string
		want    string
	}{
		"no response type":       {[]string{"response_type", "-"}, "invalid_request"},
		"token response type":    {[]string{"response_type", "token"}, "unsupported_response_type"},
		"fragment response mode": {[]string{"response_mode", "fragment"}, "invalid_request"},
		"no PKCE":                {[]string{"code_challenge", "-", "code_challenge_method", "-"}, "invalid_request"},
		"plain PKCE":             {[]string{"code_challenge_method", "plain"}, "invalid_request"},
		"PKCE without method":    {[]string{"code_challenge_method", "-"}, "invalid_request"},
		"method without PKCE":    {[]string{"code_challenge", "-"}, "invalid_request"},
		"short challenge":        {[]string{"code_challenge", "abc"}, "invalid_request"},
		"padded challenge":       {[]string{"code_challenge", challenge() + "="}, "invalid_request"},
		"bad scope":              {[]string{"scope", "openid \"x\""}, "invalid_scope"},
		"unknown prompt":         {[]string{"prompt", "create"}, "invalid_request"},
		"none and more":          {[]string{"prompt", "none login"}, "invalid_request"},
		"negative max_age":       {[]string{"max_age", "-1"}, "invalid_request"},
		"fractional max_age":     {[]string{"max_age", "1.5"}, "invalid_request"},
		"relative resource":      {[]string{"resource", "/api"}, "invalid_target"},
		"resource with fragment": {[]string{"resource", "https://api.example.com#"}, "invalid_target"},
		"foreign resource":       {[]string{"resource", "https://other.example"}, "invalid_target"},
		"request object":         {[]string{"request", "x"}, "request_not_supported"},
		"request URI":            {[]string{"request_uri", "https://x"}, "request_uri_not_supported"},
		"registration":           {[]string{"registration", "{}"}, "registration_not_supported"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			callback := client.login("usr_alice", test.changes...)
			assert.Equal(t, test.want, callback.Get("error"))
			assert.NotEmpty(t, callback.Get("error_description"))
			assert.Equal(t, "state-1", callback.Get("state"))
			assert.Empty(t, callback.Get("code"))
		})
	}
	t.Run("doubled parameter", func(t *testing.T) {
		callback := query(t, issuer.Login(client.authorizeURL()+"&nonce=n2", "usr_alice"))
		assert.Equal(t, "invalid_request", callback.Get("error"))
		assert.Equal(t, "state-1", callback.Get("state"))
	})
	t.Run("doubled state", func(t *testing.T) {
		callback := query(t, issuer.Login(client.authorizeURL()+"&state=s2", "usr_alice"))
		assert.Equal(t, "invalid_request", callback.Get("error"))
		assert.False(t, callback.Has("state"))
	})
	t.Run("disabled client", func(t *testing.T) {
		issuer.SetBlocked("c_spa", true)
		assert.Equal(t, "unauthorized_client", client.login("usr_alice").Get("error"))
	})
}
