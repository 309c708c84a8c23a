package authpi

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

// redacted is printed instead of a secret.
const redacted = "[redacted]"

var errRedacted = errors.New("authpi: a redacted secret cannot be read back")

// Secret is a token, a client secret or a code verifier. It prints as "[redacted]" with
// every fmt verb, in every slog handler and in JSON. Printers that read unexported fields
// and follow pointers print an address. Secrets with the same value are equal under ==
// and reflect.DeepEqual. The zero value is an absent secret and prints as the empty
// string.
type Secret struct {
	value strictjson.Hidden
}

// NewSecret returns a Secret that holds value. If value is empty, it returns the zero
// Secret.
func NewSecret(value string) Secret { return Secret{strictjson.Hide(value)} }

// Reveal returns the value of the secret, or "" if the secret is absent.
func (s Secret) Reveal() string { return s.value.Reveal() }

// IsZero reports whether the secret is absent.
func (s Secret) IsZero() bool { return s == Secret{} }

// String returns "[redacted]", or "" if the secret is absent.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}

// Format writes the result of String for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns the result of String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns the result of String, so that JSON is redacted too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText sets the value of the secret to text. It rejects "[redacted]", which is
// never a real value.
func (s *Secret) UnmarshalText(text []byte) error {
	if string(text) == redacted {
		return errRedacted
	}
	*s = NewSecret(string(text))
	return nil
}
