package provider_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

const (
	webSecret   = "secret:%+ é"
	callbackURI = "https://app.example.com/callback"
	nativeURI   = "http://127.0.0.1/callback"
)

// foreign is the example server of zitadel/oidc.
type foreign struct {
	issuer string
	client *http.Client
	keys   *keyedStorage

	mu     sync.Mutex
	grants []string // the grant_type of each token request
	ahead  time.Duration
}

// newForeign starts a server that signs with that algorithm.
func newForeign(t *testing.T, algorithm string) *foreign {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	f := &foreign{issuer: "http://" + server.Listener.Addr().String()}
	f.keys = newKeyedStorage(t, algorithm, storage.NewStorageWithClients(
		storage.NewUserStore(f.issuer), map[string]*storage.Client{
			"web":    storage.WebClient("web", webSecret, callbackURI),
			"native": storage.NativeClient("native", nativeURI),
		}))
	server.Config.Handler = f.record(exampleop.SetupServer(f.issuer, f.keys, nil, false,
		// What it verifies of its own: it knows RS256, ES256 and PS256 unless told.
		op.WithAccessTokenVerifierOpts(op.WithSupportedAccessTokenSigningAlgorithms(algorithm)),
		op.WithIDTokenHintVerifierOpts(op.WithSupportedIDTokenHintSigningAlgorithms(algorithm))))
	server.Start()
	t.Cleanup(server.Close)
	f.client = server.Client()
	return f
}

// record notes the token requests on their way to the server.
func (f *foreign) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/token" {
			f.mu.Lock()
			f.grants = append(f.grants, r.PostFormValue("grant_type"))
			f.mu.Unlock()
		}
		next.ServeHTTP(w, r)
	})
}

// tokenRequests counts the token requests of one grant.
func (f *foreign) tokenRequests(grant string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(f.grants), func(g string) bool { return g != grant }))
}

// advance moves the clients' clock: the server keeps to the system's.
func (f *foreign) advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ahead += d
}

func (f *foreign) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Now().Add(f.ahead)
}

// web is the configuration of the confidential client.
func (f *foreign) web() authpi.Config {
	return authpi.Config{
		IssuerURL: f.issuer, ClientID: "web", ClientSecret: authpi.NewSecret(webSecret), RedirectURI: callbackURI,
		HTTPClient: f.client, Clock: f.now,
	}
}

// native is the configuration of the public client.
func (f *foreign) native() authpi.Config {
	return authpi.Config{
		IssuerURL: f.issuer, ClientID: "native", RedirectURI: nativeURI, HTTPClient: f.client, Clock: f.now,
	}
}

// service is the configuration of a client that acts for itself.
func (f *foreign) service() authpi.Config {
	return authpi.Config{
		IssuerURL: f.issuer, ClientID: "sid1", ClientSecret: authpi.NewSecret("verysecret"),
		HTTPClient: f.client, Clock: f.now,
	}
}

func requireCode(t *testing.T, err error, code string) {
	t.Helper()
	var refused *authpi.OAuthError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, code, refused.Code, err.Error())
}
