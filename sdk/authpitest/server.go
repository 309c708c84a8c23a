package authpitest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/internal/mint"
)

// endpoint is the handler of one path and the methods that it accepts.
type endpoint struct {
	methods []string
	serve   http.HandlerFunc
}

// endpoints returns the endpoints by their path under the issuer URL.
func (i *Issuer) endpoints() map[string]endpoint {
	get, post := []string{http.MethodGet, http.MethodHead}, []string{http.MethodPost}
	both := slices.Concat(get, post)
	return map[string]endpoint{
		"/.well-known/openid-configuration": {get, i.serveMetadata},
		"/jwks.json":                        {get, i.serveKeys},
		"/authorize":                        {get, i.serveAuthorize},
		"/login":                            {post, i.serveLogin},
		"/token":                            {post, i.serveToken},
		"/userinfo":                         {both, i.serveUserInfo},
		"/revoke":                           {post, i.serveRevoke},
		"/introspect":                       {post, i.serveIntrospect},
		"/logout":                           {both, i.serveLogout},
		"/keyinfo":                          {get, i.serveKeyInfo},
	}
}

// handler records each request, then applies a planned failure or calls the endpoint.
func (i *Issuer) handler() http.Handler {
	endpoints := i.endpoints()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, ours := strings.CutPrefix(r.URL.Path, i.path)
		if !ours {
			path = r.URL.Path
		}
		body, err := readAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		entry := newRequest(r, path, body)
		i.mu.Lock()
		i.recordLocked(entry)
		i.mu.Unlock()
		w = &statusWriter{ResponseWriter: w, issuer: i, entry: entry}
		if err != nil {
			i.write(w, refuse("invalid_request", "the body cannot be read"), "Basic")
			return
		}
		serve := http.HandlerFunc(i.serveNotFound)
		if found, exists := endpoints[path]; ours && exists {
			serve = found.allowMethods()
		}
		if planned, failing := i.nextFailure(path); failing {
			i.serveFailure(w, r, planned, serve)
			return
		}
		serve(w, r)
	})
}

// readAll reads a body to its end and returns an error if it is larger than maxBody.
func readAll(body io.Reader) ([]byte, error) {
	read, err := io.ReadAll(io.LimitReader(body, maxBody))
	if err != nil {
		return read, err
	}
	// Drain the rest, or net/http would delay the response.
	if left, err := io.Copy(io.Discard, body); err != nil || left > 0 {
		return read, errors.Join(errors.New("body too large"), err)
	}
	return read, nil
}

// allowMethods wraps the endpoint in a check of the method.
func (e endpoint) allowMethods() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(e.methods, r.Method) {
			w.Header().Set("Allow", strings.Join(e.methods, ", "))
			writeJSON(w, http.StatusMethodNotAllowed, mint.NewObject(
				"error", "invalid_request",
				"error_description", "method not allowed",
			))
			return
		}
		e.serve(w, r)
	}
}

func (i *Issuer) serveNotFound(w http.ResponseWriter, _ *http.Request) {
	i.write(w, refuse("not_found", "no such endpoint"), "Basic")
}

// statusWriter records the status before the client can see it.
type statusWriter struct {
	http.ResponseWriter
	issuer *Issuer
	entry  *Request
}

func (w *statusWriter) WriteHeader(status int) {
	w.issuer.mu.Lock()
	w.entry.Status = status
	w.issuer.mu.Unlock()
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(body []byte) (int, error) {
	w.issuer.mu.Lock()
	if w.entry.Status == 0 {
		w.entry.Status = http.StatusOK
	}
	w.issuer.mu.Unlock()
	return w.ResponseWriter.Write(body)
}
