// Package jws answers whether a token was signed with a key: JSON Web Signature (RFC 7515) in its compact form, with the
// three algorithms that AuthPI signs with.
//
// It reads one spelling of a token and refuses every other: three parts in strict base64url, one JSON object as header.
// Nothing in a header chooses a key or widens what is accepted: jku, jwk, x5c and x5u are ignored, crit, b64 and zip are
// refused. No error contains a part of the token.
package jws

// The algorithms that are accepted, each with one type of key (RFC 7518, section 3.1; RFC 8037, section 3.1).
const (
	// ES256 is ECDSA over P-256 with SHA-256.
	ES256 = "ES256"
	// RS256 is RSASSA-PKCS1-v1_5 with SHA-256, with a modulus of MinRSABits at least.
	RS256 = "RS256"
	// EdDSA is Ed25519; Ed448 is not accepted.
	EdDSA = "EdDSA"
)

// MinRSABits is the size of the smallest modulus that is accepted (RFC 7518, section 3.3).
const MinRSABits = 2048
