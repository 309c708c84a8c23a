package engine_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

// An error about the configuration is read by whoever has just written it: it has the field and a
// value that fits.
func TestConfigErrorsNameTheFieldAndAValue(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*authpi.Config)
		texts  []string
	}{
		"issuer URL": {
			func(c *authpi.Config) { c.IssuerURL = issuer + "/.well-known/openid-configuration" },
			[]string{`set IssuerURL to "` + issuer + `"`, "metadata"},
		},
		"issuer URL of the README": {
			func(c *authpi.Config) { c.IssuerURL = "https://idp.authpi.com/i_..." },
			[]string{"set IssuerURL to the issuer's https URL, such as https://", "placeholder ..."},
		},
		"issuer": {
			func(c *authpi.Config) { c.Issuer = issuer + "/.well-known/openid-configuration" },
			[]string{`set Issuer to "` + issuer + `"`},
		},
		"client ID": {
			func(c *authpi.Config) { c.ClientID = "c_..." }, []string{"set ClientID to ", "such as c_", "placeholder"},
		},
		"client secret": {
			func(c *authpi.Config) { c.ClientSecret = authpi.NewSecret("s3cret-1\n") }, []string{"set ClientSecret to ", "TrimSpace"},
		},
		"redirect URI": {
			func(c *authpi.Config) { c.RedirectURI = "/callback" }, []string{"set RedirectURI to ", "such as https://", "absolute"},
		},
		"audience": {
			func(c *authpi.Config) { c.Audience = "<API>" }, []string{"set Audience to ", "such as https://", "placeholder <API>"},
		},
		"resource": {
			func(c *authpi.Config) { c.Resources = []string{"https://a.test", "b"} },
			[]string{"set Resources[1] to ", "such as https://"},
		},
		"endpoint": {
			func(c *authpi.Config) { c.Endpoints.JWKS = "http://idp.test/keys" },
			[]string{"set Endpoints.JWKS to ", "such as https://", "/jwks.json", "is not https"},
		},
		"timeout": {
			func(c *authpi.Config) { c.RequestTimeout = 10 }, []string{"RequestTimeout: 10 * time.Second", "10ns"},
		},
		"client's timeout": {
			func(c *authpi.Config) { c.HTTPClient = &http.Client{Timeout: 10} },
			[]string{"HTTPClient.Timeout: 10 * time.Second", "10ns"},
		},
		"buffer": {func(c *authpi.Config) { c.RefreshBuffer = 60 }, []string{"RefreshBuffer: 60 * time.Second"}},
		"leeway": {func(c *authpi.Config) { c.Leeway = 1 }, []string{"Leeway: 1 * time.Second"}},
		"age":    {func(c *authpi.Config) { c.LoginMaxAge = 600 }, []string{"LoginMaxAge: 600 * time.Second"}},
		"size": {
			func(c *authpi.Config) { c.MaxTokenBytes = -1 }, []string{"set MaxTokenBytes to ", "such as 131072"},
		},
		"client authentication": {
			func(c *authpi.Config) { c.ClientAuth = "basic" }, []string{"set ClientAuth to ClientAuthBasic or ClientAuthPost"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			config := authpi.Config{IssuerURL: issuer, ClientID: "c_bench"}
			test.change(&config)
			_, err := engine.New(config)
			require.ErrorAs(t, err, new(*authpi.ConfigurationError))
			for _, text := range test.texts {
				assert.ErrorContains(t, err, text)
			}
		})
	}
}

func TestConfigThatIsUnusualIsAccepted(t *testing.T) {
	for name, change := range map[string]func(*authpi.Config){
		"a trailing slash":     func(c *authpi.Config) { c.IssuerURL += "/" },
		"an escaped slash":     func(c *authpi.Config) { c.IssuerURL += "/%2F%2F" },
		"a millisecond":        func(c *authpi.Config) { c.RequestTimeout = time.Millisecond },
		"no leeway":            func(c *authpi.Config) { c.Leeway = -1 },
		"an issuer as a name":  func(c *authpi.Config) { c.Issuer = "accounts.example.com" },
		"an audience as a URN": func(c *authpi.Config) { c.Audience = "urn:example:api" },
	} {
		t.Run(name, func(t *testing.T) {
			config := authpi.Config{IssuerURL: issuer, ClientID: "c_bench"}
			change(&config)
			_, err := engine.New(config)
			require.NoError(t, err)
		})
	}
}
