package authpitest

import (
	"net/http"
)

// Failure is how [Issuer.Fail] treats a request.
type Failure struct {
	// Status, Header and Body replace the issuer's own response. If Status is 0, the
	// issuer sends its own response; use this to delay it with Hold.
	Status int
	Header http.Header // additional header fields of the response
	Body   string      // the body of the response
	// Drop closes the connection without a response.
	Drop bool
	// Processed lets the request take effect before it fails, so that only the response
	// is lost. A refresh token is used up in that case.
	Processed bool
	// Hold, if not nil, delays the request until this channel is closed, the client
	// disconnects or the issuer is closed.
	Hold <-chan struct{}
}

// plannedFailure is a Failure for the next left requests. Negative means all requests.
type plannedFailure struct {
	failure Failure
	left    int
}

// Fail applies the failure to the next count requests to a path, such as "/token". A
// second call takes effect after the first is used up. A negative count applies it to all
// further requests; zero cancels all planned failures of the path.
func (i *Issuer) Fail(path string, count int, failure Failure) {
	i.tb.Helper()
	if _, exists := i.endpoints()[path]; !exists {
		i.fatalf("authpitest: no endpoint %q", path)
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if count == 0 {
		delete(i.failures, path)
		return
	}
	failure.Header = failure.Header.Clone()
	i.failures[path] = append(i.failures[path], &plannedFailure{failure: failure, left: count})
}

// nextFailure returns the planned failure for this request, and counts it as used.
func (i *Issuer) nextFailure(path string) (Failure, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	planned := i.failures[path]
	if len(planned) == 0 {
		return Failure{}, false
	}
	first := planned[0]
	if first.left--; first.left == 0 {
		i.failures[path] = planned[1:]
	}
	return first.failure, true
}

func (i *Issuer) serveFailure(w http.ResponseWriter, r *http.Request, f Failure, serve http.HandlerFunc) {
	own := f.Status == 0 && !f.Drop
	if f.Processed && !own {
		serve(discard{}, r)
	}
	if f.Hold != nil {
		select {
		case <-f.Hold:
		case <-r.Context().Done():
		case <-i.closing:
			panic(http.ErrAbortHandler) // a held request is dropped when the issuer closes
		}
	}
	switch {
	case own:
		serve(w, r)
	case f.Drop:
		panic(http.ErrAbortHandler) // closes the connection without a response
	default:
		for name, values := range f.Header {
			w.Header()[http.CanonicalHeaderKey(name)] = values
		}
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body)) // the client may be gone
	}
}

// discard is a ResponseWriter that drops the response.
type discard struct{}

func (discard) Header() http.Header            { return http.Header{} }
func (discard) Write(body []byte) (int, error) { return len(body), nil }
func (discard) WriteHeader(int)                {}
