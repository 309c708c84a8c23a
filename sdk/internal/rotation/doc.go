// Package rotation manages values that may be sent only once: refresh tokens and authorization
// codes. However many calls bring the same value, only one attempt at a time sends it. The attempt
// runs in a goroutine of its own, and each call waits for it as long as its own context allows. The
// package does not know tokens: its user defines the keys, the results and the attempts.
//
//	           a call joins and begins an attempt
//	Refused ─┐
//	Kept    ─┼───────────────────────► flying ─── Flight.Store ───► storing
//	Paused  ─┘ (once its time is over)    │                            │
//	                                      └──────────┬─────────────────┘
//	                                                 │ the attempt lands
//	          ┌───────────────┬───────────────┬──────┴────────┐
//	          ▼               ▼               ▼               ▼
//	        Known           Kept           Paused          Refused
//
//	state    a call that joins             remembered
//	flying   waits for the landing         until the landing
//	storing  takes the result              until the landing
//	Known    takes the result              until its time; then like Refused
//	Kept     begins an attempt with it     until its time; then like Refused
//	Paused   is given the result at once   until its time; then like Refused
//	Refused  begins an attempt             not at all: a new rotation is in this state
//
// storing is the time in which the callback of the configuration runs. Nothing that a call or an
// attempt uses is forgotten. Each event, a join, a result that is being stored, a landing, the
// beginning and the end of a callback, holds the lock of the set once.
//
// The callbacks of the calls themselves have an order of their own: see callbacks.go.
package rotation
