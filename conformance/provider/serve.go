package provider

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
)

// maxRequest bounds the body of a request: 1 MiB. What is beyond is not read.
const maxRequest = 1 << 20

// tap keeps what is read from a connection.
type tap struct {
	net.Conn
	bytes.Buffer
}

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	t.Buffer.Write(p[:n])
	return n, err
}

// serve answers one request, the only one of its connection. It speaks HTTP/1.1
// itself: the bytes that came are part of the record, and faults need the bare
// connection.
func (s *Server) serve(conn net.Conn, origin string) {
	defer s.untrack(conn)
	wire := &tap{Conn: conn}
	request, err := http.ReadRequest(bufio.NewReader(io.Reader(wire)))
	if err != nil {
		return // closed, or not HTTP: nothing that could be answered
	}
	if request.Header.Get("Expect") == "100-continue" {
		if _, err := io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return
		}
	}
	body, err := io.ReadAll(io.LimitReader(request.Body, maxRequest))
	if err != nil {
		return
	}
	s.handle(conn, Recorded{
		Origin: origin, Method: request.Method, Target: request.RequestURI, Host: request.Host,
		Header: request.Header, Body: string(body), Raw: wire.String(), Seq: s.placeOf(conn),
	})
}

// handle records the request and answers it.
func (s *Server) handle(conn net.Conn, recorded Recorded) {
	exchange := s.assign(&recorded)
	if exchange == nil {
		out, err := s.implicit(recorded.Endpoint)
		if err != nil {
			s.trouble("%s: %v", recorded.Endpoint, err)
			return
		}
		send(conn, out, len(out.body))
		return
	}
	if s.hold(exchange) != nil {
		return
	}
	if !needsReply(exchange.Fault) {
		s.fail(conn, exchange.Fault)
		return
	}
	out, err := s.render(exchange.Reply)
	if err != nil {
		s.trouble("script/%s/reply/%v", exchange.ID, err)
		return
	}
	if exchange.Fault == "" {
		send(conn, out, len(out.body))
		return
	}
	send(conn, out, len(out.body)/2)
	if exchange.Fault == FaultStall {
		untilClosed(conn)
	}
}

func needsReply(fault Fault) bool {
	return fault == "" || fault == FaultStall || fault == FaultTruncate
}

func (s *Server) fail(conn net.Conn, fault Fault) {
	switch fault {
	case FaultHang:
		untilClosed(conn)
	case FaultReset:
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // close sends RST
		}
	}
}

// hold waits for what the exchange waits for, or until the server is closed.
func (s *Server) hold(exchange *Exchange) error {
	hold := exchange.Hold
	return s.wait(context.Background(), func() bool {
		for _, call := range hold.Started {
			if !s.happened["started "+call] {
				return false
			}
		}
		for _, call := range hold.Ended {
			if !s.happened["ended "+call] {
				return false
			}
		}
		return !hold.Released || s.happened["released "+exchange.ID]
	})
}

// untilClosed returns when the other side hangs up, or the server does.
func untilClosed(conn net.Conn) {
	_, _ = io.Copy(io.Discard, conn)
}

// send writes an answer with the beginning of its body. An SDK that has hung up
// misses it.
func send(conn net.Conn, out *answer, bodyBytes int) {
	if !out.hasBody() {
		bodyBytes = 0
	}
	_, _ = conn.Write(append(out.head(), out.body[:bodyBytes]...))
}

// assign records a request and gives it to an exchange: the first that it fits
// and that is not used up, else the first of its endpoint that is not used up.
func (s *Server) assign(recorded *Recorded) *Exchange {
	path := recorded.Target
	if target, err := url.ParseRequestURI(recorded.Target); err == nil {
		path = target.Path
	}
	s.mu.Lock()
	recorded.Endpoint = s.endpoints[path]
	s.mu.Unlock()
	candidates := s.candidates(recorded, path)
	s.mu.Lock()
	defer s.mu.Unlock()
	var exchange *Exchange
	for _, candidate := range candidates {
		if limit := candidate.Limit(); limit == AnyTimes || s.used[candidate.ID] < int(limit) {
			exchange = candidate
			break
		}
	}
	if exchange != nil {
		recorded.Exchange = exchange.ID
		s.used[exchange.ID]++
	}
	if recorded.Seq == 0 {
		recorded.Seq = s.options.Next()
	}
	s.requests = append(s.requests, *recorded)
	s.broadcastLocked()
	return exchange
}

// candidates returns the exchanges that a request could belong to, those that it
// fits in every respect first.
func (s *Server) candidates(recorded *Recorded, path string) []*Exchange {
	var fitting, others []*Exchange
	for _, exchange := range s.options.Script {
		if !exchange.On.routes(recorded, path, s.options.IssuerPath) {
			continue
		}
		if len(exchange.On.Compare(s.scope, recorded)) == 0 {
			fitting = append(fitting, exchange)
		} else {
			others = append(others, exchange)
		}
	}
	return append(fitting, others...)
}
