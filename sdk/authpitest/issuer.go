package authpitest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// TB is the part of testing.TB that the issuer uses; *testing.T, *testing.B and
// *testing.F implement it. It exists so that a demo can use the issuer without importing
// the testing package and its flags.
type TB interface {
	Helper()                           // as in testing.TB
	Cleanup(func())                    // as in testing.TB
	Fatalf(format string, args ...any) // as in testing.TB
}

// Options configures an issuer. The zero value, like nil, gives the issuer that the
// package documentation describes.
type Options struct {
	// Address is the address to listen on. Empty means "127.0.0.1:0", which picks a free
	// port. An address that is not on loopback is an error.
	Address string
	// Path is the path of the issuer URL. Empty means "i_test".
	Path string
	// Clock returns the current time; nil means time.Now. [Issuer.Advance] adds to it.
	Clock func() time.Time
	// CallbackIssuer adds iss to callbacks and announces it in the metadata (RFC 9207).
	// AuthPI does neither.
	CallbackIssuer bool
	// Users, if not nil, replaces usr_alice and usr_bob.
	Users []User
	// Clients, if not nil, replaces c_web and c_spa.
	Clients []Client
	// SessionMaxAge is how long a session lasts after the login; zero means 7 days.
	SessionMaxAge time.Duration
	// SessionIdleTimeout is how long a session lasts after its last use; zero means 12
	// hours.
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
	offset         atomic.Int64 // the sum of all Advance calls, in nanoseconds
	defaultClient  string

	server  *http.Server
	client  *http.Client
	served  chan struct{} // closed when the server's loop has ended
	closing chan struct{} // closed when Close begins
	conns   sync.WaitGroup
	stop    sync.Once

	// mu guards everything below. The issuer handles one request at a time.
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

// New starts an issuer and closes it when the test ends. Nil opts means the zero Options.
// If the issuer cannot start, New fails the test.
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

// NewIssuer starts an issuer outside of a test, for example in a demo. Nil opts means the
// zero Options. The caller must close the issuer. Its methods panic where those of an
// issuer from [New] fail the test.
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

// fill adds the users and clients of opts, or the default ones, and the default agents
// and API keys.
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
	// Anyone who can connect can log in as any user, so other machines must not reach it.
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

// Close cuts all connections, stops the issuer and waits for its goroutines. It may be
// called more than once.
func (i *Issuer) Close() {
	i.stop.Do(func() {
		close(i.closing)
		_ = i.server.Close() // closes the listener and all connections; errors do not matter here
		i.client.CloseIdleConnections()
	})
	<-i.served // no new connections after this
	i.conns.Wait()
}

// URL returns the issuer URL, "http://127.0.0.1:<port>/i_test".
func (i *Issuer) URL() string { return i.url }

// Client returns an HTTP client that follows redirects. Its idle connections are closed
// with the issuer.
func (i *Issuer) Client() *http.Client { return i.client }

// String returns the issuer URL.
func (i *Issuer) String() string { return i.url }

// Format writes the issuer URL for every verb, so that an Issuer printed by mistake shows no
// secrets.
func (i *Issuer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, i.url) }

// Now returns the issuer's time.
func (i *Issuer) Now() time.Time { return i.clock().Add(time.Duration(i.offset.Load())) }

// Advance moves the issuer's time forward, and with it the time of clients that use its
// [Issuer.Config].
func (i *Issuer) Advance(d time.Duration) { i.offset.Add(int64(d)) }

// fatalf fails the test and blames the line that called the issuer.
func (i *Issuer) fatalf(format string, args ...any) {
	i.tb.Helper()
	i.tb.Fatalf(format, args...)
}

// program is the TB of an issuer from NewIssuer. It panics, because only misuse fails a
// test.
type program struct{}

func (program) Helper()                           {}
func (program) Cleanup(func())                    {}
func (program) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
