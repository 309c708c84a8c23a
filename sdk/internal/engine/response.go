package engine

import (
	"bytes"
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

// reply is a response whose body was read, with its request.
type reply struct {
	*request

	base     authpi.OAuthError
	header   http.Header
	media    string // the media type without parameters, or the whole Content-Type if that is malformed
	body     []byte
	accepted bool // the status is that of success
}

// receive reads and judges a response by its status and its body. The class of an error follows its code and source, never
// the status alone.
func (e *Engine) receive(ctx context.Context, response *http.Response, r *request, out any) error {
	status := response.StatusCode
	base := authpi.OAuthError{Status: status, Source: r.op.source, RetryAfter: retryAfter(response.Header, e.now())}
	if status >= 300 && status < 400 {
		base.Code = "unexpected_redirect"
		base.Description = r.host + " redirects, and redirects are not followed; configure the final URL"
		return &failure{base: base, class: plain}
	}
	if out == nil && status >= 200 && status < 300 {
		return nil // the body of a revocation is ignored: RFC 7009, section 2.2
	}
	body, err := readBounded(response.Body, e.maxBytes(r.op))
	if err != nil {
		return e.unreadable(ctx, base, r, err)
	}
	a := &reply{
		request: r, base: base, header: response.Header, media: mediaType(response.Header),
		body: bytes.TrimPrefix(body, byteOrderMark), accepted: slices.Contains(r.op.status, status),
	}
	// Metadata and key sets may have a member "error" of their own.
	if _, isRaw := out.(*rawBody); !a.accepted || !isRaw {
		if f := e.reported(a); f != nil {
			return f
		}
	}
	if defect := a.decode(out); defect != "" {
		return invalidResponse(base, defect)
	}
	return nil
}

// decode reads the body into out. The defect is empty if it succeeds.
func (a *reply) decode(out any) (defect string) {
	switch {
	case a.media == jwtMedia:
		return a.host + " answered with a JWT (" + jwtMedia + "), which is not supported here"
	case !json.Valid(a.body):
		return a.host + " answered with " + a.described() + " instead of JSON"
	}
	if err := out.(json.Unmarshaler).UnmarshalJSON(a.body); err != nil {
		defect = err.Error()
	} else if checked, ok := out.(interface{ defect() string }); ok {
		defect = checked.defect()
	}
	if defect != "" {
		defect = "the response of " + a.host + " is malformed: " + defect
	}
	return defect
}

// reported returns the failure that a response reports, or nil: the error code of the body, else that of the WWW-Authenticate
// header, else a status other than that of success.
func (e *Engine) reported(a *reply) *failure {
	var wire wireError
	if a.media != jwtMedia {
		wire = readError(a.body)
	}
	malformed := wire.code != "" && a.code(wire.code) == ""
	if a.code(wire.code) == "" && !a.accepted {
		wire = challenge(a.header)
	}
	base := a.base
	base.Temporary = temporaryStatus(base.Status)
	if code := a.code(wire.code); code != "" {
		base.Code, base.Description = code, a.description(wire.description)
		f := refused(base)
		if code == "invalid_client" && a.op.auth != authNone {
			f.cause = e.secretSent()
		}
		return f
	}
	if a.accepted && !malformed {
		return nil
	}
	isJSON := a.media != jwtMedia && json.Valid(a.body)
	what := " with " + a.described() + " instead of a JSON error"
	switch {
	case malformed:
		what = " with an error code that is not well-formed"
	case base.Status < 300:
		what = ", expected " + strconv.Itoa(a.op.status[0])
	case isJSON:
		what = " with JSON that has no error code"
	}
	base.Code, base.Temporary = "unexpected_response", base.Temporary || !isJSON
	base.Description = a.host + " answered " + strconv.Itoa(base.Status) + what
	return &failure{base: base, class: plain}
}

// secretSent returns the cause of invalid_client: whether the request had a client secret.
func (e *Engine) secretSent() error {
	if e.config.ClientSecret.IsZero() {
		return errors.New("no client secret was sent; set ClientSecret")
	}
	return errors.New("a client secret was sent (" + string(e.clientAuth()) + "); check ClientID and ClientSecret")
}

const jwtMedia = "application/jwt"

var byteOrderMark = []byte("\uFEFF")

// mediaType returns the media type of a response without its parameters, or the whole Content-Type if that is malformed.
func mediaType(header http.Header) string {
	value := header.Get("Content-Type")
	if media, _, _ := mime.ParseMediaType(value); media != "" { // also set if only a parameter is malformed
		return media
	}
	return value
}

// described returns what an error says about a body that is not JSON.
func (a *reply) described() string {
	switch media := a.quotable(a.media, maxCode); {
	case len(a.body) == 0:
		return "an empty body"
	case media == "":
		return "a body without content type"
	case strings.HasSuffix(media, "json"):
		return "malformed JSON"
	default:
		return media
	}
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
func (e *Engine) unreadable(ctx context.Context, base authpi.OAuthError, r *request, err error) *failure {
	switch {
	case errors.Is(err, errOversized):
		return invalidResponse(base, "the response of "+r.host+" is larger than "+strconv.FormatInt(e.maxBytes(r.op), 10)+" bytes")
	case ctx.Err() != nil:
		return e.unreachable(ctx, r, nil)
	}
	f := invalidResponse(base, "the response of "+r.host+" ended early")
	f.cause = r.scrubbed(err)
	return f
}

func invalidResponse(base authpi.OAuthError, description string) *failure {
	base.Code, base.Description, base.Temporary = "invalid_response", bounded(description, maxDescription), true
	return &failure{base: base, class: plain}
}

// unreachable judges a request without an answer: the caller's context ended, our own time limit did, or the network failed,
// of which cause says all that may be said.
func (e *Engine) unreachable(ctx context.Context, r *request, cause error) *failure {
	switch {
	case ctx.Err() != nil && !errors.Is(context.Cause(ctx), errRequestTimeout):
		return cancelled(ctx)
	case ctx.Err() != nil:
		return temporary("timeout", r.host+" sent no complete response within the timeout of "+e.timeout.String(), r.op.source, nil)
	}
	return temporary("network_error", "the request to "+r.host+" failed", r.op.source, cause)
}
