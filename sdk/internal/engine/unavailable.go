package engine

import (
	"errors"
	"net/http"
	"strings"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// document is something that the issuer publishes and that operations cannot do without.
type document struct {
	name   string // in errors
	code   string // of the error where it cannot be had
	source authpi.ErrorSource
	origin string // what says where it is
}

var (
	metadataDocument = document{"the provider metadata", "metadata_unavailable", authpi.ErrorSourceDiscovery, "IssuerURL"}
	keysDocument     = document{"the issuer's keys", "keys_unavailable", authpi.ErrorSourceJWKS, "jwks_uri"}
)

// unavailable returns the temporary failure of a document that cannot be fetched from a URL. The
// text has the URL and the reason, since the text of a cause that is an error of the SDK is not
// printed.
func (d document) unavailable(link string, cause error) *failure {
	f := temporary(d.code, "", d.source, cause)
	text := d.name + " cannot be fetched from " + bounded(link, maxLink)
	inner := (*failure)(nil)
	if !errors.As(cause, &inner) { // a set of keys that cannot be read, whose text is printed
		f.base.Description = text
		return f
	}
	f.base.Status, f.base.RetryAfter = inner.base.Status, inner.base.RetryAfter
	if reason := inner.reason(); reason != "" {
		text += ": " + reason
	}
	f.base.Description = cut(text+"; "+d.advice(inner.base.Status), maxDescription)
	return f
}

// advice says what to do about a document whose request failed with a status, or with none.
func (d document) advice(status int) string {
	switch {
	case status == 0:
		return "check the network and " + d.origin
	case temporaryStatus(status) || status < http.StatusBadRequest:
		return "try again later"
	}
	return "check " + d.origin
}

// reason returns what a failed request met, without the status, which errors print themselves.
func (f *failure) reason() string {
	switch {
	case f.base.Code == "unexpected_response":
		return ""
	case f.class == nil: // an error code from the wire
		return strings.TrimSuffix(f.base.Code+": "+f.base.Description, ": ")
	case f.cause != nil:
		return f.cause.Error()
	}
	return f.base.Description
}
