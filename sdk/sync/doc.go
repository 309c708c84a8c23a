// Package authpisync is the blocking client of the AuthPI identity SDK. Its folder is called sync, its package authpisync, since a
// package sync would shadow the standard library's, so write the name where you import it:
//
//	import authpisync "github.com/arbfay/authpi-go/sdk/sync"
//
// [New] makes a client of one issuer. A login starts with [Client.CreateAuthorizationURL], whose record the application keeps until
// the browser comes back, and ends with [Client.ExchangeCallback], which returns an [authpi.Agent]. The application stores
// the agent's tokens, and on each request turns them into an agent again with [Client.CreateAgent], which refreshes them when they are
// due. The agent answers access questions locally.
//
// A client is safe for concurrent use: make one for each issuer and share it. Its errors are those of package authpi.
package authpisync
