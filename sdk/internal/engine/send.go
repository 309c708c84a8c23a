package engine

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
)

// defaultMaxBytes is the size of the largest answer that is read: 1 MiB.
const defaultMaxBytes = 1 << 20

// errRequestTimeout is the cause with which a request's own time limit ends its context.
var errRequestTimeout = errors.New("request timeout")

// send carries out an http operation: it sends one request, never a second one, and decodes the answer into out, which may
// be nil where the body does not matter. out is a json.Unmarshaler. ctx only cancels.
func (e *Engine) send(ctx context.Context, op *operation, values []any, out any) error {
	r, f := op.encode(values)
	if f != nil {
		return f
	}
	link, f := e.endpoint(ctx, op.endpoint)
	if f != nil {
		return f
	}
	if f := e.authenticate(op.auth, r); f != nil {
		return f
	}
	if e.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, e.timeout, errRequestTimeout)
		defer cancel()
	}
	request, err := newRequest(ctx, op.method, link, r)
	if err != nil {
		return misconfigured("missing_endpoint", "the URL of the "+endpointTable[op.endpoint].name+" endpoint is malformed")
	}
	r.host = bounded(request.URL.Host, maxCode)
	// The transport alone: a client would look at where a redirect leads, and quote a broken Location in its error.
	response, err := e.http.RoundTrip(request)
	if err == nil && response == nil {
		err = errNoResponse
	}
	if err != nil {
		f := e.unreachable(ctx, r, r.scrubbed(err))
		f.unsent = neverConnected(err)
		return f
	}
	if response.Body == nil { // net/http's own client copes with this, too: a response made by hand
		response.Body = http.NoBody
	}
	defer func() { _ = response.Body.Close() }()
	return e.receive(ctx, response, r, out)
}

// neverConnected reports whether a request failed before there was a connection to send it over.
func neverConnected(err error) bool {
	var network *net.OpError
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &network) && network.Op == "dial" || errors.As(err, &certificate)
}

func newRequest(ctx context.Context, method, link string, r *request) (*http.Request, error) {
	var request *http.Request
	var err error
	if link = withQuery(link, r.query); method == http.MethodGet || method == http.MethodDelete && len(r.form) == 0 {
		request, err = http.NewRequestWithContext(ctx, method, link, nil)
	} else {
		r.header.Set("Content-Type", "application/x-www-form-urlencoded")
		request, err = newBodyRequest(ctx, method, link, r.form.Encode())
	}
	if err != nil {
		return nil, err
	}
	request.Header = r.header
	request.Header.Set("Accept", "application/json")
	return request, nil
}
