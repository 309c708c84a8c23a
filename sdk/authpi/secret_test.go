package authpi_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

const planted = "planted-secret-value"

// holders returns a value of every public type that holds a secret, by value and by
// pointer, with the planted secret in it.
func holders(t *testing.T) map[string]any {
	t.Helper()
	secret := authpi.NewSecret(planted)
	var tokens authpi.TokenSet
	require.NoError(t, json.Unmarshal([]byte(`{"access_token":"`+planted+`","refresh_token":"`+planted+`","id_token":"`+planted+
		`","device_secret":"`+planted+`"}`), &tokens))
	login := authpi.AuthorizationURL{Version: 1, CodeVerifier: secret, CreatedAt: time.Unix(1, 0)}
	agent := authpi.NewAgent(authpi.AgentData{ID: "usr_1", Tokens: &tokens})
	config := authpi.Config{IssuerURL: "https://idp.example", ClientSecret: secret}
	failure := (&authpi.RefreshError{}).WithTokens(&tokens)
	return map[string]any{
		"Secret": secret, "*Secret": &secret, "TokenSet": tokens, "*TokenSet": &tokens,
		"AuthorizationURL": login, "*AuthorizationURL": &login, "*Agent": agent, "Agent": *agent,
		"AgentData": authpi.AgentData{Tokens: &tokens}, "Config": config, "*Config": &config,
		"*RefreshError": failure, "RefreshError": *failure,
		"ExchangeCode params": []authpi.Secret{secret}, "map": map[string]authpi.Secret{"k": secret},
		"CreateLogoutURLOptions": authpi.CreateLogoutURLOptions{IDTokenHint: secret},
		"embedded":               struct{ hidden authpi.Secret }{secret},
		"nested": struct {
			Tokens authpi.TokenSet
			agent  *authpi.Agent
		}{tokens, agent},
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	for name, value := range holders(t) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%t", "%T", "%e", "%U", "%b", "%c", "%o"} {
			printed := fmt.Sprintf(verb, value)
			assert.NotContains(t, printed, planted, "%s under %s", name, verb)
			assert.NotContains(t, printed, fmt.Sprintf("%x", planted), "%s under %s", name, verb)
		}
	}
}

func TestNoLogShowsASecret(t *testing.T) {
	for name, value := range holders(t) {
		var text, lines bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("message", "value", value)
		assert.NotContains(t, text.String(), planted, "%s in a text log", name)
		if name == "nested" {
			continue // the JSON of a struct around a storage type has the values, as the package doc says
		}
		slog.New(slog.NewJSONHandler(&lines, nil)).Info("message", "value", value)
		assert.NotContains(t, lines.String(), planted, "%s in a JSON log", name)
	}
}

func TestJSONOfSecrets(t *testing.T) {
	storage := []string{"TokenSet", "*TokenSet", "AuthorizationURL", "*AuthorizationURL", "nested"}
	for name, value := range holders(t) {
		written, err := json.Marshal(value)
		switch {
		case slices.Contains(storage, name):
			require.NoError(t, err, name)
			assert.Contains(t, string(written), planted, "%s is a storage form", name)
		case name == "Config" || name == "*Config":
			assert.Error(t, err, name)
		default:
			require.NoError(t, err, name)
			assert.NotContains(t, string(written), planted, name)
		}
	}
}

func TestSecretReads(t *testing.T) {
	var secret authpi.Secret
	assert.True(t, secret.IsZero())
	assert.Empty(t, secret.Reveal())
	assert.Empty(t, fmt.Sprint(secret))
	require.NoError(t, json.Unmarshal([]byte(`"value"`), &secret))
	assert.Equal(t, "value", secret.Reveal())

	written, err := json.Marshal(secret)
	require.NoError(t, err)
	assert.Equal(t, `"[redacted]"`, string(written))
	assert.Error(t, json.Unmarshal(written, &secret), "a redacted secret must not be read back as one")
	assert.Equal(t, "value", secret.Reveal())
	assert.True(t, authpi.NewSecret("").IsZero())
}

func TestTokenSetStorageForm(t *testing.T) {
	stored := `{"access_token":"a","token_type":"Bearer","refresh_token":"r","expires_at":1900000000,"tenant":{"b":1,"a":[2]}}`
	var tokens authpi.TokenSet
	require.NoError(t, json.Unmarshal([]byte(stored), &tokens))
	assert.Equal(t, "a", tokens.AccessToken.Reveal())
	assert.Equal(t, time.Unix(1900000000, 0).Unix(), tokens.ExpiresAt.Unix())
	extra, found := tokens.Extra("tenant")
	assert.True(t, found)
	assert.JSONEq(t, `{"b":1,"a":[2]}`, string(extra))
	written, err := json.Marshal(&tokens)
	require.NoError(t, err)
	assert.JSONEq(t, stored, string(written))

	for _, bad := range []string{`{"access_token":1}`, `{"access_token":"a","access_token":"b"}`, `[]`, `{"expires_at":"soon"}`} {
		err := new(authpi.TokenSet).UnmarshalJSON([]byte(bad))
		var parse *authpi.TokenParseError
		require.ErrorAs(t, err, &parse, bad)
		assert.Equal(t, "token_set_malformed", parse.Code)
	}
}

func TestErrorTree(t *testing.T) {
	leaf := &authpi.SessionExpiredError{OAuthError: authpi.OAuthError{Code: "session_expired", Status: 401}}
	err := fmt.Errorf("loading: %w", &authpi.RefreshError{OAuthError: authpi.OAuthError{
		Code: "session_expired", Operation: "create_agent", Cause: leaf,
	}})
	var refresh *authpi.RefreshError
	var session *authpi.SessionExpiredError
	var base *authpi.OAuthError
	require.ErrorAs(t, err, &refresh)
	require.ErrorAs(t, err, &session)
	require.ErrorAs(t, err, &base)
	assert.Equal(t, "create_agent", base.Operation)
	assert.Same(t, leaf, session)
	assert.NotErrorIs(t, err, authpi.ErrTemporary)

	temporary := &authpi.OAuthError{Code: "timeout", Temporary: true, Cause: errors.New("inner")}
	assert.ErrorIs(t, temporary, authpi.ErrTemporary)
	assert.ErrorIs(t, temporary, authpi.ErrNetwork)
	assert.NotErrorIs(t, temporary, authpi.ErrClosed)
	for _, code := range []string{"network_error", "timeout", "client_closed"} { // sent by a provider
		wire := &authpi.OAuthError{Code: code, Status: 400, Source: authpi.ErrorSourceToken}
		assert.NotErrorIs(t, wire, authpi.ErrNetwork, code)
		assert.NotErrorIs(t, wire, authpi.ErrClosed, code)
	}
	assert.Equal(t, "authpi: timeout: inner", temporary.Error())
}
