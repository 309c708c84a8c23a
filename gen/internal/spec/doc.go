// Package spec answers what INTERFACE.yaml says, and where. It reads the text into positioned nodes and holds every
// node to one table of the closed vocabulary (vocabulary.go). All that is wrong with the text itself is reported here,
// in one run; what is wrong with its meaning (names, references, cycles) is the business of package model.
package spec
