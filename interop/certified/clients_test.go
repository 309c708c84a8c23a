package certified_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/interop/internal/flavor"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

const (
	secret      = "secret:%+&=/ 0123456789" // what a URL, a form and Basic authentication each encode
	callbackURI = "https://app.example.com/callback"
	goodbyeURI  = "https://app.example.com/goodbye"
	reportsAPI  = "https://api.example.com/reports"
	invoicesAPI = "https://api.example.com/invoices"
)

// clientData is a client's registration at the provider (OpenID Connect Dynamic Client Registration
// 1.0, section 2).
type clientData struct {
	ID                 string   `json:"client_id"`
	Secret             string   `json:"client_secret,omitempty"`
	Auth               string   `json:"token_endpoint_auth_method"`
	Algorithm          string   `json:"id_token_signed_response_alg"`
	GrantTypes         []string `json:"grant_types"`
	RedirectURIs       []string `json:"redirect_uris"`
	LogoutRedirectURIs []string `json:"post_logout_redirect_uris"`
}

// clients returns the clients that the provider knows.
func clients() []clientData {
	list := []clientData{
		{ID: "c_rs256", Algorithm: "RS256"},
		{ID: "c_es256", Algorithm: "ES256"},
		{ID: "c_eddsa", Algorithm: "EdDSA"},
		{ID: "c_post", Algorithm: "RS256", Auth: "client_secret_post"},
		{ID: "c_public", Algorithm: "ES256", Auth: "none"},
	}
	for i := range list {
		c := &list[i]
		c.GrantTypes = []string{"authorization_code", "refresh_token"}
		c.RedirectURIs = []string{callbackURI}
		c.LogoutRedirectURIs = []string{goodbyeURI}
		if c.Auth == "" {
			c.Auth = "client_secret_basic"
		}
		if !c.public() {
			c.Secret = secret
			c.GrantTypes = append(c.GrantTypes, "client_credentials")
		}
	}
	return list
}

func (c clientData) public() bool { return c.Auth == "none" }

// confidential returns the clients that have a secret.
func confidential() []clientData { return slices.DeleteFunc(clients(), clientData.public) }

// eachClient runs a test for each of the clients in both flavors, as subtests.
func eachClient(t *testing.T, list []clientData, test func(t *testing.T, data clientData, open flavor.Open)) {
	t.Helper()
	for _, data := range list {
		t.Run(data.ID, func(t *testing.T) {
			flavor.Each(t, func(t *testing.T, open flavor.Open) { test(t, data, open) })
		})
	}
}

// config is the SDK's configuration for one of the provider's clients.
func (f *foreign) config(id string) authpi.Config {
	i := slices.IndexFunc(f.options.Clients, func(c clientData) bool { return c.ID == id })
	data := f.options.Clients[i]
	config := authpi.Config{
		IssuerURL: f.issuer, ClientID: id, ClientSecret: authpi.NewSecret(data.Secret), RedirectURI: callbackURI,
	}
	if data.Auth == "client_secret_post" {
		config.ClientAuth = authpi.ClientAuthPost
	}
	return config
}

// discovered opens a client and loads the provider's metadata.
func discovered(t *testing.T, open flavor.Open, config authpi.Config) flavor.Client {
	t.Helper()
	client := open(t, config)
	_, err := client.Discover(t.Context(), nil)
	require.NoError(t, err)
	return client
}

// clock is a clock that tests move forward. The provider's keeps the time of the system.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

func requireCode(t *testing.T, err error, code string) {
	t.Helper()
	var refused *authpi.OAuthError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, code, refused.Code, err.Error())
}
