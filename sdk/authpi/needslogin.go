package authpi

import (
	"errors"
	"slices"
)

// The values of OAuthError.Grant.
const (
	grantCode    = "authorization_code"
	grantMachine = "client_credentials"
)

var (
	// pageCodes lists error codes that a new login would only repeat.
	pageCodes = []string{"user_blocked", "account_linking_required", "insufficient_scope", "access_denied"}

	// clientCodes lists the error codes of an exchange that is refused because of the
	// client. A new login would be refused too.
	clientCodes = []string{"invalid_client", "unauthorized_client", "unsupported_grant_type"}

	// refusedCodes lists the error codes of a refresh that is refused because the session
	// is over.
	refusedCodes = []string{
		"invalid_grant", "session_expired", "login_required", "consent_required", "interaction_required",
		"account_selection_required",
	}

	// callbackCodes lists the SDK's error codes for a callback that does not belong to
	// the login.
	callbackCodes = []string{"state_mismatch", "login_expired", "invalid_callback", "issuer_mismatch"}
)

// NeedsLogin reports whether the user has to log in again after this error. If it returns
// true, start a new login. If it returns false and the error is temporary (see
// ErrTemporary), keep the session and retry later. Show any other error on a page: a new
// login would fail in the same way, or the program or its configuration must be fixed.
//
// It returns false for nil, for errors that do not come from the SDK, and for machines,
// which call ClientCredentials again. It also returns false if only the storing of new
// tokens failed (persist_failed): save RefreshError.Tokens first. If an exchange failed
// after its code was sent, it returns true even if the error is temporary, because a code
// can be sent only once.
func NeedsLogin(err error) bool {
	var base *OAuthError
	if !errors.As(err, &base) || base == nil {
		return false
	}
	refresh := isClass[*RefreshError](err, base)
	switch {
	case refresh && base.Code == "persist_failed" && base.Source == ErrorSourceSDK:
		return false
	case base.Grant == grantMachine || base.Operation == grantMachine:
		return false
	case base.endsOnPage(err):
		return false
	case base.Grant == grantCode:
		return !slices.Contains(clientCodes, base.Code)
	case base.Temporary:
		return false
	case refresh:
		return slices.Contains(refusedCodes, base.Code)
	}
	return base.endsLogin(err)
}

// endsOnPage reports whether a new login would not help.
func (e *OAuthError) endsOnPage(err error) bool {
	switch e.Code {
	case "organization_mismatch": // after a refresh it needs a login, where the user may choose again
		return e.Operation == "exchange_callback"
	case "cancelled", "client_closed":
		return e.Source == ErrorSourceSDK
	}
	return slices.Contains(pageCodes, e.Code) || isClass[*ConfigurationError](err, e) || isClass[*UserBlockedError](err, e) ||
		isClass[*AccountLinkingRequiredError](err, e) || isClass[*InsufficientScopeError](err, e)
}

// endsLogin reports whether an error that is not temporary ends a login or a session.
func (e *OAuthError) endsLogin(err error) bool {
	switch {
	case isClass[*TokenExpiredError](err, e), isClass[*TokenParseError](err, e), isClass[*SubjectMismatchError](err, e),
		isClass[*SessionExpiredError](err, e), isClass[*LoginRequiredError](err, e), isClass[*ConsentRequiredError](err, e),
		isClass[*InteractionRequiredError](err, e):
		return true
	case e.Code == "organization_mismatch":
		return e.Source == ErrorSourceSDK || e.Source == ErrorSourceAuthorization
	case e.Code == "invalid_token":
		return e.Source == ErrorSourceUserInfo
	}
	return e.Source == ErrorSourceAuthorization && slices.Contains(callbackCodes, e.Code)
}

// isClass reports whether base, the first SDK error in the chain, is of type E. Errors
// further down the chain are only causes.
func isClass[E error](err error, base *OAuthError) bool {
	var of E
	return errors.As(err, &of) && errors.Unwrap(of) == error(base) //nolint:errorlint // the very error
}
