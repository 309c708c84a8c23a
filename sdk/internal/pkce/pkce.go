// Package pkce implements Proof Key for Code Exchange (RFC 7636) with S256. It also makes
// the random values state and nonce, which bind a callback to its login.
package pkce

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
)

// randomBytes is the length of each random value before encoding: 256 bits, twice as many
// as state and nonce need.
const randomBytes = 32

// NewVerifier returns a code verifier of 43 characters (RFC 7636, section 4.1). It
// returns an error if entropy fails or ends early.
func NewVerifier(entropy io.Reader) (string, error) { return random(entropy) }

// NewState returns a value of 43 characters for state or nonce. It returns an error if
// entropy fails or ends early.
func NewState(entropy io.Reader) (string, error) { return random(entropy) }

// Challenge returns the S256 challenge of a verifier (RFC 7636, section 4.2).
func Challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func random(entropy io.Reader) (string, error) {
	var b [randomBytes]byte
	if _, err := io.ReadFull(entropy, b[:]); err != nil {
		return "", fmt.Errorf("reading random bytes: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}
