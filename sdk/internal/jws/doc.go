// Package jws parses and verifies JSON Web Signatures (RFC 7515) in compact form, with
// the three algorithms that AuthPI signs with.
//
// It accepts a token only in canonical form: three parts in strict base64url, with one
// JSON object as the header. A header can neither supply a key nor relax a check: jku,
// jwk, x5c and x5u are ignored, and a token with crit, b64 or zip is rejected. Errors
// never contain a part of the token.
package jws

// The accepted algorithms. Each works with one type of key (RFC 7518, section 3.1; RFC
// 8037, section 3.1).
const (
	// ES256 is ECDSA over P-256 with SHA-256.
	ES256 = "ES256"
	// RS256 is RSASSA-PKCS1-v1_5 with SHA-256, with a modulus of at least MinRSABits.
	RS256 = "RS256"
	// EdDSA is Ed25519; Ed448 is not accepted.
	EdDSA = "EdDSA"
)

// MinRSABits is the smallest accepted modulus size (RFC 7518, section 3.3).
const MinRSABits = 2048
