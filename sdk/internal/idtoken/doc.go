// Package idtoken decodes and checks the claims of verified tokens: ID tokens (OpenID
// Connect Core, section 3.1.3.7) and access tokens in JWT form (RFC 9068, section 4).
//
// Decode reads the claims in one pass. CheckIDToken and CheckAccessToken compare them
// with the expected values. None of them checks the signature: package jws returns a
// payload only after it has verified the signature.
package idtoken
