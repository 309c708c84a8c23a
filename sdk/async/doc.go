// Package authpiasync is the future-based client of the AuthPI identity SDK. The package
// name differs from its folder, async, so write the name in the import:
//
//	import authpiasync "github.com/arbfay/authpi-go/sdk/async"
//
// Most programs should use package authpisync: in Go a blocking call is the simplest
// form, and any caller can start a goroutine. This package is for programs that start
// several calls and wait for them together, or that wait for a call in a select
// statement. Each call that does I/O returns a [Future] immediately; other calls return
// their result. Both packages use the types of package authpi. To move a program from
// authpisync to this package, change the import and add .Await(ctx) to the calls. Await
// always returns a value and an error, so for a call that returns only an error, such as
// RevokeToken, also change err := to _, err :=.
//
// # Contexts
//
// The context of a call controls its operation: when the context ends, so does the
// operation. The context of [Future.Await] limits only that wait. The goroutine of an
// operation ends with the operation, and [Client.Close] waits for all operations that
// were started.
package authpiasync
