package engine_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

// The frames of HTTP/2 that refusals need (RFC 9113, sections 6 and 7).
const (
	frameData, frameHeaders, frameRSTStream, frameSettings, frameGoAway = 0, 1, 3, 4, 7

	flagEndStream, flagACK, flagEndHeaders = 1, 1, 4

	noError, protocolError, refusedStream = 0, 1, 7
)

// http2Server speaks as much HTTP/2 as is needed to read a request and to answer it with one frame.
// It counts the bodies.
type http2Server struct {
	answer func(stream uint32) []byte // returns the frame that answers the request of a stream
	bodies atomic.Int32
}

// serve reads requests from a connection until the client closes it.
func (s *http2Server) serve(_ *http.Server, conn *tls.Conn, _ http.Handler) {
	preface := make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	_, err := io.ReadFull(conn, preface)
	if err == nil {
		_, err = conn.Write(frame(frameSettings, 0, 0, nil))
	}
	for err == nil {
		var header [9]byte
		if _, err = io.ReadFull(conn, header[:]); err != nil {
			return
		}
		length := int64(header[0])<<16 | int64(header[1])<<8 | int64(header[2])
		kind, flags, stream := header[3], header[4], binary.BigEndian.Uint32(header[5:])
		if _, err = io.CopyN(io.Discard, conn, length); err != nil {
			return
		}
		switch {
		case kind == frameSettings && flags&flagACK == 0:
			_, err = conn.Write(frame(frameSettings, flagACK, 0, nil))
		case (kind == frameData || kind == frameHeaders) && flags&flagEndStream != 0:
			s.bodies.Add(1)
			_, err = conn.Write(s.answer(stream))
		}
	}
}

func frame(kind, flags byte, stream uint32, payload []byte) []byte {
	header := []byte{0, 0, byte(len(payload)), kind, flags, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(header[5:], stream)
	return append(header, payload...)
}

func words(numbers ...uint32) []byte {
	var b []byte
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

// A server that refuses a request over HTTP/2 may have read it. net/http itself would send it again
// and again.
func TestHTTP2SendsABodyOnce(t *testing.T) {
	for name, answer := range map[string]func(stream uint32) []byte{
		"refused stream": func(stream uint32) []byte { return frame(frameRSTStream, 0, stream, words(refusedStream)) },
		"protocol error": func(stream uint32) []byte { return frame(frameRSTStream, 0, stream, words(protocolError)) },
		"goaway":         func(uint32) []byte { return frame(frameGoAway, 0, 0, words(0, noError)) },
		"accepted": func(stream uint32) []byte { // ":status: 200" (RFC 7541, appendix A)
			return frame(frameHeaders, flagEndStream|flagEndHeaders, stream, []byte{0x88})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &http2Server{answer: answer}
			server := httptest.NewUnstartedServer(nil)
			server.TLS = &tls.Config{NextProtos: []string{"h2"}}
			server.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){"h2": s.serve}
			server.StartTLS()
			defer server.Close()
			base := server.Client().Transport.(*http.Transport)
			transport := &http.Transport{TLSClientConfig: base.TLSClientConfig.Clone(), ForceAttemptHTTP2: true}
			transport.TLSClientConfig.NextProtos = nil // net/http fills in its own
			defer transport.CloseIdleConnections()

			err := revoking(t, server.URL, transport).RevokeToken(t.Context(), authpi.NewSecret("rt-1"), nil)
			assert.EqualValues(t, 1, s.bodies.Load())
			if name == "accepted" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, authpi.ErrNetwork)
			assert.ErrorContains(t, err, "not sent again")
		})
	}
}

// failingConn fails each write once it is broken, after that many bytes.
type failingConn struct {
	net.Conn

	broken *atomic.Bool
	bytes  int
}

func (c *failingConn) Write(p []byte) (int, error) {
	if !c.broken.Load() {
		return c.Conn.Write(p)
	}
	n, err := c.Conn.Write(p[:min(c.bytes, len(p))])
	return n, errors.Join(err, syscall.EPIPE)
}

// An idle connection may have failed unnoticed. A new one is tried where nothing was written to it,
// and only there.
func TestHTTP1SendsAgainWhereNothingWasWritten(t *testing.T) {
	for name, test := range map[string]struct{ written, requests int }{
		"nothing written": {0, 2},
		"a byte written":  {1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var bodies atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if body, _ := io.ReadAll(r.Body); bytes.Contains(body, []byte("token=rt-")) {
					bodies.Add(1)
				}
			}))
			defer server.Close()
			var broken atomic.Bool
			dialed := 0
			transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := new(net.Dialer).DialContext(ctx, network, address)
				if dialed++; dialed == 1 && err == nil {
					return &failingConn{Conn: conn, broken: &broken, bytes: test.written}, nil
				}
				return conn, err
			}}
			defer transport.CloseIdleConnections()
			e := revoking(t, server.URL, transport)
			require.NoError(t, e.RevokeToken(t.Context(), authpi.NewSecret("rt-1"), nil))
			broken.Store(true)

			err := e.RevokeToken(t.Context(), authpi.NewSecret("rt-2"), nil)
			assert.Equal(t, test.requests == 2, err == nil, "%v", err)
			assert.EqualValues(t, test.requests, bodies.Load())
			assert.Equal(t, test.requests, dialed)
		})
	}
}

// revoking returns an engine that can revoke tokens at a server without further requests.
func revoking(t *testing.T, url string, transport http.RoundTripper) *engine.Engine {
	t.Helper()
	e, err := engine.New(authpi.Config{
		IssuerURL: url, ClientID: "c_once", Endpoints: authpi.Endpoints{Revocation: url + "/revoke"},
		HTTPClient: &http.Client{Transport: transport}, RequestTimeout: 5 * time.Second,
	})
	require.NoError(t, err)
	return e
}

// A connection that is idle for longer may be closed by the server in the very moment in which a
// refresh token is sent.
func TestOurTransportClosesIdleConnections(t *testing.T) {
	for name, client := range map[string]*http.Client{"none given": nil, "without a transport": {Timeout: time.Minute}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := net.Pipe()
				standard := http.DefaultTransport
				defer func() { http.DefaultTransport = standard }()
				http.DefaultTransport = &http.Transport{
					DialContext: func(context.Context, string, string) (net.Conn, error) { return ours, nil },
				}
				e, err := engine.New(authpi.Config{
					IssuerURL: "http://localhost", ClientID: "c_idle", HTTPClient: client,
					Endpoints: authpi.Endpoints{Revocation: "http://localhost/revoke"},
				})
				require.NoError(t, err)
				closed := make(chan time.Time, 1)
				go func() {
					reader := bufio.NewReader(theirs)
					request, err := http.ReadRequest(reader)
					if assert.NoError(t, err) {
						_, _ = io.Copy(io.Discard, request.Body)
						_, _ = io.WriteString(theirs, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
					}
					_, _ = reader.ReadByte() // the end
					closed <- time.Now()
				}()
				require.NoError(t, e.RevokeToken(t.Context(), authpi.NewSecret("rt-1"), nil))
				ended := time.Now()
				assert.Equal(t, 4*time.Second, (<-closed).Sub(ended))
			})
		})
	}
}
