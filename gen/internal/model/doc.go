// Package model answers what the interface means: every name, reference and type is decided here, once, and what does
// not fit together is reported with its place. An Interface is complete when Resolve returns it and is only read from
// then on, so that any number of emitters can share it; its slices are in the order of the spec.
package model
