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
	// pageCodes are the codes that a new login would only meet again.
	pageCodes = []string{"user_blocked", "account_linking_required", "insufficient_scope", "access_denied"}

	// clientCodes are the codes with which an exchange is refused because of the client: a new login would end there again.
	clientCodes = []string{"invalid_client", "unauthorized_client", "unsupported_grant_type"}

	// refusedCodes are the codes with which a refresh is refused because the session is over.
	refusedCodes = []string{
		"invalid_grant", "session_expired", "login_required", "consent_required", "interaction_required",
		"account_selection_required",
	}

	// callbackCodes are the SDK's own codes for a callback that belongs to no login.
	callbackCodes = []string{"state_mismatch", "login_expired", "invalid_callback", "issuer_mismatch"}
)

// NeedsLogin reports whether the user has to log in again because of an error of the SDK. An application starts a new login
// then. If it is false, a temporary error (see ErrTemporary) keeps the session and the application tries again later. Any
// other error is shown on a page: a new login would end in the same place, or the program or its configuration must be fixed.
//
// It is false for nil, for errors that are not the SDK's, and for a machine, which calls client_credentials again. It is false
// also if only storing new tokens failed (persist_failed): the application saves RefreshError.Tokens first. An exchange that
// failed after its code was sent needs a login even if the failure is temporary, since a code can be sent only once.
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
	case "organization_mismatch": // after a refresh, the user may choose the organization again
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

// isClass reports whether base, the first error of the SDK in a chain, is of a class. An error further down is only a cause.
func isClass[E error](err error, base *OAuthError) bool {
	var of E
	return errors.As(err, &of) && errors.Unwrap(of) == error(base)
}
