// Package jwks provides an issuer's current signing keys. It parses a JSON Web Key Set
// (RFC 7517), selects the keys that may have signed a token, and caches the set.
//
// A set may contain keys for other uses. A key that has an unknown type, is weak,
// malformed or for another purpose is skipped, and the other keys are used.
package jwks
