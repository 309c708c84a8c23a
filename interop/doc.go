// Package interop answers one question: does somebody else's code agree with
// ours?
//
// Tests that we write against ourselves share our misreadings of a
// specification. These do not:
//
//   - client: go-oidc, x/oauth2 and zitadel/oidc's relying party log in to
//     sdk/authpitest.
//   - provider: both flavors of the SDK log in to zitadel/oidc's provider.
//   - certified: both flavors of the SDK log in to oidc-provider, which runs in
//     Node.js.
//   - manual: the adapter that docs/adapter.md shows runs in Python.
//   - verdict: go-oidc and golang-jwt judge the same hostile tokens as the SDK.
//
// It is a module of its own, so that nobody who imports the SDK carries what it
// needs. All HTTP is real and stays on loopback.
package interop
