package engine

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/flight"
)

const (
	metadataAge   = 24 * time.Hour
	metadataStale = 24 * time.Hour // how long past its age a document serves that cannot be fetched anew
	metadataRetry = time.Minute    // how long a stale document serves after a failed fetch
)

// metadata is the provider metadata as the engine uses it. It is immutable.
type metadata struct {
	document  *authpi.Metadata
	endpoints endpointSet
	expires   time.Time // when it is to be fetched anew
	ends      time.Time // when it stops to serve even where it cannot be fetched anew
}

func (e *Engine) newMetadata() *metadata {
	expires := e.now().Add(metadataAge)
	return &metadata{document: new(authpi.Metadata), expires: expires, ends: expires.Add(metadataStale)}
}

// metadataCache holds the metadata and the fetch that all callers share.
type metadataCache struct {
	value   atomic.Pointer[metadata]
	flights flight.Group[struct{}, *metadata]
}

// current returns what is loaded, however old, or nil.
func (c *metadataCache) current() *metadata { return c.value.Load() }

func (c *metadataCache) wait(ctx context.Context) error { return c.flights.Wait(ctx) }

// Discover loads the provider metadata, or returns what is loaded and not older than a day. The document is the caller's own.
func (e *Engine) Discover(ctx context.Context, _ *authpi.DiscoverOptions) (*authpi.Metadata, error) {
	ctx, span := e.begin(ctx, "discover")
	m, f := e.loadMetadata(ctx)
	if f != nil {
		return nil, span.end(f)
	}
	return copyOfMetadata(m.document), span.end(nil)
}

// loadMetadata returns metadata not older than a day, fetching it once for all callers. A document past its age serves on
// for another day where it cannot be fetched anew.
func (e *Engine) loadMetadata(ctx context.Context) (*metadata, *failure) {
	if m := e.metadata.current(); m != nil && e.now().Before(m.expires) {
		return m, nil
	}
	return e.shareMetadata(ctx)
}

// neededMetadata loads the metadata unless every endpoint is configured, in which case nothing needs it and it may be nil.
func (e *Engine) neededMetadata(ctx context.Context) (*metadata, *failure) {
	if e.configured {
		return e.metadata.current(), nil
	}
	return e.loadMetadata(ctx)
}

// promisesIssuer reports whether the metadata promises an issuer in each callback (RFC 9207, section 3). It may be nil.
func (m *metadata) promisesIssuer() bool {
	return m != nil && m.document.AuthorizationResponseIssParameterSupported
}

// shareMetadata fetches the metadata once for all callers. It is a function of its own so that a caller who needs no fetch does not pay for
// its variables.
func (e *Engine) shareMetadata(ctx context.Context) (*metadata, *failure) {
	stale := e.metadata.current()
	m, err := e.metadata.flights.Do(ctx, struct{}{}, 0, func(ctx context.Context) (*metadata, error) {
		defer e.reportPanic()
		if loaded := e.metadata.current(); loaded != nil && e.now().Before(loaded.expires) {
			return loaded, nil // by a request that ended before this one began
		}
		fetched, f := e.fetchProvider(ctx)
		if f != nil {
			if fetched = e.stillServing(stale, f); fetched == nil {
				return nil, f
			}
		}
		e.metadata.value.Store(fetched)
		return fetched, nil
	})
	if err != nil {
		return nil, asFailure(ctx, err)
	}
	return m, nil
}

// stillServing returns a stale document for another while, or nil where there is none, where it is too old, and where what
// was fetched is wrong for good: a failure that hides behind the old document for a day may be an issuer that has moved.
func (e *Engine) stillServing(stale *metadata, f *failure) *metadata {
	now := e.now()
	wrong := f.base.Code == "invalid_metadata" && !f.base.Temporary
	if stale == nil || wrong || !now.Before(stale.ends) {
		return nil
	}
	kept := *stale
	kept.expires = now.Add(metadataRetry)
	if kept.expires.After(kept.ends) {
		kept.expires = kept.ends
	}
	return &kept
}

// fetchProvider fetches and checks the metadata. There is no fallback for an issuer without a document: a guess at the endpoints
// could send a secret elsewhere.
func (e *Engine) fetchProvider(ctx context.Context) (*metadata, *failure) {
	data, err := e.fetchMetadata(ctx)
	if err != nil {
		return nil, e.metadataUnavailable(asFailure(ctx, err))
	}
	return e.readMetadata(data)
}

// metadataUnavailable returns the failure of metadata whose request failed with cause.
func (e *Engine) metadataUnavailable(cause *failure) *failure {
	link := bounded(e.derived(endpointDiscovery), maxLink)
	switch cause.base.Code {
	case "cancelled", "unexpected_redirect":
		return cause
	case "invalid_response": // a maintenance page, say
		f := e.unreadableMetadata(cause.base.Description)
		f.base.Status, f.cause = cause.base.Status, cause
		return f
	}
	f := metadataDocument.unavailable(link, cause)
	if f.base.Status == http.StatusNotFound {
		f.base.Temporary = false
		f.base.Description = "there is no provider metadata at " + link + "; check IssuerURL"
	}
	return f
}

// derived returns AuthPI's own URL of an endpoint.
func (e *Engine) derived(id endpointID) string {
	return strings.TrimSuffix(e.config.IssuerURL, "/") + endpointTable[id].path
}

// endpoint returns the URL of an endpoint: the configured one, else that of the metadata, which is loaded if need be.
func (e *Engine) endpoint(ctx context.Context, id endpointID) (string, *failure) {
	if endpointTable[id].metadata == "" {
		return e.derived(id), nil
	}
	if link := e.endpoints[id]; link != "" {
		return link, nil
	}
	m, f := e.loadMetadata(ctx)
	if f != nil {
		return "", f
	}
	return knownEndpoint(m, id)
}

// endpointNow returns the URL of a page for the browser without any I/O. While no metadata is loaded it is AuthPI's own.
func (e *Engine) endpointNow(id endpointID) (string, *failure) {
	if link := e.endpoints[id]; link != "" {
		return link, nil
	}
	if m := e.metadata.current(); m != nil && endpointTable[id].metadata != "" {
		return knownEndpoint(m, id)
	}
	return e.derived(id), nil
}

func knownEndpoint(m *metadata, id endpointID) (string, *failure) {
	if m.endpoints[id] == "" {
		row := endpointTable[id]
		return "", misconfigured("missing_endpoint", "the provider metadata has no "+row.metadata+
			"; set Config."+row.option+" if there is such an endpoint")
	}
	return m.endpoints[id], nil
}

// quote prints a value from the wire in an error.
func quote(text string) string { return `"` + bounded(text, maxCode) + `"` }
