package provider

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"

	"github.com/arbfay/authpi-go/conformance/internal/expr"
)

// The origins that a request can come to.
const (
	// OriginProvider is the identity provider's own.
	OriginProvider = "provider"
	// OriginOther is a second server, which an SDK should leave alone.
	OriginOther = "other"
)

// DeadURL is where nobody listens: port 1 of the loopback interface (tcpmux),
// which refuses connections at once.
const DeadURL = "http://127.0.0.1:1"

// Options say what to serve.
type Options struct {
	// IssuerPath is the path of the issuer, such as /i_conformance.
	IssuerPath string
	// Endpoints are the endpoints of the interface.
	Endpoints []Endpoint
	// Discovery is laid over the provider metadata.
	Discovery any
	// JWKS are the published keys.
	JWKS []any
	// Keys are the signing keys by name.
	Keys Keys
	// Script is what to answer.
	Script []*Exchange
	// Other starts the second server.
	Other bool
	// Next returns the next number of the case's order of events.
	Next func() int64
}

// Endpoint is an endpoint of the interface.
type Endpoint struct {
	// Name is its name.
	Name string `json:"name"`
	// Metadata is its member in the provider metadata. Empty for discovery.
	Metadata string `json:"metadata"`
	// Path is AuthPI's path for it under the issuer.
	Path string `json:"path"`
}

// Server is one case's identity provider.
type Server struct {
	options   Options
	scope     expr.Scope
	provider  net.Listener
	other     net.Listener
	running   sync.WaitGroup
	mu        sync.Mutex
	changed   chan struct{} // closed and replaced whenever something below changes
	happened  map[string]bool
	used      map[string]int // answers by exchange
	requests  []Recorded
	conns     map[net.Conn]int64 // open ones, with the place at which Drain cut them
	troubles  []string
	endpoints map[string]string // endpoint by request path, known once serving
	drained   bool
	ended     bool
}

// Listen opens the listeners. [Server.Serve] starts to answer: between the two
// the caller learns the URLs that its scope needs.
func Listen(options Options) (*Server, error) {
	s := &Server{
		options: options, changed: make(chan struct{}), happened: map[string]bool{}, used: map[string]int{},
		conns: map[net.Conn]int64{}, endpoints: map[string]string{},
	}
	var err error
	if s.provider, err = new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("provider: %w", err)
	}
	if options.Other {
		if s.other, err = new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0"); err != nil {
			_ = s.provider.Close()
			return nil, fmt.Errorf("provider: %w", err)
		}
	}
	return s, nil
}

// Origin returns the URL of the identity provider without a path.
func (s *Server) Origin() string { return "http://" + s.provider.Addr().String() }

// Other returns the URL of the second server, or "".
func (s *Server) Other() string {
	if s.other == nil {
		return ""
	}
	return "http://" + s.other.Addr().String()
}

// Serve starts to answer. The scope resolves the values of the script.
func (s *Server) Serve(scope expr.Scope) {
	s.scope = scope
	s.learnPaths()
	s.accept(s.provider, OriginProvider)
	if s.other != nil {
		s.accept(s.other, OriginOther)
	}
}

// Drain ends every connection, and with them what is held or hangs, so that an
// SDK that is closed now has nothing left to wait for. Requests that still come
// are recorded.
func (s *Server) Drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drained = true
	place := s.options.Next()
	for conn := range s.conns {
		s.conns[conn] = place
		_ = conn.Close()
	}
	s.broadcastLocked()
}

// Close stops listening, ends every connection and waits for their goroutines.
func (s *Server) Close() {
	s.mu.Lock()
	s.ended = true
	_ = s.provider.Close()
	if s.other != nil {
		_ = s.other.Close()
	}
	for conn := range s.conns {
		_ = conn.Close()
	}
	s.broadcastLocked()
	s.mu.Unlock()
	s.running.Wait()
}

// Happened tells of something that holds wait for: "started c.1", "ended c.1",
// "released refresh".
func (s *Server) Happened(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.happened[what] = true
	s.broadcastLocked()
}

// WaitRequest returns when a request has arrived at the exchange.
func (s *Server) WaitRequest(ctx context.Context, exchange string) error {
	return s.wait(ctx, func() bool {
		return slices.ContainsFunc(s.requests, func(r Recorded) bool { return r.Exchange == exchange })
	})
}

// Requests returns what has been recorded so far.
func (s *Server) Requests() []Recorded {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Troubles returns what the provider itself could not do: the script asks for a
// value that does not exist.
func (s *Server) Troubles() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.troubles)
}

func (s *Server) trouble(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.troubles = append(s.troubles, fmt.Sprintf(format, args...))
}

func (s *Server) broadcastLocked() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// wait returns when the condition holds, which it reads under the lock, or when
// the server is closed.
func (s *Server) wait(ctx context.Context, condition func() bool) error {
	for {
		s.mu.Lock()
		done, ended, changed := condition(), s.ended || s.drained, s.changed
		s.mu.Unlock()
		if done {
			return nil
		}
		if ended {
			return net.ErrClosed
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Server) accept(listener net.Listener, origin string) {
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed
			}
			if !s.track(conn) {
				_ = conn.Close()
				return
			}
			go s.serve(conn, origin)
		}
	}()
}

func (s *Server) track(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	s.conns[conn] = 0
	s.running.Add(1)
	return true
}

// placeOf returns the place in the order of events at which the connection was
// cut, or 0: a request that was read by then came before, however late it is
// recorded.
func (s *Server) placeOf(conn net.Conn) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns[conn]
}

func (s *Server) untrack(conn net.Conn) {
	_ = conn.Close()
	s.mu.Lock()
	delete(s.conns, conn)
	s.mu.Unlock()
	s.running.Done()
}

// learnPaths maps request paths to endpoints: the metadata's, and AuthPI's own
// for an SDK that derives them.
func (s *Server) learnPaths() {
	base := strings.TrimSuffix(s.options.IssuerPath, "/")
	for _, endpoint := range s.options.Endpoints {
		s.endpoints[base+endpoint.Path] = endpoint.Name
	}
	metadata, _ := s.metadata(nil)
	object, _ := metadata.(map[string]any)
	for _, endpoint := range s.options.Endpoints {
		url, _ := object[endpoint.Metadata].(string)
		for _, origin := range []string{s.Origin(), s.Other()} {
			if path, ours := strings.CutPrefix(url, origin+"/"); ours && origin != "" {
				path, _, _ = strings.Cut("/"+path, "?")
				s.endpoints[path] = endpoint.Name
			}
		}
	}
}
