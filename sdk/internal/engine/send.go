package engine

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/arbfay/authpi-go/sdk/authpi"
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
		return misconfigured("missing_endpoint", "the endpoint "+endpointTable[op.endpoint].name+" is no usable URL")
	}
	// The transport alone: a client would look at where a redirect leads, and quote a broken Location in its error.
	response, err := e.http.RoundTrip(request)
	if err == nil && response == nil {
		err = errNoResponse
	}
	if err != nil {
		return unreachable(ctx, op.source, r.scrubbed(err))
	}
	if response.Body == nil { // net/http's own client copes with this, too: a response made by hand
		response.Body = http.NoBody
	}
	defer func() { _ = response.Body.Close() }()
	return e.receive(ctx, op, response, r, out)
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

// receive reads and judges an answer. The class of an error follows its code and source, never the status alone.
func (e *Engine) receive(ctx context.Context, op *operation, response *http.Response, r *request, out any) error {
	status := response.StatusCode
	base := authpi.OAuthError{Status: status, Source: op.source, RetryAfter: retryAfter(response.Header, e.now())}
	if status >= 300 && status < 400 {
		base.Code, base.Description = "unexpected_redirect", "the "+string(op.source)+" endpoint redirects; no redirect is followed"
		return &failure{base: base, class: plain}
	}
	accepted := slices.Contains(op.status, status)
	if accepted && out == nil {
		return nil
	}
	body, err := readBounded(response.Body, e.maxBytes(op))
	if err != nil {
		return unreadable(ctx, base, err)
	}
	wire, isJSON := decodeError(response.Header, body)
	wire = r.quotableError(wire)
	if wire.Code == "" && !accepted {
		wire = r.quotableError(challenge(response.Header))
	}
	base.Temporary = temporaryStatus(status)
	if wire.Code != "" && (!accepted || !rawAnswer(out)) {
		base.Code, base.Description = wire.Code, wire.Description
		return refused(base)
	}
	if !accepted {
		base.Code, base.Description = "unexpected_response", "the answer carries no OAuth error"
		base.Temporary = base.Temporary || !isJSON
		return &failure{base: base, class: plain}
	}
	if !isJSON {
		media := r.quotable(response.Header.Get("Content-Type"), maxCode)
		return invalidResponse(base, "the answer is not JSON; its content type is "+strconv.Quote(media))
	}
	if err := out.(json.Unmarshaler).UnmarshalJSON(body); err != nil {
		return invalidResponse(base, "the answer does not have the form that it must have")
	}
	return nil
}

// quotableError makes an error of the wire fit to be quoted. A code of which nothing is left is none.
func (r *request) quotableError(wire errorResponse) errorResponse {
	return errorResponse{Code: r.quotable(wire.Code, maxCode), Description: r.quotable(wire.Description, maxDescription)}
}

// rawAnswer reports whether the answer goes to a protocol part as it came, which knows its own members.
func rawAnswer(out any) bool {
	_, raw := out.(*rawBody)
	return raw
}

// decodeError reads the members that tell of an error, and reports whether the body is a JSON object at all.
func decodeError(header http.Header, body []byte) (wire errorResponse, isJSON bool) {
	if media := header.Get("Content-Type"); media != "" {
		name, _, err := mime.ParseMediaType(media)
		if err != nil || name != "application/json" && !strings.HasSuffix(name, "+json") {
			return errorResponse{}, false
		}
	}
	if wire.UnmarshalJSON(body) != nil {
		// An error member that is no text tells of no error that could be named.
		return errorResponse{}, json.Valid(body)
	}
	return wire, true
}

// maxBytes returns the size of the largest answer that is read. No configuration makes it unlimited.
func (e *Engine) maxBytes(op *operation) int64 {
	if op.limit != nil {
		return or(max(0, int64(op.limit(e.config))), defaultMaxBytes)
	}
	return or(op.maxBytes, defaultMaxBytes)
}

var errOversized = errors.New("oversized")

// readBounded reads a body of at most limit bytes.
func readBounded(body io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = errOversized
	}
	return data, err
}

// unreadable judges a body that ended early or never.
func unreadable(ctx context.Context, base authpi.OAuthError, err error) *failure {
	switch {
	case errors.Is(err, errOversized):
		return invalidResponse(base, "the answer is larger than is read")
	case ctx.Err() != nil:
		return unreachable(ctx, base.Source, nil)
	}
	return invalidResponse(base, "the answer ended early")
}

func invalidResponse(base authpi.OAuthError, description string) *failure {
	base.Code, base.Description, base.Temporary = "invalid_response", description, true
	return &failure{base: base, class: plain}
}

// unreachable judges a request without an answer: the caller's context ended, our own time limit did, or the network failed,
// of which cause says all that may be said.
func unreachable(ctx context.Context, source authpi.ErrorSource, cause error) *failure {
	switch {
	case ctx.Err() != nil && !errors.Is(context.Cause(ctx), errRequestTimeout):
		return cancelled(ctx)
	case ctx.Err() != nil:
		return temporary("timeout", "no complete answer within the request timeout", source, nil)
	}
	return temporary("network_error", "the request failed", source, cause)
}
