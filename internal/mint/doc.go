// Package mint makes test keys and test tokens: signing keys, JWK Sets and compact JWS,
// valid and hostile ones. It uses only the standard library.
//
// Everything is deterministic: the same label gives the same key, and the same key and
// bytes give the same token. Headers and claims are bytes or ordered members, so that a
// caller can write what an encoder would not: duplicate members, an array instead of an
// object, malformed JSON.
//
// The private keys are public. Use them in tests only.
package mint
