package engine

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
)

// errSentOnce is a request that the connection lost after a part of it may have left.
var errSentOnce = errors.New("the connection failed or the server refused the request; it is not sent again, " +
	"because a part of it may have been read")

// newBodyRequest returns a request whose body is sent at most once. A code or a refresh token that
// arrives twice is taken for a stolen one, and the whole session is revoked. net/http sends a
// request again in two situations. Over HTTP/1, it does so if an idle connection failed before the
// first byte was written, which is harmless. Over HTTP/2, it also does so after REFUSED_STREAM,
// PROTOCOL_ERROR and GOAWAY, as often as the request's time allows, although the server may have
// read the body. Both need GetBody, which therefore fails once HTTP/2 has begun to write. The rule
// is part of the request and so holds for a caller's transport, too.
func newBodyRequest(ctx context.Context, method, link, body string) (*http.Request, error) {
	var sent atomic.Bool // hooks run on the transport's goroutines
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// HTTP/2 alone has fields whose names begin with a colon, and calls this before it writes
		// them. HTTP/1 calls it for fields that are still in its buffer.
		WroteHeaderField: func(name string, _ []string) {
			if strings.HasPrefix(name, ":") {
				sent.Store(true)
			}
		},
	})
	request, err := http.NewRequestWithContext(ctx, method, link, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if again := request.GetBody; again != nil {
		request.GetBody = func() (io.ReadCloser, error) {
			if sent.Load() {
				return nil, errSentOnce
			}
			return again()
		}
	}
	return request, nil
}
