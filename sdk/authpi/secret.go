package authpi

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

// redacted stands wherever a secret would be printed.
const redacted = "[redacted]"

var errRedacted = errors.New("authpi: a redacted secret cannot be read back")

// Secret is a token, a client secret or a code verifier. It prints as "[redacted]" under every fmt verb, in every slog handler
// and in JSON, and printers that read unexported fields and follow pointers show an address. Secrets of the same text are equal
// under == and reflect.DeepEqual. The zero value is an absent secret and prints as the empty string.
type Secret struct {
	value strictjson.Hidden
}

// NewSecret returns a secret that holds value. An empty value gives the zero Secret.
func NewSecret(value string) Secret { return Secret{strictjson.Hide(value)} }

// Reveal returns the secret's text, which is empty if the secret is absent.
func (s Secret) Reveal() string { return s.value.Reveal() }

// IsZero reports whether the secret is absent.
func (s Secret) IsZero() bool { return s == Secret{} }

// String returns "[redacted]", or the empty text if the secret is absent.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}

// Format writes what String returns, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns what String returns.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns what String returns, so that JSON shows it too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes text as the secret's value. It refuses the text that MarshalText writes, since that is never a secret.
func (s *Secret) UnmarshalText(text []byte) error {
	if string(text) == redacted {
		return errRedacted
	}
	*s = NewSecret(string(text))
	return nil
}
