package authpitest

import (
	"net/http"
)

// Failure is how [Issuer.Fail] treats a request.
type Failure struct {
	// Status, Header and Body are the answer in place of the issuer's own. A Status of
	// 0 leaves the issuer's own answer, for a Failure that only holds it back.
	Status int
	Header http.Header // further header fields of the answer
	Body   string      // the body of the answer
	// Drop closes the connection in place of an answer.
	Drop bool
	// Processed lets the request take effect first, so that only its answer is lost: a
	// refresh token is used up then.
	Processed bool
	// Hold, where not nil, keeps the request waiting until the channel is closed, the
	// client has gone or the issuer is closed.
	Hold <-chan struct{}
}

// plannedFailure is a Failure for so many requests; a negative number is for all.
type plannedFailure struct {
	failure Failure
	left    int
}

// Fail treats the next count requests to a path ("/token") as the failure says. A
// second call queues up behind the first. A negative count stands for every request
// from then on; zero forgets what is planned for the path.
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

// nextFailure takes the failure that the next request to a path meets.
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
			panic(http.ErrAbortHandler) // what was held is cut, never answered
		}
	}
	switch {
	case own:
		serve(w, r)
	case f.Drop:
		panic(http.ErrAbortHandler) // net/http's way to close a connection without a word
	default:
		for name, values := range f.Header {
			w.Header()[http.CanonicalHeaderKey(name)] = values
		}
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body)) // the client may be gone
	}
}

// discard is a ResponseWriter for an answer that nobody gets.
type discard struct{}

func (discard) Header() http.Header            { return http.Header{} }
func (discard) Write(body []byte) (int, error) { return len(body), nil }
func (discard) WriteHeader(int)                {}
