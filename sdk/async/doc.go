// Package authpiasync is the future-based client of the AuthPI identity SDK. Its folder is called async, its package authpiasync,
// after the product and beside authpisync, so write the name where you import it:
//
//	import authpiasync "github.com/arbfay/authpi-go/sdk/async"
//
// Most programs want package authpisync: in Go a blocking call is the simplest form, and any caller can start a goroutine. This
// package is for programs that start several calls and wait for them together, or that select on a call's end. Each call that
// does I/O returns a [Future] at once; a call that does none returns its result. The types are those of package authpi, so a
// program changes flavor by changing an import and adding .Await(ctx); a call that returns an error alone, such as RevokeToken,
// becomes _, err := there.
//
// # Contexts
//
// The context of a call is the operation's: when it ends, the operation does. The context of [Future.Await] bounds that wait
// alone. No goroutine outlives its operation, and [Client.Close] waits for the operations that were started.
package authpiasync
