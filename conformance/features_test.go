package conformance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance"
	goadapter "github.com/arbfay/authpi-go/conformance/adapters/go"
)

// expired is the token set that the cases below refresh, and refreshed the
// exchange that does it.
const (
	expired = `{"access_token": {"$secret": "at-0"}, "token_type": "Bearer", "refresh_token": {"$secret": "rt-0"},
		"id_token": {"$token": "id"}, "expires_at": {"$time": "-1m"}}`
	given     = `"given": {"tokens": {"id": {"like": "id_token"}}}, `
	refreshOn = `"id": "refresh", "on": {"endpoint": "token", "form": {"grant_type": "refresh_token", "refresh_token": {"$secret": "rt-0"}, "client_id": "c_app"}}, `
	newTokens = `"reply": {"json": {"access_token": {"$secret": "at-1"}, "token_type": "Bearer", "expires_in": 3600, "refresh_token": {"$secret": "rt-1"}}}`
	isNew     = `{"tokens": {"access_token": {"$secret": "at-1"}}}`
	gotNew    = `[{"on_refresh": {"tokens": {"access_token": {"$secret": "at-1"}}}}]`
)

// features are cases that use what the sample does not.
func features() map[string]string {
	return map[string]string{
		"refresh/callback-reenters.json": head("refresh.callback-reenters") + given + `
			"script": [{` + refreshOn + newTokens + `}],
			"steps": [{"id": "outer", "call": "create_agent", "args": {"tokens": ` + expired + `, "on_refresh": {"call":
				{"id": "inner", "call": "create_agent", "args": {"tokens": ` + expired + `, "on_refresh": {}}, "ok": ` + isNew + `}}},
				"ok": ` + isNew + `, "events": ` + gotNew + `}]}`,
		"refresh/first-callback-holds.json": head("refresh.first-callback-holds") + given + `
			"script": [{` + refreshOn + newTokens + `}],
			"steps": [
				{"id": "first", "call": "create_agent", "async": true, "args": {"tokens": ` + expired + `, "on_refresh": {"hold": true}},
					"ok": ` + isNew + `, "events": ` + gotNew + `, "after": "go"},
				{"wait": {"event": "first.on_refresh"}},
				{"id": "late", "call": "create_agent", "args": {"tokens": ` + expired + `, "on_refresh": {}}, "ok": ` + isNew + `},
				{"id": "go", "release": "first.on_refresh"},
				{"wait": {"ended": "first"}}
			]}`,
		"refresh/leader-cancelled.json": head("refresh.leader-cancelled") + given + `
			"script": [{` + refreshOn + `"hold": {"started": ["follower"], "released": true}, ` + newTokens + `}],
			"steps": [
				{"id": "leader", "call": "create_agent", "async": true, "args": {"tokens": ` + expired + `},
					"err": {"class": "OAuthError", "code": "cancelled"}},
				{"wait": {"request": "refresh"}},
				{"id": "follower", "call": "create_agent", "async": true, "args": {"tokens": ` + expired + `}, "ok": ` + isNew + `, "after": "let"},
				{"cancel": "leader"},
				{"wait": {"ended": "leader"}},
				{"id": "let", "release": "refresh"}
			]}`,
		"refresh/callback-fails.json": head("refresh.callback-fails") + given + `
			"script": [{` + refreshOn + newTokens + `}],
			"steps": [{"id": "url", "call": "create_authorization_url", "args": {"scopes": ["openid"]}, "ok": {"$any": ""}},
				{"id": "a", "call": "create_agent", "args": {"tokens": ` + expired + `, "on_refresh": {"panic": "disk full"}},
				"err": {"class": "RefreshError", "code": "persist_failed", "temporary": true, "fields": {"tokens": {"refresh_token": {"$secret": "rt-1"}}}},
				"events": ` + gotNew + `}]}`,
		"refresh/config-callback.json": head("refresh.config-callback") + `
			"given": {"tokens": {"id": {"like": "id_token"}}, "config": {"on_refresh": {}}, "clients": {"b": {"client_id": "c_app"}}},
			"script": [{` + refreshOn + newTokens + `}],
			"steps": [{"id": "a", "call": "create_agent", "client": "b", "args": {"tokens": ` + expired + `}, "ok": ` + isNew + `}],
			"config_events": [{"b.on_refresh": {"old": {"access_token": {"$secret": "at-0"}}, "new": {"access_token": {"$secret": "at-1"}}}}]}`,
		"refresh/hang.json": head("refresh.hang") + `
			"given": {"tokens": {"id": {"like": "id_token"}}, "config": {"request_timeout_seconds": 0.2}},
			"script": [{` + refreshOn + `"fault": "hang"}],
			"steps": [{"id": "url", "call": "create_authorization_url", "args": {"scopes": ["openid"]}, "ok": {"$any": ""}},
				{"id": "a", "call": "create_agent", "args": {"tokens": ` + expired + `, "on_refresh_error": {}},
				"err": {"class": "RefreshError", "code": "timeout", "temporary": true},
				"events": [{"on_refresh_error": {"error": {"code": "timeout"}}}]}]}`,
		"refresh/redirect.json": head("refresh.redirect") + given + `
			"script": [{` + refreshOn + `"reply": {"status": 307, "headers": {"location": {"$other": "/i_conformance/token"}}}}],
			"steps": [{"id": "url", "call": "create_authorization_url", "args": {"scopes": ["openid"]}, "ok": {"$any": ""}},
				{"id": "a", "call": "create_agent", "args": {"tokens": ` + expired + `},
				"err": {"class": "RefreshError", "code": "unexpected_redirect"}}]}`,
		"config/entropy.json": head("config.entropy") + `
			"given": {"entropy": "seed", "clients": {"b": {}}},
			"steps": [
				{"id": "one", "call": "create_authorization_url", "args": {"scopes": ["openid"]}, "ok": {"$any": ""}},
				{"id": "two", "call": "create_authorization_url", "client": "b", "args": {"scopes": ["openid"]}, "ok": {"state": {"$result": "one/state"}}}
			]}`,
		"config/no-issuer.json": head("config.no-issuer") + `
			"control": "config.entropy", "defect": [{"at": "given/config/issuer_url", "set": "http://idp.example"}],
			"until": "setup", "err": {"class": "ConfigurationError", "code": "invalid_issuer_url"}}`,
		"create_agent/contexts.json": head("create_agent.contexts") + `
			"given": {"tokens": {"id": {"like": "id_token"}}},
			"matrix": {"context": {"cancelled": "cancelled", "expired": "expired"}},
			"steps": [
				{"id": "url", "call": "create_authorization_url", "args": {"scopes": ["openid"]}, "ok": {"$any": ""}},
				{"id": "a", "call": "discover", "context": {"$var": "context"}, "err": {"class": "OAuthError", "code": "cancelled"}}
			]}`,
	}
}

func TestFeaturesOfTheFormat(t *testing.T) {
	suite := suiteOf(t, features())
	report, err := conformance.Run(t.Context(), conformance.Options{Adapter: conformance.InProcess(goadapter.Serve), Suite: suite})
	require.NoError(t, err)
	assert.True(t, report.OK(), summary(t, report))
}

// TestFeaturesJudge spoils each of the cases above: what it asserts must count.
func TestFeaturesJudge(t *testing.T) {
	for name, spoil := range map[string][2]string{
		"refresh/callback-reenters.json":    {`"ok": ` + isNew + `}}}`, `"ok": {"id": "nobody"}}}}`},
		"refresh/first-callback-holds.json": {`"hold": true`, `"hold": false`},
		"refresh/leader-cancelled.json":     {`{"cancel": "leader"},`, `{"advance": "0s"},`},
		"refresh/callback-fails.json":       {`{"panic": "disk full"}`, `{}`},
		"refresh/config-callback.json":      {`"b.on_refresh"`, `"on_refresh"`},
		"refresh/hang.json":                 {`"code": "timeout", "temporary"`, `"code": "network_error", "temporary"`},
		"refresh/redirect.json":             {`"status": 307`, `"status": 200`},
		"config/entropy.json":               {`"entropy": "seed", `, ``},
		"create_agent/contexts.json":        {`"context": {"$var": "context"}, `, ``},
	} {
		t.Run(name, func(t *testing.T) {
			good := features()[name]
			spoiled := strings.Replace(good, spoil[0], spoil[1], 1)
			require.NotEqual(t, good, spoiled)
			report, err := conformance.Run(t.Context(), conformance.Options{
				Adapter: conformance.InProcess(goadapter.Serve), Suite: suiteOf(t, map[string]string{name: spoiled}),
				Budget: 2 * time.Second,
			})
			require.NoError(t, err)
			for _, result := range report.Results {
				assert.NotEqual(t, conformance.Pass, result.Verdict, result.Case)
			}
		})
	}
}
