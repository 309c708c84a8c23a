// Package authpi is what generated code expects of the hand-written vocabulary.
package authpi

import "log/slog"

type Secret struct{ value *string }

func (s Secret) Reveal() string              { return *s.value }
func (s *Secret) UnmarshalText([]byte) error { return nil }

type Switch int

type Hooks struct{}

func (e *OAuthError) Error() string { return e.Code }

func redactedValue(name string) slog.Value { return slog.StringValue(name) }

func wrapStorageError(_ string, err error) error { return err }

var _, _ = redactedValue, wrapStorageError
