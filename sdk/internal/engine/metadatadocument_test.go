package engine_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

func TestMetadataOfAnotherIssuerSaysWhatToConfigure(t *testing.T) {
	for name, test := range map[string]struct{ url, issuer, named, advice string }{
		"slash missing":        {url: issuer, named: issuer + "/", advice: `set IssuerURL to "` + issuer + `/"`},
		"slash too much":       {url: issuer + "/", named: issuer, advice: `set IssuerURL to "` + issuer + `"`},
		"another issuer":       {url: issuer, named: "https://other.example", advice: `set IssuerURL to "https://other.example" if`},
		"another address":      {url: issuer, named: "https://other.example", advice: "or Issuer if its metadata is fetched from"},
		"issuer not needed":    {url: issuer, issuer: "https://other.example", named: issuer, advice: "leave Issuer empty"},
		"another name":         {url: issuer, issuer: "https://a.example", named: "https://b.example", advice: `set Issuer to "https://b.example" if`},
		"a template":           {url: issuer, named: "https://idp.example/{tenantid}/v2.0", advice: "check IssuerURL"},
		"not fit for a client": {url: issuer, named: "http://idp.example", advice: "check IssuerURL"},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := engine.New(authpi.Config{
				IssuerURL: test.url, Issuer: test.issuer, ClientID: "c_bench",
				HTTPClient: &http.Client{Transport: replying(http.StatusOK, `{"issuer":"`+test.named+`"}`)},
			})
			require.NoError(t, err)
			_, err = e.Discover(t.Context(), nil)
			require.ErrorContains(t, err, "invalid_metadata")
			expected := test.issuer
			if expected == "" {
				expected = test.url
			}
			for _, text := range []string{`"` + test.named + `"`, `"` + expected + `"`, test.advice} {
				assert.ErrorContains(t, err, text)
			}
		})
	}
}

func TestMalformedMetadataNamesURLAndMember(t *testing.T) {
	err := verifying(t, "/.well-known/openid-configuration",
		replying(http.StatusOK, `{"issuer":"`+issuer+`","jwks_uri":["https://idp.example/keys"]}`))
	require.ErrorContains(t, err, issuer+"/.well-known/openid-configuration")
	require.ErrorContains(t, err, `"jwks_uri" must be a string`)
	assert.NotErrorIs(t, err, authpi.ErrTemporary)
}
