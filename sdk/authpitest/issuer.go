package authpitest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// TB is what the issuer needs of a testing.TB: *testing.T, *testing.B and
// *testing.F have it. (The interface keeps the testing package and its flags out of
// programs that use the issuer as a demo.)
type TB interface {
	Helper()                           // as in testing.TB
	Cleanup(func())                    // as in testing.TB
	Fatalf(format string, args ...any) // as in testing.TB
}

// Options changes an issuer. The zero value, like nil, is an issuer as package
// authpitest describes it.
type Options struct {
	// Address is where to listen; "127.0.0.1:0", a free port, where it is empty. The
	// issuer refuses an address that is not on loopback.
	Address string
	// Path is the last part of the issuer URL: "i_test" where it is empty.
	Path string
	// Clock is the issuer's time; time.Now where it is nil. [Issuer.Advance] moves
	// the issuer's time beyond it.
	Clock func() time.Time
	// CallbackIssuer sends iss to the callback and promises it in the metadata (RFC
	// 9207). AuthPI does neither.
	CallbackIssuer bool
	// Users, where not nil, are the users in place of usr_alice and usr_bob.
	Users []User
	// Clients, where not nil, are the clients in place of c_web and c_spa.
	Clients []Client
	// SessionMaxAge ends a session so long after the login: 7 days where it is zero.
	SessionMaxAge time.Duration
	// SessionIdleTimeout ends a session so long after its last use: 12 hours where it
	// is zero.
	SessionIdleTimeout time.Duration
}

const (
	defaultSessionMaxAge      = 7 * 24 * time.Hour
	defaultSessionIdleTimeout = 12 * time.Hour
)

// Issuer is a running AuthPI issuer. It is safe for concurrent use.
type Issuer struct {
	tb             TB
	url, path      string
	callbackIssuer bool
	sessionMaxAge  time.Duration
	sessionIdle    time.Duration
	clock          func() time.Time
	offset         atomic.Int64 // what Advance has added to the clock, in nanoseconds
	defaultClient  string

	server  *http.Server
	client  *http.Client
	served  chan struct{} // closed when the server's loop has ended
	closing chan struct{} // closed when Close begins
	conns   sync.WaitGroup
	stop    sync.Once

	// mu guards everything below: the issuer does one thing at a time.
	mu        sync.Mutex
	users     map[string]User
	userOrder []string
	clients   map[string]Client
	agents    map[string]Agent
	apiKeys   map[string]APIKey
	blocked   map[string]bool
	keys      keyring
	browsers  map[string]*session // Login's browsers, by user
	sessions  map[string]*session // by ID, which is also the cookie's value
	codes     map[string]*code
	access    map[string]*accessToken
	refresh   map[string]*refreshToken
	idTokens  map[string]*grant
	requests  []*Request
	failures  map[string][]*plannedFailure
}

// New starts an issuer that is closed when the test ends; nil options are the zero
// options. It fails the test where it cannot listen.
func New(tb TB, opts *Options) *Issuer {
	tb.Helper()
	issuer, err := newIssuer(tb, opts)
	if err != nil {
		tb.Fatalf("%v", err)
		return nil
	}
	tb.Cleanup(issuer.Close)
	return issuer
}

// NewIssuer starts an issuer outside of a test, for a demo say; nil options are the
// zero options. The caller closes it. Where an issuer of [New] would fail the test,
// this one panics.
func NewIssuer(opts *Options) (*Issuer, error) { return newIssuer(program{}, opts) }

func newIssuer(tb TB, opts *Options) (*Issuer, error) {
	if opts == nil {
		opts = &Options{}
	}
	i := &Issuer{
		tb: tb, path: "/i_test", callbackIssuer: opts.CallbackIssuer,
		sessionMaxAge: orDefault(opts.SessionMaxAge, defaultSessionMaxAge),
		sessionIdle:   orDefault(opts.SessionIdleTimeout, defaultSessionIdleTimeout),
		clock:         opts.Clock,
		served:        make(chan struct{}), closing: make(chan struct{}),
		users: map[string]User{}, clients: map[string]Client{}, agents: map[string]Agent{},
		apiKeys: map[string]APIKey{}, blocked: map[string]bool{},
		keys:     newKeyring(),
		browsers: map[string]*session{}, sessions: map[string]*session{},
		codes: map[string]*code{}, access: map[string]*accessToken{},
		refresh: map[string]*refreshToken{}, idTokens: map[string]*grant{},
		failures: map[string][]*plannedFailure{},
	}
	if i.clock == nil {
		i.clock = time.Now
	}
	if opts.Path != "" {
		i.path = "/" + strings.Trim(opts.Path, "/")
	}
	if err := i.fill(opts); err != nil {
		return nil, err
	}
	if err := i.listen(opts.Address); err != nil {
		return nil, err
	}
	return i, nil
}

// fill puts users, clients, agents and API keys in place.
func (i *Issuer) fill(opts *Options) error {
	users, clients := opts.Users, opts.Clients
	if users == nil {
		users = defaultUsers()
	}
	if clients == nil {
		clients = defaultClients()
	}
	for _, user := range users {
		i.AddUser(user)
	}
	for _, client := range clients {
		if problem := client.problem(); problem != "" {
			return fmt.Errorf("authpitest: client %q: %s", client.ID, problem)
		}
		i.AddClient(client)
	}
	if len(clients) > 0 {
		i.defaultClient = clients[0].ID
	}
	for _, agent := range defaultAgents() {
		i.AddAgent(agent)
	}
	for _, key := range defaultAPIKeys() {
		i.AddAPIKey(key)
	}
	return nil
}

// listen binds the address and starts the server.
func (i *Issuer) listen(address string) error {
	if address == "" {
		address = "127.0.0.1:0"
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
	if err != nil {
		return fmt.Errorf("authpitest: %w", err)
	}
	// Anybody who reaches this issuer can be anybody: it stays on this machine.
	if bound, ok := listener.Addr().(*net.TCPAddr); !ok || !bound.IP.IsLoopback() {
		return errors.Join(fmt.Errorf("authpitest: address %s is not on loopback", address), listener.Close())
	}
	i.url = "http://" + listener.Addr().String() + i.path
	i.server = &http.Server{Handler: i.handler(), ReadHeaderTimeout: 10 * time.Second, ConnState: i.countConnection}
	i.client = &http.Client{Transport: &http.Transport{Proxy: nil}}
	go func() {
		defer close(i.served)
		_ = i.server.Serve(listener) // http.ErrServerClosed, from Close
	}()
	return nil
}

// countConnection lets Close wait for the goroutine of each connection.
func (i *Issuer) countConnection(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		i.conns.Add(1)
	case http.StateClosed, http.StateHijacked:
		i.conns.Done()
	}
}

// Close stops the issuer and waits for what it is doing; connections are cut. Later
// calls return at once.
func (i *Issuer) Close() {
	i.stop.Do(func() {
		close(i.closing)
		_ = i.server.Close() // the listener and the connections: nobody waits for their errors
		i.client.CloseIdleConnections()
	})
	<-i.served // no connection begins after this
	i.conns.Wait()
}

// URL is the issuer URL: "http://127.0.0.1:<port>/i_test".
func (i *Issuer) URL() string { return i.url }

// Client returns an HTTP client whose idle connections end with the issuer. It
// follows redirects, as http.Client does.
func (i *Issuer) Client() *http.Client { return i.client }

// String is the issuer URL: an Issuer printed by mistake shows nothing else.
func (i *Issuer) String() string { return i.url }

// Now is the issuer's time.
func (i *Issuer) Now() time.Time { return i.clock().Add(time.Duration(i.offset.Load())) }

// Advance moves the issuer's time, and that of clients made with [Issuer.Config],
// forward.
func (i *Issuer) Advance(d time.Duration) { i.offset.Add(int64(d)) }

// fatalf fails the test, at the line of it that called the issuer.
func (i *Issuer) fatalf(format string, args ...any) {
	i.tb.Helper()
	i.tb.Fatalf(format, args...)
}

// program stands for the test where there is none: it panics, since what fails a test is misuse.
type program struct{}

func (program) Helper()                           {}
func (program) Cleanup(func())                    {}
func (program) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
