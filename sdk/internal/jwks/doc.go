// Package jwks answers which keys an issuer signs with at present: it reads a JSON Web Key Set (RFC 7517), picks the keys
// that can have signed a token, and keeps the set between requests.
//
// A set is read key by key, since a provider may publish keys for others to use: what is of an unknown type, weak, broken
// or for another purpose is left out and does no harm to the rest.
package jwks
