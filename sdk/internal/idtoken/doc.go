// Package idtoken answers what a verified token says, and whether it says it to this client, now: ID tokens (OpenID
// Connect Core, section 3.1.3.7) and access tokens in JWT form (RFC 9068, section 4).
//
// Decode reads the claims in one pass; CheckIDToken and CheckAccessToken compare them with what is expected. Neither looks
// at the signature: package jws shows a payload only after that is good.
package idtoken
