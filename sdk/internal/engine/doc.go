// Package engine is the runtime that both flavors of the SDK share: an operation in, a result out.
//
// Each public operation of INTERFACE.yaml is one exported method of [Engine], blocking, with the signature of the blocking client.
// Plain http and url operations are data (ops_gen.go) that one interpreter carries out: resolve the endpoint, authenticate, encode,
// send, bound the body, decode strictly, map the error (send.go). The composed operations around it are written by hand, one
// concept a file.
//
// Inside the engine an error is a *failure, which is immutable and so can be shared by the callers of a shared request; the edge
// of each operation turns it into the public class with that operation's name (failure.go).
package engine
