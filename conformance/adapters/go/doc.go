// Package goadapter answers one question: how is this module's SDK driven by the
// conformance suite? It speaks the messages of package protocol for both
// flavors, blocking and future, whose calls are generated from INTERFACE.yaml.
package goadapter
