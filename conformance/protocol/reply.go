package protocol

import "encoding/json"

// Reply is what the adapter says: the answer to a command, a call that started,
// or an event. Exactly one of the fields beside ID is set, and no other key may be
// there: see [BreachError].
type Reply struct {
	// ID is the command's. It is 0 with Started and Event.
	ID int `json:"id,omitempty"`
	// Ready answers hello.
	Ready *Ready `json:"ready,omitempty"`
	// OK is the result of a call, null where it has none; of other commands it is
	// {}.
	OK json.RawMessage `json:"ok,omitempty"`
	// Err is the error of a call or of setup.
	Err *Error `json:"err,omitempty"`
	// Refused says why the adapter could not do what the command says.
	Refused string `json:"refused,omitempty"`
	// Crash says how the SDK broke.
	Crash string `json:"crash,omitempty"`
	// Started is the id of a call that has entered the SDK.
	Started int `json:"started,omitempty"`
	// Event is a callback that was called.
	Event *Event `json:"event,omitempty"`
}

// Ready says who the adapter is and what its SDK can do.
type Ready struct {
	// Protocol is the version that the adapter speaks.
	Protocol int `json:"protocol"`
	// SDK is the SDK under test.
	SDK SDK `json:"sdk"`
	// Language is the language and its version, for the report.
	Language string `json:"language"`
	// Flavors are the forms of the SDK, such as blocking and future. Each is judged
	// by all cases.
	Flavors []string `json:"flavors"`
	// Capabilities are those of [Capabilities] that the SDK has.
	Capabilities []string `json:"capabilities"`
	// Operations are the operations that the SDK has.
	Operations []string `json:"operations"`
	// MaxInFlight is the number of sessions that it can bear at once. 0 means 1.
	MaxInFlight int `json:"max_in_flight"`
}

// SDK names an SDK.
type SDK struct {
	// Name is the name of the package.
	Name string `json:"name"`
	// Version is its version.
	Version string `json:"version"`
}

// Event is a callback that the SDK called.
type Event struct {
	// Session is the session that the hook belongs to.
	Session string `json:"session"`
	// Hook is the name of the callback.
	Hook string `json:"hook"`
	// Call is the id of the call that it was an argument of; 0 for one of the config.
	Call int `json:"call,omitempty"`
	// Data has what the callback got, by the names of the interface.
	Data map[string]json.RawMessage `json:"data"`
}

// Error is an error of the SDK in the terms of the interface.
type Error struct {
	// Class is the most specific class, such as RefreshError.
	Class string `json:"class"`
	// Code is the error code.
	Code string `json:"code"`
	// Description is the text for developers.
	Description string `json:"description,omitempty"`
	// Status is the HTTP status; 0 where there was no answer.
	Status int `json:"status,omitempty"`
	// RetryAfter is in seconds.
	RetryAfter json.Number `json:"retry_after,omitempty"`
	// Operation is the operation that failed.
	Operation string `json:"operation,omitempty"`
	// Source is where the error came from: sdk, token, userinfo, ….
	Source string `json:"source,omitempty"`
	// Temporary says that trying again later can help.
	Temporary bool `json:"temporary"`
	// Fields has the class's own fields and grant by the names of the interface, with secrets
	// revealed.
	Fields map[string]json.RawMessage `json:"fields,omitempty"`
	// Cause is the error underneath where it is one of the SDK's.
	Cause *Cause `json:"cause,omitempty"`
	// Text is the error as it prints, with all of its causes: no secret may stand
	// in it.
	Text string `json:"text"`
}

// Cause is the error underneath another.
type Cause struct {
	// Class is its class.
	Class string `json:"class"`
	// Code is its code.
	Code string `json:"code"`
}
