// Package pkce answers what proves that an authorization code is ours: Proof Key for Code Exchange (RFC 7636) with S256,
// and the random values that tie a callback to its login.
package pkce

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
)

// randomBytes is the length of each random value before its encoding: 256 bits, twice what state and nonce need.
const randomBytes = 32

// NewVerifier returns a code verifier of 43 characters (RFC 7636, section 4.1). It reads entropy, whose error it returns: a
// short read is one.
func NewVerifier(entropy io.Reader) (string, error) { return random(entropy) }

// NewState returns a value for state or nonce of 43 characters. It reads entropy, whose error it returns.
func NewState(entropy io.Reader) (string, error) { return random(entropy) }

// Challenge returns the S256 challenge that the verifier answers (RFC 7636, section 4.2).
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
