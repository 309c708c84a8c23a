package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// failure is an error inside the engine. It is immutable: callers of a shared request share it, and the edge of each of their
// operations makes a public error of its own from it.
type failure struct {
	base   authpi.OAuthError
	class  func(authpi.OAuthError) error // nil: by wire code and source
	cause  error                         // a *failure, or a scrubbed foreign error
	grave  bool                          // ends the session: a refusal for good
	unsent bool                          // no connection was made, so that nothing was sent
}

// The grants that the error of a failure names.
const (
	codeGrant    = "authorization_code" // the code was sent
	machineGrant = "client_credentials" // also marks the token set of a client that acts for itself
)

// of returns the failure of a grant; nil stays nil.
func (f *failure) of(grant string) *failure {
	if f == nil {
		return nil
	}
	changed := *f
	changed.base.Grant = grant
	return &changed
}

// advising returns the failure with what to do about it.
func (f *failure) advising(advice string) *failure {
	changed := *f
	changed.base.Description += "; " + advice
	return &changed
}

// is reports whether the failure is the SDK's own of that code. A provider can name any code it likes.
func (f *failure) is(code string) bool {
	return f.base.Code == code && f.base.Source == authpi.ErrorSourceSDK
}

// Error returns the code; the text for people is made by the public error.
func (f *failure) Error() string { return f.base.Code }

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.cause }

// public makes the error that the caller of an operation gets.
func (f *failure) public(operation string) error {
	base := f.base
	base.Operation = operation
	base.Cause = publish(f.causeOf(), operation)
	if f.class != nil {
		return f.class(base)
	}
	for _, m := range errorMatches {
		if m.code == base.Code && (m.source == "" || m.source == base.Source) {
			return m.class(base)
		}
	}
	return &base
}

// causeOf returns the cause. That of a final failure is final, too: errors.Is looks for ErrTemporary in causes.
func (f *failure) causeOf() error {
	cause, ok := f.cause.(*failure) //nolint:errorlint // a failure further down is the cause's own matter
	if !ok || f.base.Temporary || !cause.base.Temporary {
		return f.cause
	}
	final := *cause
	final.base.Temporary = false
	return &final
}

// publish turns the engine's errors into public ones and leaves others alone.
func publish(err error, operation string) error {
	var f *failure
	if errors.As(err, &f) {
		return f.public(operation)
	}
	return err
}

// errorMatch is one row of the table that gives wire codes their classes. An empty source matches all.
type errorMatch struct {
	code   string
	source authpi.ErrorSource
	class  func(authpi.OAuthError) error
}

// graveCodes are the wire codes that refuse a refresh for good.
var graveCodes = []string{
	"invalid_grant", "session_expired", "user_blocked", "account_linking_required", "login_required", "consent_required",
	"interaction_required",
}

// failed returns a failure of the SDK's own without a class.
func failed(code, description string) *failure {
	return &failure{base: authpi.OAuthError{Code: code, Description: description, Source: authpi.ErrorSourceSDK}, class: plain}
}

// temporary returns a failure that can pass.
func temporary(code, description string, source authpi.ErrorSource, cause error) *failure {
	base := authpi.OAuthError{Code: code, Description: description, Source: source, Temporary: true}
	return &failure{base: base, class: plain, cause: cause}
}

// refused returns the failure that an endpoint or the callback reported by an error code. The status decides first: with a
// temporary status, no code is final.
func refused(base authpi.OAuthError) *failure {
	return &failure{base: base, grave: slices.Contains(graveCodes, base.Code) && !temporaryStatus(base.Status)}
}

// misconfigured returns a ConfigurationError. The description says what to do.
func misconfigured(code, description string) *failure {
	f := failed(code, description)
	f.class = func(base authpi.OAuthError) error { return &authpi.ConfigurationError{OAuthError: base} }
	return f
}

// unparsable returns a TokenParseError; claim is empty for defects other than a claim.
func unparsable(code, description, claim string) *failure {
	f := failed(code, description)
	f.grave = true
	f.class = func(base authpi.OAuthError) error { return &authpi.TokenParseError{OAuthError: base, Claim: claim} }
	return f
}

// expired returns the TokenExpiredError of an access token.
func expired(description string) *failure { return unrefreshable("token_expired", description) }

// noRefreshToken returns the TokenExpiredError of a refresh that has nothing to send.
func noRefreshToken(description string) *failure {
	return unrefreshable("no_refresh_token", description)
}

// unrefreshable returns a TokenExpiredError.
func unrefreshable(code, description string) *failure {
	f := failed(code, description)
	f.class = func(base authpi.OAuthError) error { return &authpi.TokenExpiredError{OAuthError: base} }
	return f
}

// mismatched returns a SubjectMismatchError.
func mismatched(description, expected, actual string) *failure {
	f := failed("subject_mismatch", description)
	f.grave = true
	f.class = func(base authpi.OAuthError) error {
		return &authpi.SubjectMismatchError{OAuthError: base, ExpectedSubject: expected, ActualSubject: actual}
	}
	return f
}

// unrefreshed returns the RefreshError whose cause is what the refresh met.
func unrefreshed(cause *failure) *failure {
	base := cause.base
	return &failure{base: base, cause: cause, grave: cause.grave, class: refreshError}
}

// unpersisted returns the RefreshError of a rotation that a callback failed to store.
func unpersisted(tokens *authpi.TokenSet, cause error) *failure {
	base := authpi.OAuthError{
		Code: "persist_failed", Description: "the tokens were rotated but the callback that stores them failed",
		Source: authpi.ErrorSourceSDK, Temporary: true,
	}
	return &failure{base: base, cause: cause, class: func(base authpi.OAuthError) error {
		return (&authpi.RefreshError{OAuthError: base}).WithTokens(copyOf(tokens))
	}}
}

// cancelled returns the failure of a caller whose context ended.
func cancelled(ctx context.Context) *failure {
	f := failed("cancelled", "the caller's context ended")
	f.cause = context.Cause(ctx)
	return f
}

// asFailure returns err as a failure. Every error inside the engine is one, but for those of a shared call that a
// caller left: these are the end of the caller's context.
func asFailure(ctx context.Context, err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	return cancelled(ctx)
}

// Cancelled returns the error of a wait that ctx ended.
func Cancelled(ctx context.Context, operation string) error { return cancelled(ctx).public(operation) }

// Panicked returns what a waiter panics with for a panic of the goroutine that it waits for.
func Panicked(value any, stack []byte) *authpi.PanicError {
	if failure, ok := value.(*authpi.PanicError); ok {
		return failure // it has the stack of where it happened
	}
	return &authpi.PanicError{Value: value, Stack: stack}
}

func plain(base authpi.OAuthError) error { return &base }

func refreshError(base authpi.OAuthError) error { return &authpi.RefreshError{OAuthError: base} }
