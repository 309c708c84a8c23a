package authpitest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpitest"
)

func TestUserInfo(t *testing.T) {
	issuer := fixed(t, authpitest.Options{})
	client := web(t, issuer)
	tokens := client.tokens("usr_bob", "scope", "openid profile email phone address")
	issuer.AddUser(authpitest.User{
		ID: "usr_bob", Name: "Bob", Email: "b@example.com",
		Claims: map[string]any{
			"phone_number": "+1", "address": map[string]any{"country": "BE"}, "picture": "https://x/y.png",
			"https://example.com/plan": "gold", "sub": "usr_other", "organizations": 1, "name": "no", "email_verified": true,
		},
	})
	a := get(t, issuer, "/userinfo", "Authorization", "Bearer "+tokens.str("access_token"))
	require.Equal(t, 200, a.status, a.text)
	assert.Equal(t, "no-store", a.header.Get("Cache-Control"))
	assert.Equal(t, map[string]any{
		"sub": "usr_bob", "name": "Bob", "email": "b@example.com", "email_verified": false, "phone_number": "+1",
		"address": map[string]any{"country": "BE"}, "picture": "https://x/y.png", "organizations": []any{},
		"https://example.com/plan": "gold",
	}, a.body)

	bare := client.tokens("usr_bob", "scope", "openid")
	a = get(t, issuer, "/userinfo", "Authorization", "bearer "+bare.str("access_token"))
	assert.Equal(t, map[string]any{
		"sub": "usr_bob", "organizations": []any{}, "https://example.com/plan": "gold",
	}, a.body)
}

func TestUserInfoRefuses(t *testing.T) {
	issuer := fixed(t, authpitest.Options{})
	client := web(t, issuer)
	tokens := client.tokens("usr_alice")
	noOpenID := client.tokens("usr_alice", "scope", "email")
	machine := robot(t, issuer).post("/token", url.Values{"grant_type": {"client_credentials"}})
	tests := map[string]struct {
		path, authorization string
		status              int
		code, challenge     string
	}{
		"no token":        {"/userinfo", "", 401, "invalid_token", `Bearer realm="` + issuer.URL() + `"`},
		"basic":           {"/userinfo", "Basic YTpi", 401, "invalid_token", `Bearer realm="` + issuer.URL() + `"`},
		"unknown token":   {"/userinfo", "Bearer x", 401, "invalid_token", `error="invalid_token"`},
		"ID token":        {"/userinfo", "Bearer " + tokens.str("id_token"), 401, "invalid_token", `error="invalid_token"`},
		"refresh token":   {"/userinfo", "Bearer " + tokens.str("refresh_token"), 401, "invalid_token", `error="invalid_token"`},
		"machine's token": {"/userinfo", "Bearer " + machine.str("access_token"), 401, "invalid_token", `error="invalid_token"`},
		"no openid":       {"/userinfo", "Bearer " + noOpenID.str("access_token"), 403, "insufficient_scope", `scope="openid"`},
		"query":           {"/userinfo?access_token=x", "", 400, "invalid_request", `error="invalid_request"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var header []string
			if test.authorization != "" {
				header = []string{"Authorization", test.authorization}
			}
			a := get(t, issuer, test.path, header...)
			requireRefusal(t, a, test.status, test.code)
			assert.Contains(t, a.header.Get("WWW-Authenticate"), test.challenge)
		})
	}
	good := "Bearer " + tokens.str("access_token")
	for _, header := range []string{"", good} {
		request := client.request(http.MethodPost, "/userinfo", url.Values{"access_token": {tokens.str("access_token")}})
		if header != "" {
			request.Header.Set("Authorization", header)
		}
		requireRefusal(t, send(t, issuer, request), 400, "invalid_request")
	}
	issuer.Advance(30 * time.Minute)
	a := get(t, issuer, "/userinfo", "Authorization", good)
	requireRefusal(t, a, 401, "invalid_token")
}

func TestRevoke(t *testing.T) {
	issuer := authpitest.New(t, nil)
	client := web(t, issuer)
	revoke := func(by foreign, form url.Values) answer { return by.post("/revoke", form) }

	t.Run("access token", func(t *testing.T) {
		tokens := client.tokens("usr_alice")
		a := revoke(client, url.Values{"token": {tokens.str("access_token")}, "token_type_hint": {"refresh_token"}})
		assert.Equal(t, 200, a.status)
		assert.Empty(t, a.text)
		assert.False(t, client.active(tokens.str("access_token")))
		assert.True(t, client.active(tokens.str("refresh_token")))
	})
	t.Run("refresh token", func(t *testing.T) {
		tokens := client.tokens("usr_alice")
		assert.Equal(t, 200, revoke(client, url.Values{"token": {tokens.str("refresh_token")}}).status)
		assert.False(t, client.active(tokens.str("access_token")))
		assert.False(t, client.active(tokens.str("refresh_token")))
		requireRefusal(t, client.refresh(tokens.str("refresh_token")), 400, "invalid_grant")
	})
	t.Run("public client", func(t *testing.T) {
		tokens := spa(t, issuer).tokens("usr_alice")
		assert.Equal(t, 200, revoke(spa(t, issuer), url.Values{"token": {tokens.str("refresh_token")}}).status)
		requireRefusal(t, spa(t, issuer).refresh(tokens.str("refresh_token")), 400, "invalid_grant")
	})
	t.Run("refusals", func(t *testing.T) {
		tokens := client.tokens("usr_alice")
		assert.Equal(t, 200, revoke(client, url.Values{"token": {"unknown"}, "token_type_hint": {"x"}}).status)
		for _, name := range []string{"access_token", "refresh_token"} {
			requireRefusal(t, revoke(spa(t, issuer), url.Values{"token": {tokens.str(name)}}), 400, "invalid_grant")
			assert.True(t, client.active(tokens.str(name)))
		}
		requireRefusal(t, revoke(client, nil), 400, "invalid_request")
		requireRefusal(t, revoke(foreign{t, issuer, "c_web", "x"}, url.Values{"token": {"t"}}), 401, "invalid_client")
	})
}

func TestIntrospect(t *testing.T) {
	issuer := fixed(t, authpitest.Options{})
	client := web(t, issuer)
	tokens := client.tokens("usr_alice")

	a := client.post("/introspect", url.Values{"token": {tokens.str("access_token")}})
	assert.Equal(t, true, a.body["active"])
	assert.Equal(t, "Bearer", a.str("token_type"))
	assert.Equal(t, "usr_alice", a.str("sub"))
	assert.Equal(t, "openid profile email", a.str("scope"))
	assert.Equal(t, "c_web", a.str("client_id"))
	for _, name := range []string{"iss", "exp", "iat", "jti", "organizations"} {
		assert.Contains(t, a.body, name)
	}
	a = client.post("/introspect", url.Values{"token": {tokens.str("refresh_token")}})
	assert.Equal(t, true, a.body["active"])
	assert.NotContains(t, a.body, "token_type")

	machine := robot(t, issuer).post("/token", url.Values{"grant_type": {"client_credentials"}}).str("access_token")
	assert.True(t, robot(t, issuer).active(machine))
	inactive := map[string]string{"another client's": machine, "ID token": tokens.str("id_token"), "unknown": "x"}
	for name, token := range inactive {
		a := client.post("/introspect", url.Values{"token": {token}})
		assert.JSONEq(t, `{"active":false}`, a.text, name)
	}
	requireRefusal(t, client.post("/introspect", nil), 400, "invalid_request")
	requireRefusal(t, spa(t, issuer).post("/introspect", url.Values{"token": {"x"}}), 401, "invalid_client")

	rotated := client.refresh(tokens.str("refresh_token"))
	assert.False(t, client.active(tokens.str("refresh_token")))
	issuer.Advance(30 * time.Minute)
	assert.False(t, client.active(rotated.str("access_token")))
	assert.True(t, client.active(rotated.str("refresh_token")))
	issuer.ExpireSessions("usr_alice")
	assert.False(t, client.active(rotated.str("refresh_token")))
}

func TestLogout(t *testing.T) {
	const home = "https://app.example.com/"
	issuer := authpitest.New(t, nil)
	client := web(t, issuer)
	logout := func(values url.Values) answer { return get(t, issuer, "/logout?"+values.Encode()) }

	tokens := client.tokens("usr_alice")
	other := spa(t, issuer).tokens("usr_alice")
	hint := tokens.str("id_token")
	refusals := map[string]url.Values{
		"no hint":           {"client_id": {"c_web"}},
		"forged hint":       {"id_token_hint": {hint + "A"}},
		"access token":      {"id_token_hint": {tokens.str("access_token")}},
		"another client":    {"id_token_hint": {hint}, "client_id": {"c_spa"}},
		"unregistered":      {"id_token_hint": {hint}, "post_logout_redirect_uri": {home + "x"}},
		"doubled parameter": {"id_token_hint": {hint}, "state": {"a", "b"}},
	}
	for name, values := range refusals {
		t.Run(name, func(t *testing.T) {
			a := logout(values)
			assert.Equal(t, 400, a.status)
			assert.Empty(t, a.header.Get("Location"))
		})
	}
	assert.NotEmpty(t, client.login("usr_alice", "prompt", "none").Get("code"), "still logged in")

	a := logout(url.Values{
		"id_token_hint": {hint}, "client_id": {"c_web"}, "post_logout_redirect_uri": {home}, "state": {"s 1"},
	})
	assert.Equal(t, http.StatusSeeOther, a.status)
	assert.Equal(t, home+"?state=s+1", a.header.Get("Location"))
	assert.Equal(t, "login_required", client.login("usr_alice", "prompt", "none").Get("error"))
	requireRefusal(t, client.refresh(tokens.str("refresh_token")), 400, "invalid_grant")
	requireRefusal(t, spa(t, issuer).refresh(other.str("refresh_token")), 400, "invalid_grant")
	assert.True(t, client.active(tokens.str("access_token")), "access tokens live until they expire")

	again := client.tokens("usr_bob")
	for _, wrong := range [][2]string{{http.MethodPost, "application/json"}, {http.MethodPost, ""}, {http.MethodGet, formType}} {
		request := client.request(wrong[0], "/logout", url.Values{"id_token_hint": {again.str("id_token")}})
		request.Header.Set("Content-Type", wrong[1])
		assert.GreaterOrEqual(t, send(t, issuer, request).status, 400, wrong)
	}
	assert.NotEmpty(t, client.login("usr_bob", "prompt", "none").Get("code"), "still logged in")
	request := client.request(http.MethodPost, "/logout", url.Values{"id_token_hint": {again.str("id_token")}})
	a = send(t, issuer, request)
	assert.Equal(t, 200, a.status)
	assert.Contains(t, a.text, "Logged out")
	assert.NotEmpty(t, client.login("usr_alice").Get("code"))
}

func TestKeyInfo(t *testing.T) {
	issuer := authpitest.New(t, nil)
	ask := func(id, secret string) answer {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, issuer.URL()+"/keyinfo", nil)
		require.NoError(t, err)
		request.SetBasicAuth(id, secret)
		return send(t, issuer, request)
	}
	a := ask("key_ci", "ci-secret")
	assert.Equal(t, 200, a.status)
	assert.Equal(t, map[string]any{
		"id": "key_ci", "type": "api_key", "organization_id": "org_acme", "scopes": []any{"projects:read"},
	}, a.body)
	requireRefusal(t, ask("key_ci", "x"), 401, "invalid_client")
	requireRefusal(t, ask("key_none", ""), 401, "invalid_client")
	requireRefusal(t, get(t, issuer, "/keyinfo"), 401, "invalid_client")
	issuer.SetBlocked("key_ci", true)
	requireRefusal(t, ask("key_ci", "ci-secret"), 403, "access_denied")
}

func TestMetadata(t *testing.T) {
	issuer := authpitest.New(t, &authpitest.Options{Path: "tenants/i_1"})
	require.True(t, strings.HasSuffix(issuer.URL(), "/tenants/i_1"))
	a := get(t, issuer, "/.well-known/openid-configuration")
	require.Equal(t, 200, a.status)
	assert.Equal(t, issuer.URL(), a.str("issuer"))
	for name, path := range map[string]string{
		"authorization_endpoint": "/authorize", "token_endpoint": "/token", "userinfo_endpoint": "/userinfo",
		"jwks_uri": "/jwks.json", "revocation_endpoint": "/revoke", "introspection_endpoint": "/introspect",
		"end_session_endpoint": "/logout",
	} {
		assert.Equal(t, issuer.URL()+path, a.str(name))
	}
	assert.Equal(t, []any{"S256"}, a.body["code_challenge_methods_supported"])
	assert.Equal(t, []any{"ES256", "RS256", "EdDSA"}, a.body["id_token_signing_alg_values_supported"])
	assert.NotContains(t, a.body, "authorization_response_iss_parameter_supported")
	assert.NotEmpty(t, web(t, issuer).tokens("usr_alice").str("id_token"))
}

func TestKeyRotation(t *testing.T) {
	issuer := authpitest.New(t, nil)
	client := web(t, issuer)
	published := func() map[string]bool {
		kids := map[string]bool{}
		var set struct {
			Keys []struct{ Kid, Alg, Use string }
		}
		require.NoError(t, json.Unmarshal([]byte(get(t, issuer, "/jwks.json").text), &set))
		for _, key := range set.Keys {
			kids[key.Kid] = true
			assert.Equal(t, "sig", key.Use)
		}
		require.Len(t, kids, 6)
		return kids
	}
	kid := func(token string) string {
		var header struct{ Kid string }
		require.NoError(t, json.Unmarshal(decode(t, strings.Split(token, ".")[0]), &header))
		return header.Kid
	}

	first := kid(client.tokens("usr_alice").str("id_token"))
	assert.True(t, published()[first])
	issuer.RotateKeys()
	second := kid(client.tokens("usr_alice").str("id_token"))
	assert.NotEqual(t, first, second)
	assert.True(t, published()[first], "the older generation is still published")
	issuer.RotateKeys()
	assert.False(t, published()[first])
	assert.True(t, published()[second])
}

func TestAccessToken(t *testing.T) {
	issuer := authpitest.New(t, nil)
	tests := map[string]struct {
		subject string
		opts    *authpitest.AccessTokenOptions
		want    map[string]any
	}{
		"user": {"usr_bob", nil, map[string]any{
			"aud": "c_web", "client_id": "c_web", "scope": "", "dat": map[string]any{"type": "identity"},
		}},
		"agent": {"agt_robot", &authpitest.AccessTokenOptions{ClientID: "agt_robot", Scopes: []string{"a:b", "c:d"}},
			map[string]any{"aud": "agt_robot", "scope": "a:b c:d", "dat": map[string]any{"type": "agent"}}},
		"API key": {"key_ci", &authpitest.AccessTokenOptions{Resources: []string{"https://api"}},
			map[string]any{"aud": "https://api", "dat": map[string]any{"type": "key"}, "organizations": []any{map[string]any{
				"id": "org_acme", "title": nil, "scopes": []any{"projects:read"}, "joined_at": 1735689600.0,
			}}}},
		"personal token": {"ptk_1", &authpitest.AccessTokenOptions{Organizations: []authpitest.Organization{}},
			map[string]any{"dat": map[string]any{"type": "token"}, "organizations": []any{}}},
		"client": {"c_web", nil, map[string]any{"sub": "c_web"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			header, claims := verify(t, issuer, issuer.AccessToken(test.subject, test.opts))
			assert.Equal(t, "at+jwt", header["typ"])
			assert.Equal(t, test.subject, claims["sub"])
			for claim, want := range test.want {
				assert.Equal(t, want, claims[claim], claim)
			}
		})
	}
	token := issuer.AccessToken("usr_alice", &authpitest.AccessTokenOptions{Scopes: []string{"openid"}})
	assert.Equal(t, "usr_alice", get(t, issuer, "/userinfo", "Authorization", "Bearer "+token).str("sub"))
}
