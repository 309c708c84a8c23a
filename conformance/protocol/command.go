package protocol

import "encoding/json"

// Version is the version of the protocol that this package describes.
const Version = 1

// The commands, the values of [Command.Message].
const (
	// Hello opens the conversation.
	Hello = "hello"
	// Setup makes a client.
	Setup = "setup"
	// Hook says what a callback does from now on.
	Hook = "hook"
	// Call calls an operation.
	Call = "call"
	// Advance sets the clock of a session.
	Advance = "advance"
	// Cancel ends the context of a running call. It is answered at once.
	Cancel = "cancel"
	// Release lets the callbacks held by a hook go on, those to come included.
	Release = "release"
	// Ping does nothing. It is answered by whatever reads the commands, so that its
	// round trip takes longer where the adapter is busy.
	Ping = "ping"
	// Teardown ends a session. It is answered when its clients are closed.
	Teardown = "teardown"
	// Bye ends the conversation.
	Bye = "bye"
)

// Close is the operation that closes a client. Every adapter knows it, whatever
// the SDK calls it. It takes no arguments and returns null.
const Close = "close"

// The values of [Command.Context].
const (
	// ContextCancelled is a context that was cancelled before the call.
	ContextCancelled = "cancelled"
	// ContextExpired is a context whose deadline has passed before the call.
	ContextExpired = "expired"
)

// The capabilities that [Ready.Capabilities] may name.
const (
	// CapabilityClock: the SDK takes its time from the adapter, and advance sets it.
	CapabilityClock = "clock"
	// CapabilityEntropy: the SDK takes its random bytes from the adapter.
	CapabilityEntropy = "entropy"
	// CapabilityCancel: a call can be cancelled from outside.
	CapabilityCancel = "cancel"
	// CapabilityCallbacks: the SDK has on_refresh and on_refresh_error.
	CapabilityCallbacks = "callbacks"
	// CapabilityConfigCallbacks: the SDK has callbacks in its config.
	CapabilityConfigCallbacks = "config_callbacks"
	// CapabilityConcurrency: several calls can run at the same time.
	CapabilityConcurrency = "concurrency"
	// CapabilityStorage: login records and token sets have a storage form.
	CapabilityStorage = "storage"
)

// Capabilities returns all of them.
func Capabilities() []string {
	return []string{
		CapabilityClock, CapabilityEntropy, CapabilityCancel, CapabilityCallbacks,
		CapabilityConfigCallbacks, CapabilityConcurrency, CapabilityStorage,
	}
}

// Command is what the runner says. Which fields are set depends on Message.
type Command struct {
	// ID is the number that the reply repeats.
	ID int `json:"id"`
	// Message is the kind of command.
	Message string `json:"m"`
	// Protocol is the version that the runner speaks. Hello.
	Protocol int `json:"protocol,omitempty"`
	// Session is the case's session. All but hello, ping and bye.
	Session string `json:"session,omitempty"`
	// Client is the client's name within the session. Setup, call.
	Client string `json:"client,omitempty"`
	// Flavor is one of the flavors that ready named. Setup.
	Flavor string `json:"flavor,omitempty"`
	// Config has the client's options by the names of the interface. Setup.
	Config map[string]json.RawMessage `json:"config,omitempty"`
	// Now is the time in seconds since 1970. Setup, advance.
	Now json.Number `json:"now,omitempty"`
	// Entropy is a seed: block i of the SDK's random bytes, counted from 0, is the
	// SHA-256 of the seed followed by i as eight bytes, most significant first.
	// Empty means the SDK's own source. Setup.
	Entropy string `json:"entropy,omitempty"`
	// Operation is the operation's name in the interface, or close. Call.
	Operation string `json:"op,omitempty"`
	// Args has the arguments by name. Call.
	Args map[string]json.RawMessage `json:"args,omitempty"`
	// Context is cancelled, expired, or empty for a context that is alive. Call.
	Context string `json:"context,omitempty"`
	// Call is the id of the call to cancel. Cancel.
	Call int `json:"call,omitempty"`
	// Hook is the callback's name within the session. Hook, release.
	Hook string `json:"hook,omitempty"`
	// Behavior is what the callback does. Hook.
	Behavior *Behavior `json:"behavior,omitempty"`
}

// Behavior is what a callback does after its event was sent, in the order of
// the fields. The zero value succeeds.
type Behavior struct {
	// Hold makes it wait until the hook is released or the session ends.
	Hold bool `json:"hold,omitempty"`
	// Cancel is the id of a call whose context it ends.
	Cancel int `json:"cancel,omitempty"`
	// Call is a call that it makes and waits for. It is started, and answered, like
	// any other; of a callback that runs several times only the first makes it.
	Call *Command `json:"call,omitempty"`
	// Fail is the text of the error that it returns.
	Fail string `json:"fail,omitempty"`
	// Panic is the text that it panics with, or throws where the language has no
	// other error.
	Panic string `json:"panic,omitempty"`
}
