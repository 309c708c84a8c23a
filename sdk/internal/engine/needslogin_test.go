package engine_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

// TestNeedsLoginOfOperations calls NeedsLogin with errors that operations return.
func TestNeedsLoginOfOperations(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "needs")}
	user, machine := w.stored(time.Now(), -time.Hour), w.stored(time.Now(), -time.Hour)
	bare := w.stored(time.Now(), -time.Hour)
	bare.RefreshToken = authpi.Secret{}
	machine.RefreshToken, machine.IDToken, machine.Grant = authpi.Secret{}, authpi.Secret{}, "client_credentials"
	type call func(context.Context, *engine.Engine) error
	exchange := func(ctx context.Context, e *engine.Engine) error {
		_, err := e.ExchangeCode(ctx, authpi.NewSecret("code"), authpi.NewSecret("verifier"), nil)
		return err
	}
	callback := func(query string) call {
		return func(ctx context.Context, e *engine.Engine) error {
			login, err := e.CreateAuthorizationURL([]string{"openid"}, &authpi.CreateAuthorizationURLOptions{State: "state"})
			require.NoError(t, err)
			_, err = e.ExchangeCallback(ctx, query, login, nil)
			return err
		}
	}
	create := func(tokens *authpi.TokenSet, opts authpi.CreateAgentOptions) call {
		return func(ctx context.Context, e *engine.Engine) error {
			_, err := e.CreateAgent(ctx, tokens, &opts)
			return err
		}
	}
	with := func(tokens *authpi.TokenSet, do func(context.Context, *engine.Engine, *authpi.Agent) error) call {
		return func(ctx context.Context, e *engine.Engine) error {
			agent, err := e.CreateAgent(ctx, tokens, &authpi.CreateAgentOptions{AutoRefresh: authpi.SwitchOff})
			require.NoError(t, err)
			return do(ctx, e, agent)
		}
	}
	refresh := func(ctx context.Context, e *engine.Engine, agent *authpi.Agent) error {
		_, err := e.Refresh(ctx, agent, nil)
		return err
	}
	profile := func(ctx context.Context, e *engine.Engine, agent *authpi.Agent) error {
		_, err := e.GetUserInfo(ctx, agent, nil)
		return err
	}
	const invalidGrant, blocked = `{"error":"invalid_grant"}`, `{"error":"user_blocked"}`
	for name, row := range map[string]struct {
		call   call
		status int
		body   string
		needs  bool
	}{
		"exchange refused":             {exchange, 400, invalidGrant, true},
		"exchange in trouble":          {exchange, 503, ``, true},
		"exchange without ID token":    {exchange, 200, `{"access_token":"at"}`, true},
		"exchange of a blocked user":   {exchange, 400, blocked, false},
		"callback of another login":    {callback("?state=other&code=c"), 0, ``, true},
		"callback without code":        {callback("?state=state"), 0, ``, true},
		"callback denied":              {callback("?state=state&error=access_denied"), 0, ``, false},
		"callback in trouble":          {callback("?state=state&error=server_error"), 0, ``, false},
		"callback without session":     {callback("?state=state&error=login_required"), 0, ``, true},
		"refresh refused":              {create(user, authpi.CreateAgentOptions{}), 400, invalidGrant, true},
		"refresh of a blocked user":    {create(user, authpi.CreateAgentOptions{}), 400, blocked, false},
		"refresh of a wrong client":    {create(user, authpi.CreateAgentOptions{}), 401, `{"error":"invalid_client"}`, false},
		"refresh in trouble":           {create(user, authpi.CreateAgentOptions{}), 503, invalidGrant, false},
		"refresh to a malformed token": {create(user, authpi.CreateAgentOptions{}), 200, `{"access_token":"at","id_token":"x"}`, true},
		"tokens that were not stored": {create(user, authpi.CreateAgentOptions{
			OnRefresh: func(context.Context, *authpi.TokenSet) error { return errors.New("disk full") },
		}), 200, `{"access_token":"at","expires_in":60}`, false},
		"expired":                  {create(bare, authpi.CreateAgentOptions{}), 0, ``, true},
		"expired machine":          {create(machine, authpi.CreateAgentOptions{}), 0, ``, false},
		"no refresh token":         {with(bare, refresh), 0, ``, true},
		"refresh of a machine":     {with(machine, refresh), 0, ``, false},
		"profile refused":          {with(bare, profile), 401, `{"error":"invalid_token"}`, true},
		"profile of a machine":     {with(machine, profile), 401, `{"error":"invalid_token"}`, false},
		"profile with a dead page": {with(bare, profile), 502, `<html>`, false},
		"client credentials": {func(ctx context.Context, e *engine.Engine) error {
			_, err := e.ClientCredentials(ctx, nil)
			return err
		}, 400, invalidGrant, false},
	} {
		t.Run(name, func(t *testing.T) {
			answer := httpmock.NewStringResponder(row.status, row.body)
			mock := w.transport()
			mock.RegisterResponder(http.MethodPost, issuer+"/token", answer)
			mock.RegisterResponder(http.MethodGet, issuer+"/userinfo", answer)
			e, err := engine.New(authpi.Config{
				IssuerURL: issuer, ClientID: "c_bench", ClientSecret: authpi.NewSecret("secret"), HTTPClient: &http.Client{Transport: mock},
				RedirectURI: "https://app.example/callback",
				Endpoints:   authpi.Endpoints{UserInfo: issuer + "/userinfo", Authorization: issuer + "/authorize"},
			})
			require.NoError(t, err)
			err = row.call(t.Context(), e)
			require.Error(t, err)
			assert.Equal(t, row.needs, authpi.NeedsLogin(err), err)

			ended, end := context.WithCancel(t.Context())
			end()
			assert.False(t, authpi.NeedsLogin(exchange(ended, e)), "a caller who has left")
			require.NoError(t, e.Close(t.Context()))
		})
	}
}
