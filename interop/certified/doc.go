// Package certified answers one question: do both flavors of the SDK work with a provider in another
// language, certified by the OpenID Foundation? It holds tests alone.
//
// The provider is oidc-provider from npm. provider.mjs starts it in a process of its own on loopback;
// the tests write commands to its standard input and read the answers from its standard output. The
// tests log in through the provider's own login, consent and logout pages, as a browser does.
//
// It runs the algorithms, the rotation of keys and refresh tokens, the JWT access tokens (RFC 9068) and
// the issuer in the callback (RFC 9207) against code that nobody here has written.
//
// It needs Node.js 20 or newer, and the packages of ../package.json: "make integration" installs them.
package certified
