package authpitest

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Request is a request that the issuer got, secrets included.
type Request struct {
	// Method is the HTTP method.
	Method string
	// Path is relative to the issuer URL: "/token".
	Path string
	// Header is the request's header.
	Header http.Header
	// Query are the parameters of the URL, as far as they can be read.
	Query url.Values
	// Form are the parameters of a form body, as far as they can be read.
	Form url.Values
	// Time is the issuer's time at which the request came.
	Time time.Time
	// Status is the answer's status; 0 while there is none, or where the connection
	// was dropped.
	Status int
}

// Requests returns the requests to one path ("/token"), or to all of them for an
// empty path, in the order in which they came. A [Issuer.Login] is among them, as
// the browser's request to /authorize.
func (i *Issuer) Requests(path string) []Request {
	i.mu.Lock()
	defer i.mu.Unlock()
	var requests []Request
	for _, entry := range i.requests {
		if path == "" || entry.Path == path {
			copied := *entry
			copied.Header = entry.Header.Clone()
			copied.Query, copied.Form = cloneValues(entry.Query), cloneValues(entry.Form)
			requests = append(requests, copied)
		}
	}
	return requests
}

// newRequest takes whatever the URL and the body hold: what is wrong with them is for
// the endpoint to say.
func newRequest(r *http.Request, path string, body []byte) *Request {
	entry := &Request{Method: r.Method, Path: path, Header: r.Header.Clone()}
	entry.Query, _ = url.ParseQuery(r.URL.RawQuery)
	entry.Form, _ = url.ParseQuery(string(body))
	return entry
}

// recordLocked notes a request.
func (i *Issuer) recordLocked(entry *Request) {
	entry.Time = i.Now()
	i.requests = append(i.requests, entry)
}

func cloneValues(values url.Values) url.Values {
	copied := make(url.Values, len(values))
	for name, given := range values {
		copied[name] = slices.Clone(given)
	}
	return copied
}
