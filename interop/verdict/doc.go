// Package verdict answers one question: do verifiers that we did not write judge a
// token as the SDK does? It holds tests alone.
//
// go-oidc (on go-jose) and golang-jwt are the oracles. Two rules hold for every
// token, good or hostile:
//
//   - Where the SDK accepts a token, both oracles accept its signature, and read the
//     same subject out of it.
//   - Where an oracle accepts a token that the SDK refuses, a table says why. The
//     tables are exact in both directions: neither a new difference nor one that has
//     gone passes unseen.
//
// The SDK is asked through its public client, in both flavors, twice per token:
// as the answer to a code, with every check of OpenID Connect Core 1.0, section
// 3.1.3.7, and as a stored session, where the checks of a login's moment (exp, nonce,
// at_hash) are over.
package verdict
