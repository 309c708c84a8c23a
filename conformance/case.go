package conformance

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
	"github.com/arbfay/authpi-go/conformance/provider"
)

// Format is the version of the case format that this package reads. A case of
// another major version, or of a later minor one, is refused.
const Format = "1.0"

// MainClient is the name of the client that every case has.
const MainClient = "client"

// SetupStep is the name of the step that makes the clients.
const SetupStep = "setup"

// Case is one case, with control, rows and matrix worked in.
// testdata/fixtures/README.md tells what the members mean.
type Case struct {
	// ID is the case's name; of a matrix, with its values.
	ID string `json:"id"`
	// Title says in one sentence what an SDK must do.
	Title string `json:"title"`
	// Why says what breaks, and for whom, where it does not.
	Why string `json:"why"`
	// Level is must, should or may.
	Level string `json:"level"`
	// Clauses are the clauses that it argues for or against.
	Clauses []Clause `json:"clauses"`
	// Requires are the capabilities that it needs, derived ones included.
	Requires []string `json:"requires"`
	// OIDF are the OpenID Foundation's modules that ask the same.
	OIDF []string `json:"oidf"`
	// Kills are the ids of the broken variants that it catches.
	Kills []string `json:"kills"`
	// Given is what is there before the first call.
	Given Given `json:"given"`
	// Script is what the provider answers.
	Script []*provider.Exchange `json:"script"`
	// Steps are what the application does.
	Steps []*Step `json:"steps"`
	// Setup is the outcome of making the clients. Nil means that it succeeds.
	Setup *Outcome `json:"setup"`
	// Sent are the exchanges that must have been asked, in order. Nil means all.
	Sent []string `json:"sent"`
	// Unordered leaves the order of requests open.
	Unordered bool `json:"unordered"`
	// Counts counts requests by endpoint.
	Counts map[string]int `json:"counts"`
	// ConfigEvents are the calls of the config's callbacks, in order.
	ConfigEvents []map[string]any `json:"config_events"`
	// Control is the case that must pass for this one to mean anything.
	Control string `json:"-"`
}

// Area is the folder that the case stands in.
func (c *Case) Area() string {
	for i, r := range c.ID {
		if r == '.' {
			return c.ID[:i]
		}
	}
	return c.ID
}

// Given is what is there before the first call.
type Given struct {
	// Clock is the time at the start in RFC 3339.
	Clock string `json:"clock"`
	// IssuerPath is the path of the issuer.
	IssuerPath string `json:"issuer_path"`
	// Config is laid over the base configuration.
	Config map[string]any `json:"config"`
	// Clients are further clients, each laid over Config.
	Clients map[string]map[string]any `json:"clients"`
	// Entropy seeds the SDK's random bytes.
	Entropy string `json:"entropy"`
	// Keys are algorithms by key name.
	Keys map[string]string `json:"keys"`
	// JWKS are the published keys.
	JWKS []any `json:"jwks"`
	// Discovery is laid over the provider metadata.
	Discovery any `json:"discovery"`
	// Tokens are the tokens to mint by name.
	Tokens map[string]*provider.Token `json:"tokens"`
}

// Step is one thing that the application does, or that happens to it. Exactly
// one of Call, Advance, Wait, Cancel and Release is set.
type Step struct {
	// ID is the step's name; a call has one.
	ID string `json:"id"`
	// Call is the operation.
	Call string `json:"call"`
	// Args are its arguments.
	Args map[string]any `json:"args"`
	// Client is the client's name. Empty means the main one.
	Client string `json:"client"`
	// Context is cancelled, expired or empty.
	Context string `json:"context"`
	// Times is how many calls are made at once.
	Times Times `json:"times"`
	// Async goes on when the calls have started.
	Async bool `json:"async"`
	// OK and Err are the outcome of each call: one of them is set.
	OK Expectation `json:"ok"`
	// Err is the error of each call.
	Err map[string]any `json:"err"`
	// Events are the calls of the callbacks that were arguments, in order.
	Events []map[string]any `json:"events"`
	// After is a step before which the call may not end: before the end of a call,
	// before the beginning of any other step, since what it lets go on may be told
	// of before its own end is.
	After string `json:"after"`
	// Advance sets the clock forward.
	Advance string `json:"advance"`
	// Wait waits for something.
	Wait *Wait `json:"wait"`
	// Cancel ends the context of a call.
	Cancel string `json:"cancel"`
	// Release lets a held exchange or callback go on.
	Release string `json:"release"`
}

// Instances returns the names of the calls that the step makes: its id, or
// id.1, id.2, … where there are several.
func (s *Step) Instances() []string {
	if s.Times == 0 {
		return []string{s.ID}
	}
	names := make([]string, s.Times)
	for i := range names {
		names[i] = fmt.Sprintf("%s.%d", s.ID, i+1)
	}
	return names
}

// maxTimes bounds the calls that one step makes.
const maxTimes = 64

// Times is how many calls a step makes at once: 1 to 64, or 0 where the case does
// not say, which means one whose instance has no number.
type Times int

// FromTree reads a number.
func (t *Times) FromTree(tree any) error {
	number, _ := tree.(json.Number)
	count, err := strconv.Atoi(number.String())
	if err != nil || count < 1 || count > maxTimes {
		return fmt.Errorf("want a whole number from 1 to %d", maxTimes)
	}
	*t = Times(count)
	return nil
}

// Wait says what a step waits for: one of its fields is set.
type Wait struct {
	// Ended is a call.
	Ended string `json:"ended"`
	// Request is an exchange.
	Request string `json:"request"`
	// Event is a hook.
	Event string `json:"event"`
}

// Outcome is how making the clients ends.
type Outcome struct {
	// OK is set where it succeeds.
	OK Expectation `json:"ok"`
	// Err is the error.
	Err map[string]any `json:"err"`
}

// Expectation is an expected value; null differs from none.
type Expectation struct {
	// Set says that there is an expectation.
	Set bool
	// Want is what is expected.
	Want any
}

// FromTree reads any value.
func (e *Expectation) FromTree(tree any) error {
	*e = Expectation{Set: true, Want: tree}
	return nil
}

// Clause is a clause of the interface and what a case says of it.
type Clause struct {
	// ID is the clause's id.
	ID string `json:"id"`
	// Argues is for, against or both.
	Argues string `json:"argues"`
}

// FromTree reads an id, or an object that also says what is argued.
func (c *Clause) FromTree(tree any) error {
	if id, ok := tree.(string); ok {
		c.ID = id
		return nil
	}
	var form struct {
		ID     string `json:"id"`
		Argues string `json:"argues"`
	}
	if err := jsontree.Decode(tree, &form); err != nil {
		return err
	}
	if form.Argues != "for" && form.Argues != "against" && form.Argues != "both" {
		return fmt.Errorf("argues: want for, against or both")
	}
	*c = Clause(form)
	return nil
}
