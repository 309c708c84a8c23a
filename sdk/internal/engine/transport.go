package engine

import (
	"net/http"
	"time"
)

// maxHeaderBytes is the size of the largest response header that is read.
const maxHeaderBytes = 1 << 20 // 1 MiB

// idleTimeout is how long our own transport keeps a connection that no request uses. A server closes idle connections, too. If its
// close crosses a request, it is unknown whether the request was read, so a refresh token would be lost. Common servers wait
// for at least 5 seconds.
const idleTimeout = 4 * time.Second

// httpClient returns the transport of the caller's client, or a new one and the function that closes its idle connections. The
// rest of the client is not used: redirects and cookies would send secrets elsewhere.
func httpClient(given *http.Client) (http.RoundTripper, func()) {
	if given != nil && given.Transport != nil {
		return given.Transport, func() {}
	}
	if base, ok := http.DefaultTransport.(*http.Transport); ok {
		transport := base.Clone()
		transport.IdleConnTimeout, transport.MaxResponseHeaderBytes = idleTimeout, maxHeaderBytes
		return transport, transport.CloseIdleConnections
	}
	return http.DefaultTransport, func() {}
}

// requestTimeout returns the shorter of the two limits on a request, or 0 if neither is set.
func requestTimeout(configured time.Duration, given *http.Client) time.Duration {
	if given == nil || given.Timeout <= 0 || configured > 0 && configured < given.Timeout {
		return max(configured, 0)
	}
	return given.Timeout
}
