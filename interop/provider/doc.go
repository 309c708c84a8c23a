// Package provider answers one question: can both flavors of the SDK use a
// provider that we did not write? It holds tests alone. The provider is the
// example server of zitadel/oidc, which is certified by the OpenID Foundation, in
// process on loopback; its login page is used as a browser uses it.
package provider
