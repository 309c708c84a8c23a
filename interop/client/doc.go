// Package client answers one question: can a relying party that we did not
// write use sdk/authpitest? It holds tests alone. What they prove is that the
// issuer is not merely the mirror of our own client.
package client
