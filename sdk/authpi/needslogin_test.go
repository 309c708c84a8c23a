package authpi_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// of returns an OAuthError of an operation.
func of(operation string, source authpi.ErrorSource, code string) authpi.OAuthError {
	return authpi.OAuthError{Operation: operation, Source: source, Code: code}
}

func temporary(e authpi.OAuthError) authpi.OAuthError { e.Temporary = true; return e }

func granted(grant string, e authpi.OAuthError) authpi.OAuthError { e.Grant = grant; return e }

func caused(cause error, e authpi.OAuthError) authpi.OAuthError { e.Cause = cause; return e }

func plain(e authpi.OAuthError) error { return &e }

func refreshed(e authpi.OAuthError) error { return &authpi.RefreshError{OAuthError: e} }

const (
	sdk           = authpi.ErrorSourceSDK
	token         = authpi.ErrorSourceToken
	authorization = authpi.ErrorSourceAuthorization
	userinfo      = authpi.ErrorSourceUserInfo
	code          = "authorization_code"
	machine       = "client_credentials"
)

func TestNeedsLogin(t *testing.T) {
	cases := map[string]error{
		"the code was sent: refused":   plain(granted(code, of("exchange_code", token, "invalid_grant"))),
		"the code was sent: timeout":   plain(granted(code, temporary(of("exchange_callback", token, "timeout")))),
		"the code was sent: keys":      plain(granted(code, temporary(of("exchange_code", authpi.ErrorSourceJWKS, "keys_unavailable")))),
		"the code was sent: ID token":  &authpi.TokenParseError{OAuthError: granted(code, of("exchange_code", sdk, "id_token_claim"))},
		"access token expired":         &authpi.TokenExpiredError{OAuthError: of("create_agent", sdk, "token_expired")},
		"no refresh token":             &authpi.TokenExpiredError{OAuthError: of("refresh", sdk, "no_refresh_token")},
		"stored set":                   &authpi.TokenParseError{OAuthError: of("create_agent", sdk, "token_set_malformed")},
		"stored set, no operation":     &authpi.TokenParseError{OAuthError: of("", sdk, "token_set_malformed")},
		"access token":                 &authpi.TokenParseError{OAuthError: of("verify_access_token", sdk, "invalid_token")},
		"another subject":              &authpi.SubjectMismatchError{OAuthError: of("refresh", sdk, "subject_mismatch")},
		"another subject's profile":    &authpi.SubjectMismatchError{OAuthError: of("get_user_info", userinfo, "subject_mismatch")},
		"session expired":              &authpi.SessionExpiredError{OAuthError: of("get_user_info", userinfo, "session_expired")},
		"login required":               &authpi.LoginRequiredError{OAuthError: of("exchange_callback", authorization, "login_required")},
		"consent required":             &authpi.ConsentRequiredError{OAuthError: of("exchange_callback", authorization, "consent_required")},
		"interaction required":         &authpi.InteractionRequiredError{OAuthError: of("exchange_callback", authorization, "interaction_required")},
		"class alone":                  &authpi.SessionExpiredError{},
		"refresh: invalid_grant":       refreshed(of("create_agent", token, "invalid_grant")),
		"refresh: session_expired":     refreshed(caused(&authpi.SessionExpiredError{}, of("refresh", token, "session_expired"))),
		"refresh: login_required":      refreshed(of("refresh", token, "login_required")),
		"refresh: consent_required":    refreshed(of("refresh", token, "consent_required")),
		"refresh: interaction":         refreshed(of("refresh", token, "interaction_required")),
		"refresh: account selection":   refreshed(of("refresh", token, "account_selection_required")),
		"refresh: organization":        plain(of("create_agent", sdk, "organization_mismatch")),
		"refresh: organization of API": plain(of("refresh", authorization, "organization_mismatch")),
		"user info: invalid_token":     plain(of("get_user_info", userinfo, "invalid_token")),
		"callback: state":              plain(of("exchange_callback", authorization, "state_mismatch")),
		"callback: age":                plain(of("exchange_callback", authorization, "login_expired")),
		"callback: form":               plain(of("exchange_callback", authorization, "invalid_callback")),
		"callback: issuer":             plain(of("exchange_callback", authorization, "issuer_mismatch")),
	}
	for name, err := range cases {
		t.Run(name, func(t *testing.T) {
			assert.True(t, authpi.NeedsLogin(err))
			assert.True(t, authpi.NeedsLogin(fmt.Errorf("load the session: %w", err)), "wrapped")
		})
	}
}

func TestNeedsNoLogin(t *testing.T) {
	expired := &authpi.TokenExpiredError{OAuthError: of("create_agent", sdk, "token_expired")}
	var none *authpi.OAuthError
	cases := map[string]error{
		"nil":                           nil,
		"nil pointer":                   none,
		"foreign":                       errors.New("disk full"),
		"persist_failed":                refreshed(temporary(of("create_agent", sdk, "persist_failed"))),
		"persist_failed, its cause":     refreshed(temporary(caused(expired, of("create_agent", sdk, "persist_failed")))),
		"client_credentials: refused":   plain(of(machine, token, "invalid_grant")),
		"client_credentials: token":     &authpi.TokenParseError{OAuthError: of(machine, sdk, "invalid_token")},
		"client_credentials: trouble":   plain(temporary(of(machine, token, "timeout"))),
		"machine: expired":              &authpi.TokenExpiredError{OAuthError: granted(machine, of("create_agent", sdk, "token_expired"))},
		"machine: no refresh token":     &authpi.TokenExpiredError{OAuthError: granted(machine, of("refresh", sdk, "no_refresh_token"))},
		"machine: user info":            plain(granted(machine, of("get_user_info", userinfo, "invalid_token"))),
		"blocked":                       &authpi.UserBlockedError{OAuthError: of("exchange_callback", authorization, "user_blocked")},
		"blocked, the code was sent":    &authpi.UserBlockedError{OAuthError: granted(code, of("exchange_code", token, "user_blocked"))},
		"blocked, class alone":          &authpi.UserBlockedError{OAuthError: granted(code, authpi.OAuthError{})},
		"blocked at refresh":            refreshed(caused(&authpi.UserBlockedError{}, of("refresh", token, "user_blocked"))),
		"account linking":               &authpi.AccountLinkingRequiredError{OAuthError: granted(code, authpi.OAuthError{})},
		"insufficient scope":            &authpi.InsufficientScopeError{OAuthError: granted(code, authpi.OAuthError{})},
		"access denied":                 plain(of("exchange_callback", authorization, "access_denied")),
		"access denied at the exchange": plain(granted(code, of("exchange_callback", token, "access_denied"))),
		"callback: organization":        plain(granted(code, of("exchange_callback", authorization, "organization_mismatch"))),
		"configuration":                 &authpi.ConfigurationError{OAuthError: of("create_agent", sdk, "invalid_argument")},
		"configuration, class alone":    &authpi.ConfigurationError{OAuthError: granted(code, authpi.OAuthError{})},
		"the code was sent: client":     plain(granted(code, of("exchange_code", token, "invalid_client"))),
		"the code was sent: grant":      plain(granted(code, of("exchange_callback", token, "unauthorized_client"))),
		"cancelled":                     plain(caused(context.Canceled, of("exchange_code", sdk, "cancelled"))),
		"cancelled with a cause":        plain(caused(expired, of("create_agent", sdk, "cancelled"))),
		"closed":                        plain(of("refresh", sdk, "client_closed")),
		"keys":                          plain(temporary(of("exchange_code", authpi.ErrorSourceJWKS, "keys_unavailable"))),
		"metadata":                      plain(temporary(of("create_agent", authpi.ErrorSourceDiscovery, "metadata_unavailable"))),
		"network with a cause":          plain(temporary(caused(expired, of("get_user_info", userinfo, "network_error")))),
		"refresh: trouble":              refreshed(temporary(of("create_agent", token, "invalid_grant"))),
		"session expired with a 503":    &authpi.SessionExpiredError{OAuthError: temporary(of("get_user_info", userinfo, "session_expired"))},
		"callback: server_error":        plain(temporary(of("exchange_callback", authorization, "server_error"))),
		"callback: invalid_request":     plain(of("exchange_callback", authorization, "invalid_request")),
		"refresh: invalid_client":       refreshed(of("refresh", token, "invalid_client")),
		"refresh: invalid_token":        refreshed(of("refresh", token, "invalid_token")),
		"refresh: page of a firewall":   refreshed(of("refresh", token, "unexpected_response")),
		"refresh: organization":         refreshed(of("refresh", token, "organization_mismatch")),
		"revocation: invalid_token":     plain(of("revoke_token", authpi.ErrorSourceRevocation, "invalid_token")),
		"introspection: invalid_grant":  plain(of("introspect_token", authpi.ErrorSourceIntrospection, "invalid_grant")),
		"provider's own state_mismatch": plain(of("introspect_token", authpi.ErrorSourceIntrospection, "state_mismatch")),
		"metadata of another issuer":    plain(of("discover", authpi.ErrorSourceDiscovery, "invalid_metadata")),
	}
	for name, err := range cases {
		t.Run(name, func(t *testing.T) {
			assert.False(t, authpi.NeedsLogin(err))
			if err != nil {
				assert.False(t, authpi.NeedsLogin(fmt.Errorf("load the session: %w", err)), "wrapped")
			}
		})
	}
}

// The error text of a spent code advises a new login, unless that would not help.
func TestTheErrorOfASpentCodeSaysToLogInAgain(t *testing.T) {
	const advice = "start a new login"
	assert.ErrorContains(t, plain(granted(code, temporary(of("exchange_code", token, "timeout")))), advice)
	assert.ErrorContains(t, &authpi.TokenParseError{OAuthError: granted(code, of("exchange_code", sdk, "id_token_claim"))}, advice)
	for _, other := range []error{
		plain(temporary(of("exchange_code", token, "timeout"))),
		&authpi.UserBlockedError{OAuthError: granted(code, of("exchange_code", token, "user_blocked"))},
		&authpi.TokenExpiredError{OAuthError: granted(machine, of("create_agent", sdk, "token_expired"))},
	} {
		assert.NotContains(t, other.Error(), advice)
	}
}
