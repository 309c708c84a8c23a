// Package provider answers one question: what does an SDK find at the other end
// of the wire? It is a scripted identity provider: each case has one of its own
// on a loopback listener, which answers what the script says, holds answers
// back, breaks connections, mints tokens, and records every byte that it was
// sent. It judges nothing.
package provider

import (
	"errors"
	"fmt"

	"github.com/arbfay/authpi-go/conformance/internal/expr"
)

// AnyTimes is the [Times] of an exchange that may happen any number of times,
// never included.
const AnyTimes Times = -1

// Exchange is one scripted request and its answer.
type Exchange struct {
	// ID is the exchange's name within the case.
	ID string `json:"id"`
	// On says which request it answers, and what that must be like.
	On Request `json:"on"`
	// Times is how often it answers. 0 means once.
	Times Times `json:"times"`
	// Hold delays the answer.
	Hold Hold `json:"hold"`
	// Reply is the answer. The zero value is a 200 without body.
	Reply *Reply `json:"reply"`
	// Fault breaks the connection or the answer.
	Fault Fault `json:"fault"`
}

// Limit returns how often the exchange answers; AnyTimes has no limit.
func (e *Exchange) Limit() Times {
	if e.Times == 0 {
		return 1
	}
	return e.Times
}

// Times is a number of times, or [AnyTimes].
type Times int

// FromTree reads a number or "any".
func (t *Times) FromTree(tree any) error {
	if tree == "any" {
		*t = AnyTimes
		return nil
	}
	var number int
	if _, err := fmt.Sscanf(fmt.Sprint(tree), "%d", &number); err != nil || number < 1 || fmt.Sprint(number) != fmt.Sprint(tree) {
		return fmt.Errorf("want a number from 1, or \"any\"")
	}
	*t = Times(number)
	return nil
}

// Request is what a scripted request must be like.
type Request struct {
	// Endpoint is the endpoint's name in the interface, or discovery.
	Endpoint string `json:"endpoint"`
	// Path is the path under the issuer, for requests to no named endpoint.
	Path string `json:"path"`
	// Origin is provider or other. Empty means provider.
	Origin string `json:"origin"`
	// Method is the method. Empty means POST where there is a form, else GET.
	Method string `json:"method"`
	// Query has the parameters of the query; no others may be there.
	Query map[string]any `json:"query"`
	// Form has the parameters of the body; no others may be there.
	Form map[string]any `json:"form"`
	// Headers has some of the headers, by lower-case name.
	Headers map[string]any `json:"headers"`
}

// Hold says what must have happened before an answer goes out.
type Hold struct {
	// Started are calls that must have started.
	Started []string `json:"started"`
	// Ended are calls that must have ended.
	Ended []string `json:"ended"`
	// Released asks for a release of the exchange.
	Released bool `json:"released"`
}

// Reply is an answer.
type Reply struct {
	// Status is the HTTP status. 0 means 200.
	Status int `json:"status"`
	// Headers has further headers. Null takes the content type away.
	Headers map[string]any `json:"headers"`
	// JSON is the body as a value; at most one of the following four.
	JSON any `json:"json"`
	// Body is the body as a text.
	Body any `json:"body"`
	// JWKS is a JWK Set as in given.jwks.
	JWKS []any `json:"jwks"`
	// Metadata is the provider metadata with this laid over it.
	Metadata any `json:"metadata"`
	// Encoding is gzip or empty.
	Encoding string `json:"encoding"`
}

// Fault is a way in which an exchange breaks.
type Fault string

// The faults.
const (
	// FaultClose closes the connection without a byte.
	FaultClose Fault = "close"
	// FaultReset resets the connection without a byte.
	FaultReset Fault = "reset"
	// FaultHang never answers: it ends when the SDK gives up.
	FaultHang Fault = "hang"
	// FaultStall sends the headers and half of the body, and then hangs.
	FaultStall Fault = "stall"
	// FaultTruncate sends the headers and half of the body, and then closes.
	FaultTruncate Fault = "truncate"
)

// Check refuses, by path, what the script may not say.
func (e *Exchange) Check() error {
	switch e.Fault {
	case "", FaultClose, FaultReset, FaultHang, FaultStall, FaultTruncate:
	default:
		return fmt.Errorf("fault: unknown fault %q", e.Fault)
	}
	switch e.On.Origin {
	case "", "provider", OriginOther:
	default:
		return fmt.Errorf("on/origin: want provider or other")
	}
	if (e.On.Endpoint == "") == (e.On.Path == "") {
		return fmt.Errorf("on: want an endpoint or a path")
	}
	errs := []error{e.checkOn()}
	switch {
	case e.Reply != nil:
		errs = append(errs, e.Reply.check())
	case e.Fault == "":
		errs = append(errs, fmt.Errorf("reply: is missing"))
	}
	return errors.Join(errs...)
}

func (e *Exchange) checkOn() error {
	var errs []error
	for _, part := range []struct {
		name string
		want map[string]any
	}{{"query", e.On.Query}, {"form", e.On.Form}, {"headers", e.On.Headers}} {
		errs = append(errs, expr.Check(anyMap(part.want), "on/"+part.name, expr.Value, expr.Matcher))
	}
	return errors.Join(errs...)
}

func (r *Reply) check() error {
	bodies := 0
	for _, there := range []bool{r.JSON != nil, r.Body != nil, r.JWKS != nil, r.Metadata != nil} {
		if there {
			bodies++
		}
	}
	if bodies > 1 {
		return fmt.Errorf("reply: want one of json, body, jwks and metadata")
	}
	if r.Encoding != "" && r.Encoding != "gzip" {
		return fmt.Errorf("reply/encoding: want gzip")
	}
	if r.Status != 0 && (r.Status < 200 || r.Status > 599) {
		return fmt.Errorf("reply/status: want 200 to 599")
	}
	errs := []error{expr.Check(r.JWKS, "reply/jwks", expr.Value)}
	for _, part := range []struct {
		name string
		tree any
	}{{"json", r.JSON}, {"body", r.Body}, {"headers", anyMap(r.Headers)}, {"metadata", r.Metadata}} {
		errs = append(errs, expr.Check(part.tree, "reply/"+part.name, expr.Value))
	}
	return errors.Join(errs...)
}

// anyMap keeps a nil map from becoming a tree that is not nil.
func anyMap(object map[string]any) any {
	if object == nil {
		return nil
	}
	return object
}
