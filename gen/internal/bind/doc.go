// Package bind answers whether the hand-written Go has what the interface binds: functions, methods and accessors, with
// the names and order of their parameters, as two swapped secrets would compile. It parses source and never builds, and
// it reads no generated file, so that everything can be generated from nothing. It also holds the module to that of go.mod.
package bind
