package authpi

import (
	"log/slog"
	"slices"
)

// clone returns a copy that shares no slice with t, and nil for nil. The members without
// a field are shared, because they never change.
func (t *TokenSet) clone() *TokenSet {
	if t == nil {
		return nil
	}
	cloned := *t
	cloned.Resources = slices.Clone(t.Resources)
	return &cloned
}

// redactedValue prevents a slog handler from calling MarshalJSON, which returns the
// secrets.
func redactedValue(name string) slog.Value { return slog.StringValue(name + redacted) }

// wrapStorageError returns the SDK error for a stored value that cannot be read. cause
// must not contain any part of the value.
func wrapStorageError(name string, cause error) error {
	base := OAuthError{Description: "the stored " + name + " cannot be read", Source: ErrorSourceSDK, Cause: cause}
	if name == "TokenSet" {
		base.Code = "token_set_malformed"
		return &TokenParseError{OAuthError: base}
	}
	base.Code = "invalid_argument"
	return &ConfigurationError{OAuthError: base}
}
