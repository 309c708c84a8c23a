package provider

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/conformance/internal/expr"
)

// Recorded is a request as it came.
type Recorded struct {
	// Seq is its place in the case's order of events.
	Seq int64 `json:"seq"`
	// Exchange is the exchange that answered it. Empty where none was scripted.
	Exchange string `json:"exchange,omitempty"`
	// Endpoint is the endpoint's name, or empty for a path of none.
	Endpoint string `json:"endpoint,omitempty"`
	// Origin is provider or other.
	Origin string `json:"origin"`
	// Method is the method.
	Method string `json:"method"`
	// Target is the request target, with its query.
	Target string `json:"target"`
	// Host is the Host header.
	Host string `json:"host"`
	// Header has the other headers.
	Header http.Header `json:"header"`
	// Body is the body.
	Body string `json:"body,omitempty"`
	// Raw is what came over the connection for it.
	Raw string `json:"raw"`
}

// routes says whether a request goes where the exchange expects one.
func (r *Request) routes(recorded *Recorded, path, issuerPath string) bool {
	origin := r.Origin
	if origin == "" {
		origin = OriginProvider
	}
	if origin != recorded.Origin {
		return false
	}
	if r.Endpoint != "" {
		return r.Endpoint == recorded.Endpoint
	}
	return path == r.Path || path == strings.TrimSuffix(issuerPath, "/")+r.Path
}

// Compare judges a recorded request by what it should be like.
func (r *Request) Compare(scope expr.Scope, recorded *Recorded) []expr.Difference {
	method := r.Method
	if method == "" {
		method = http.MethodGet
		if r.Form != nil {
			method = http.MethodPost
		}
	}
	differences := scope.Match("method", method, recorded.Method)
	_, rawQuery, _ := strings.Cut(recorded.Target, "?")
	differences = append(differences, compareParameters(scope, "query", r.Query, rawQuery)...)
	if r.Form == nil && recorded.Body != "" {
		differences = append(differences, expr.Difference{Path: "body", Want: "nothing", Got: fmt.Sprintf("%d bytes", len(recorded.Body))})
	}
	if r.Form != nil {
		differences = append(differences, compareParameters(scope, "form", r.Form, recorded.Body)...)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		var got any
		if values := recorded.Header.Values(name); values != nil {
			got = strings.Join(values, ", ")
		}
		differences = append(differences, scope.Match("headers/"+name, r.Headers[name], got)...)
	}
	return differences
}

func compareParameters(scope expr.Scope, name string, want map[string]any, encoded string) []expr.Difference {
	got, err := url.ParseQuery(encoded)
	if err != nil {
		return []expr.Difference{{Path: name, Want: "form encoding", Got: err.Error()}}
	}
	return scope.MatchParameters(name, want, got)
}
