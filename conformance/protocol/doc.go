// Package protocol answers one question: what do the conformance runner and the
// adapter of an SDK say to each other? It has the messages as Go has them.
// docs/adapter.md is the manual for the author of an adapter in any language.
package protocol
