package authpitest

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Request is a request that the issuer received, including its secrets.
type Request struct {
	// Method is the HTTP method.
	Method string
	// Path is relative to the issuer URL: "/token".
	Path string
	// Header is the request's header.
	Header http.Header
	// Query holds the parameters of the URL. Malformed ones are left out.
	Query url.Values
	// Form holds the parameters of a form body. Malformed ones are left out.
	Form url.Values
	// Time is the issuer's time when the request arrived.
	Time time.Time
	// Status is the status of the response. It is 0 before the response is sent, and if
	// the connection was dropped.
	Status int
}

// Requests returns the requests to a path, such as "/token", in the order in which they
// arrived. An empty path means all requests. [Issuer.Login] is recorded as a request to
// /authorize.
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

// newRequest ignores malformed parameters: reporting them is up to the endpoint.
func newRequest(r *http.Request, path string, body []byte) *Request {
	entry := &Request{Method: r.Method, Path: path, Header: r.Header.Clone()}
	entry.Query, _ = url.ParseQuery(r.URL.RawQuery)
	entry.Form, _ = url.ParseQuery(string(body))
	return entry
}

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
