package jws

import (
	"strings"

	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

// Header holds the members of a token's header that are used. Do not trust it before
// Verify has succeeded.
type Header struct {
	// Algorithm is the header's alg: ES256, RS256 or EdDSA.
	Algorithm string

	// KeyID is the header's kid, empty if there is none.
	KeyID string

	// Type is the header's typ without changes, empty if there is none.
	Type string
}

// Token is a token in compact form. It is not safe for concurrent use.
type Token struct {
	// Header determines the candidate keys.
	Header Header

	signed    string // the header, a dot and the payload, as in the token
	payload   string // in base64url
	signature string // in base64url
	formed    bool   // whether the payload was checked to be base64url
	verified  bool
}

// The maximum sizes, in base64url, of the parts that are read before the signature is
// verified. Payloads may be large. A header is large only if it contains certificates.
const (
	maxHeaderBytes    = 8 << 10 // 8 KiB
	maxSignatureBytes = 1366    // of an RSA key of 8192 bits
)

// Parse parses a token of at most maxBytes bytes. It does not verify the signature. The
// error is an *Error.
func Parse(token string, maxBytes int) (*Token, error) {
	t, err := Open(token, maxBytes)
	if err != nil {
		return nil, err
	}
	if !t.hasPayload() {
		return nil, malformed("a part is empty or not base64url")
	}
	return t, nil
}

// Open parses a token like Parse, but does not check the payload; [Token.Verify] does
// that. It is cheap even if the token is large, so that forged tokens and tokens without
// a known key cost little.
func Open(token string, maxBytes int) (*Token, error) {
	// Check the length first: the cost of all other checks depends on it.
	if len(token) > maxBytes {
		return nil, malformed("too large")
	}
	first := strings.IndexByte(token[:min(len(token), maxHeaderBytes+1)], '.')
	if first < 0 {
		return nil, malformed("not three parts, or the header is too large")
	}
	tail := max(first+1, len(token)-maxSignatureBytes-1)
	last := tail + strings.LastIndexByte(token[tail:], '.')
	if last < tail {
		return nil, malformed("not three parts, or the signature is too large")
	}
	header, payload, signature := token[:first], token[first+1:last], token[last+1:]
	if strings.Contains(payload, ".") {
		return nil, malformed("not three parts")
	}
	if payload == "" || !isCanonical(header) || !isCanonical(signature) {
		return nil, malformed("a part is empty or not base64url")
	}
	t := &Token{signed: token[:last], payload: payload, signature: signature}
	if err := t.Header.read(decode(header)); err != nil {
		return nil, err
	}
	return t, nil
}

// hasPayload reports whether the payload is base64url.
func (t *Token) hasPayload() bool {
	t.formed = t.formed || isCanonical(t.payload)
	return t.formed
}

// SignatureFits reports whether the size of the signature is possible for the header's
// algorithm.
func (t *Token) SignatureFits() bool {
	switch t.Header.Algorithm {
	case ES256, EdDSA:
		return len(t.signature) == encoding.EncodedLen(64)
	default: // RSA
		return len(t.signature) >= encoding.EncodedLen(MinRSABits/8)
	}
}

// Payload returns the signed bytes. It returns "" before Verify has succeeded, so that no
// claim is used unverified.
func (t *Token) Payload() string {
	if !t.verified {
		return ""
	}
	return decode(t.payload)
}

// UnverifiedPayload returns the payload of a token from Parse, which anyone can forge.
// Use it only to reject, never to accept: a session whose key is gone reads from it which
// subject the next ID token must have.
func (t *Token) UnverifiedPayload() string {
	if !t.formed {
		return ""
	}
	return decode(t.payload)
}

// read fills the header from its JSON.
func (h *Header) read(text string) error {
	const maxMembers = 64
	var s strictjson.Scanner
	s.Reset(text, maxMembers)
	if !s.Object() {
		return malformed("the header is not a JSON object")
	}
	var empty, extended bool // empty: a member is present but is not a string, or is empty
	read := func(to *string) {
		if s.Kind() == strictjson.KindNull { // null counts as absent
			s.Skip()
			return
		}
		*to, _ = s.String()
		empty = empty || *to == ""
	}
	for name, ok := s.Member(); ok; name, ok = s.Member() {
		switch name {
		case "alg":
			read(&h.Algorithm)
		case "kid":
			read(&h.KeyID)
		case "typ":
			read(&h.Type)
		case "crit", "b64", "zip":
			// Each of them changes the meaning of the signature or the payload, and none
			// is supported (RFC 7515, section 4.1.11; RFC 7797, section 6; RFC 8725,
			// section 3.6).
			extended = true
			s.Skip()
		default:
			s.Skip()
		}
	}
	if err := s.End(); err != nil {
		return malformed("header: " + err.Error())
	}
	if extended {
		return malformed("the header has crit, b64 or zip")
	}
	if empty {
		return malformed("alg, kid or typ of the header is not a string, or is empty")
	}
	return h.checkAlgorithm()
}

// checkAlgorithm rejects all but three algorithms, in particular none and the HMAC
// algorithms (RFC 8725, section 3.1).
func (h *Header) checkAlgorithm() error {
	switch h.Algorithm {
	case ES256, RS256, EdDSA:
		return nil
	case "":
		return malformed("the header has no alg")
	default:
		return badSignature("the algorithm is not accepted")
	}
}
