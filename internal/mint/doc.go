// Package mint answers one question: where do test keys and test tokens come
// from? It makes signing keys, JWK Sets and compact JWS, good ones and hostile
// ones, on the standard library alone.
//
// Everything is deterministic: the same label gives the same key, the same key
// and bytes give the same token. Headers and claims are bytes or ordered
// members, so that a caller can write what no encoder would: a member twice, an
// array for an object, broken JSON.
//
// The keys are public. They prove something in a test and nothing elsewhere.
package mint
