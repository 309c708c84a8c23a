// Package emit answers what the generated files look like. Each target turns the resolved interface into the bytes of
// one file and decides nothing: names, types and order come from package model. The comment on each emitter shows the
// Go that it renders.
package emit
