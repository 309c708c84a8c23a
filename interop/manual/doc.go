// Package manual answers one question: does the adapter that docs/adapter.md shows work as it stands, in a language that is
// not Go? It holds tests alone.
package manual
