// Package rotation answers what became of a value that may be sent only once: a refresh token, or
// an authorization code. However many calls have the value, one attempt at a time sends it, apart
// from all of them, and each call waits for it as long as its own context allows. The package
// knows no token: keys, results and attempts are its user's.
//
//	            Join: an attempt begins
//	Refused ──────────────────────────► flying ─────────────────┐
//	   ▲  ▲                              │ ▲ ▲                   │ Store: the callback of
//	   │  │ the last call leaves         │ │ │                   ▼ the configuration runs
//	   │  │ after a refusal              │ │ │                storing
//	   │  │                     landing  │ │ │                   │ landing
//	   │  └───────────────┬───────────┬──┴─┼─┼───────┬───────────┘
//	   │                  ▼           ▼    │ │       ▼
//	   │               Paused        Kept ─┘ │     Known
//	   │   until     nothing is      Join    │     every call gets
//	   │   its time  sent; Join              │     the result
//	   │             gives the result        │       │
//	   │                  │ Join, after ─────┘       │
//	   └──────────────────┴──────────────────────────┘ until its time
//
// A call that joins while an attempt is flying waits for its landing. One that joins while the
// result is being stored, or is known, takes it at once. One that finds nothing, or something
// kept, begins an attempt. Every event holds the lock of the set once.
//
// The calls' own callbacks have an order of their own: see callbacks.go.
package rotation
