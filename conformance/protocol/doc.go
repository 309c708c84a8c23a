// Package protocol answers one question: what do the conformance runner and the
// adapter of an SDK say to each other? It is the manual for the author of an
// adapter in any language.
//
// # Transport
//
// The runner starts the adapter as a program, writes commands to its standard
// input and reads replies from its standard output. Either way a frame is one
// JSON object in UTF-8 on one line, at most 8 MiB with its line break. Standard
// output carries frames and nothing else; standard error is free, and is
// searched for secrets. The end of standard input means: exit.
//
// A command has an id, a number of the runner's choice that it never uses twice.
// Each command is answered once, by a reply with that id. Replies may come in
// any order, and an adapter must go on reading while calls are running: that is
// what the cases about concurrency are made of.
//
// # Commands
//
//	hello     {protocol: 1}                             answered by ready
//	setup     {session, client, flavor, config, now, entropy}   makes a client
//	hook      {session, hook, behavior}                 says what a callback does
//	call      {session, client, op, args, context}      calls an operation
//	advance   {session, now}                            sets the clock
//	cancel    {session, call}                           ends the context of a call
//	release   {session, hook}                           lets a held callback go on
//	ping      {}                                        nothing
//	teardown  {session}                                 closes the clients
//	bye       {}                                        exit
//
// A session is one case. Sessions run at the same time and share nothing; when
// one is torn down, its clients are closed, what is still running is cancelled,
// and everything that was kept is forgotten.
//
// The first command is hello. The answer names the capabilities that the SDK
// has and the operations that it knows; a case that needs another is skipped, and
// the report says so.
//
//	{"id":1,"m":"hello","protocol":1}
//	{"id":1,"ready":{"protocol":1,"sdk":{"name":"acme-authpi","version":"3.2.0"},"language":"python 3.12",
//	 "flavors":["sync","async"],"capabilities":["clock","cancel","callbacks","concurrency","storage"],
//	 "operations":["create_agent","close"],"max_in_flight":16}}
//
// # Calls
//
// Arguments have the names of the interface (INTERFACE.yaml); one that is
// missing is not given. Values are JSON as the wire has it: times are seconds
// since 1970, durations are seconds, both as numbers, secrets are texts. Config
// options travel in the same way, and a client must be made with exactly those,
// and otherwise with the SDK's defaults, the clock and the entropy aside.
//
// As soon as the SDK is being called (the thread runs, the promise exists, the
// goroutine has started) the adapter says {"started": id}, and when the
// operation ends it answers with the result or the error. Where the case needs
// calls to be inside the SDK together, the runner then sends pings for some
// milliseconds before it goes on.
//
//	{"id":4,"m":"call","session":"7","client":"client","op":"create_agent","args":{"tokens":{"access_token":"…"}}}
//	{"started":4}
//	{"id":4,"ok":{"id":"usr_1","type":"user","tokens":{"access_token":"…"}}}
//
// Results are JSON in wire form, with every secret revealed; null where the
// operation returns nothing. An agent is an object of its fields: id, type, email,
// email_verified, tokens, organizations, scopes, expires_at, expires_in. A field
// whose value is unknown is left out or null. What the wire has as one text or a
// list of them may be either.
//
// The adapter also keeps the object that a call returned, under the call's id,
// until the session ends. An argument that is an agent is such an id. An
// argument of a type that the SDK stores (a token set, a login record) is either an id
// (the very object), an object (its storage form, to be read by the SDK as an
// application would read it from its session), or a text (the same as text, which may
// be broken). When the SDK's reader refuses it, that is the result of the call.
//
// A switch (auto_refresh of create_agent) is true or false; missing, it inherits.
//
// Context "cancelled" means that the caller's context has ended before the call,
// and "expired" that its deadline has passed; an SDK without either leaves the
// capability cancel out.
//
// # Callbacks
//
// A callback is an argument or a config option whose value is a name, the hook.
// A command hook comes first and says what the callback does. When the SDK calls
// it, the adapter reports what it got, before anything else:
//
//	{"id":5,"m":"hook","session":"7","hook":"c.on_refresh","behavior":{"fail":"disk full"}}
//	{"event":{"session":"7","hook":"c.on_refresh","call":6,"data":{"tokens":{"access_token":"…"}}}}
//
// on_refresh carries {"tokens"}, on_refresh_error {"error"}, the config's
// on_refresh {"old", "new"}; call is the call that it was an argument of, and 0
// for a callback of the config. Then the callback does what its [Behavior] says,
// in the order of its fields, and otherwise succeeds.
//
// # Errors
//
// Every way in which an SDK fails is the result of a call (or of setup): see
// [Error]. Refused is for the adapter itself: an unknown command or operation, an
// argument of the wrong type. Crash is for an SDK that did not fail but break: a
// panic, an uncaught exception of another kind.
package protocol
