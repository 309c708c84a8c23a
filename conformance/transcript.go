package conformance

import (
	"encoding/json"
	"time"

	"github.com/arbfay/authpi-go/conformance/protocol"
	"github.com/arbfay/authpi-go/conformance/provider"
)

// Transcript is everything that was seen of one case in one flavor. Judging
// needs nothing else.
type Transcript struct {
	// Case is the case's id.
	Case string `json:"case"`
	// Flavor is the flavor of the SDK.
	Flavor string `json:"flavor"`
	// Facts are the values of the case's operators.
	Facts Facts `json:"facts"`
	// Calls are the calls, and the making of the clients, in the order of the case.
	Calls []*CallRecord `json:"calls"`
	// Requests are the requests in the order in which they came.
	Requests []provider.Recorded `json:"requests"`
	// Events are the callbacks in the order in which they were called.
	Events []EventRecord `json:"events"`
	// Begun has the place in the order of events at which each step with an id began.
	Begun map[string]int64 `json:"begun"`
	// TornDown is the place in the order of events at which the session ended.
	TornDown int64 `json:"torn_down"`
	// Broken says what the adapter, or the case itself, did wrong.
	Broken []string `json:"broken,omitempty"`
	// Stopped is crash or timeout where the case could not be played to its end,
	// and Reason says at which step and why.
	Stopped Verdict `json:"stopped,omitempty"`
	// Reason explains Stopped.
	Reason string `json:"reason,omitempty"`
	// Took is the time that the case took.
	Took time.Duration `json:"took"`
}

// CallRecord is one call and how it ended.
type CallRecord struct {
	// Step is the step's name; of a client's making, setup.
	Step string `json:"step"`
	// Instance is the call's own name; of a client's making, the client's.
	Instance string `json:"instance"`
	// ID is the command's.
	ID int `json:"id"`
	// Operation is the operation.
	Operation string `json:"op"`
	// Args are the arguments as sent.
	Args map[string]json.RawMessage `json:"args,omitempty"`
	// Started says that the SDK was called.
	Started bool `json:"started"`
	// Ended is the place of the end in the order of events; 0 where it never ended.
	Ended int64 `json:"ended"`
	// OK is the result, where it succeeded.
	OK json.RawMessage `json:"ok,omitempty"`
	// Err is the error, where it failed.
	Err *protocol.Error `json:"err,omitempty"`
	// Refused is the adapter's reason for not calling.
	Refused string `json:"refused,omitempty"`
	// Crash is how the SDK broke.
	Crash string `json:"crash,omitempty"`
}

// EventRecord is one call of a callback.
type EventRecord struct {
	// Seq is its place in the order of events.
	Seq int64 `json:"seq"`
	// Hook is the callback's name.
	Hook string `json:"hook"`
	// Call is the id of the call that it was an argument of, or 0.
	Call int `json:"call,omitempty"`
	// Data has what it got.
	Data map[string]json.RawMessage `json:"data"`
}

// Verdict is the outcome of a case in one flavor.
type Verdict string

// The verdicts.
const (
	// Pass: everything is as the case wants it.
	Pass Verdict = "pass"
	// Fail: something is not.
	Fail Verdict = "fail"
	// Skip: the SDK lacks a capability or operation that the case needs.
	Skip Verdict = "skip"
	// Blocked: the control did not pass, so the case could prove nothing.
	Blocked Verdict = "blocked"
	// Crash: the SDK or its adapter broke down.
	Crash Verdict = "crash"
	// Timeout: the case did not end within its budget.
	Timeout Verdict = "timeout"
)
