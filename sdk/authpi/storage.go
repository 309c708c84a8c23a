package authpi

import (
	"log/slog"
	"slices"
)

// clone returns a copy that shares no slice with t, and nil for nil. Members without a field are shared: they never change.
func (t *TokenSet) clone() *TokenSet {
	if t == nil {
		return nil
	}
	cloned := *t
	cloned.Resources = slices.Clone(t.Resources)
	return &cloned
}

// redactedValue keeps a slog handler from writing the storage form of a value, which it would find through MarshalJSON.
func redactedValue(name string) slog.Value { return slog.StringValue(name + redacted) }

// wrapStorageError tells in the SDK's own classes that a stored value cannot be read. cause never holds any of the value.
func wrapStorageError(name string, cause error) error {
	base := OAuthError{Description: "the stored " + name + " cannot be read", Source: ErrorSourceSDK, Cause: cause}
	if name == "TokenSet" {
		base.Code = "token_set_malformed"
		return &TokenParseError{OAuthError: base}
	}
	base.Code = "invalid_argument"
	return &ConfigurationError{OAuthError: base}
}
