package engine

import (
	"encoding/json"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// endpointID is an index into the table of endpoints.
type endpointID int

// endpoint is one row of that table.
type endpoint struct {
	name     string
	option   string // the field of the configuration, empty for none
	metadata string // the member of the provider metadata, empty for none
	path     string // AuthPI's own path under the issuer
}

// endpointSet holds one URL per endpoint; an empty one is unknown.
type endpointSet [endpointCount]string

// complete reports whether the set has every endpoint that the metadata can name.
func (s endpointSet) complete() bool {
	for i, link := range s {
		if link == "" && endpointTable[i].metadata != "" {
			return false
		}
	}
	return true
}

// operation describes an HTTP request, or a URL for a browser.
type operation struct {
	name      string
	method    string // empty for a URL
	endpoint  endpointID
	auth      authKind
	constants []pair
	params    []param
	status    []int // the statuses of success
	maxBytes  int64 // the size of the largest answer that is read
	limit     func(authpi.Config) int
	source    authpi.ErrorSource
}

// authKind is how an operation authenticates the client.
type authKind int

const (
	authNone         authKind = iota
	authClient                // with the secret, or as a public client by its ID
	authConfidential          // with the secret, which must be there
)

// pair is a parameter whose value never changes.
type pair struct{ name, value string }

// param is one parameter of an operation. Its value has the same index in the list of values.
type param struct {
	name     string // in Go
	wire     string // in the request
	in       place
	required bool
}

// place is where a parameter goes.
type place int

const (
	inForm place = iota
	inQuery
	inHeader
	inBearer
)

// words is a list that the wire writes as one text with spaces between. Other lists are repeated parameters.
type words []string

// rawBody is the answer of an operation whose reader is a protocol part.
type rawBody struct{ data json.RawMessage }

// UnmarshalJSON keeps the answer as it came.
func (r *rawBody) UnmarshalJSON(data []byte) error {
	r.data = data
	return nil
}

func (r *rawBody) message() json.RawMessage { return r.data }

// orZero returns what p points to, or the zero value for nil: an options argument may be nil.
func orZero[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

// or returns a unless it is zero, else b.
func or[T comparable](a, b T) T {
	if a == *new(T) {
		return b
	}
	return a
}

// orList returns a unless it is nil, else b. An empty list that is not nil is a choice.
func orList(a, b []string) []string {
	if a == nil {
		return b
	}
	return a
}
