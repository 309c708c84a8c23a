package engine_test

import (
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

// Every list of the document, those of fields yet to come too, belongs to whoever got it.
func TestDiscoverSharesNothing(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "discover")}
	mock := w.transport()
	members := mint.NewObject("issuer", issuer)
	document := reflect.TypeFor[authpi.Metadata]()
	lists := map[string]string{
		"ScopesSupported": "scopes_supported", "ResponseTypesSupported": "response_types_supported",
		"GrantTypesSupported":               "grant_types_supported",
		"TokenEndpointAuthMethodsSupported": "token_endpoint_auth_methods_supported",
		"IDTokenSigningAlgValuesSupported":  "id_token_signing_alg_values_supported",
		"CodeChallengeMethodsSupported":     "code_challenge_methods_supported",
	}
	for i := range document.NumField() {
		field := document.Field(i)
		switch field.Type.Kind() {
		case reflect.Slice:
			require.Contains(t, lists, field.Name, "name the new list here and copy it")
			members = members.With(lists[field.Name], []string{"a"})
		case reflect.Map, reflect.Pointer:
			require.Fail(t, "copy the new field", field.Name)
		}
	}
	mock.RegisterResponder(http.MethodGet, issuer+"/.well-known/openid-configuration",
		httpmock.NewBytesResponder(http.StatusOK, members.Bytes()))
	e, err := engine.New(authpi.Config{IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: mock}})
	require.NoError(t, err)
	mine, err := e.Discover(t.Context(), nil)
	require.NoError(t, err)
	for name := range lists {
		reflect.ValueOf(mine).Elem().FieldByName(name).Index(0).SetString("b")
	}
	theirs, err := e.Discover(t.Context(), nil)
	require.NoError(t, err)
	for name := range lists {
		assert.Equal(t, []string{"a"}, reflect.ValueOf(theirs).Elem().FieldByName(name).Interface(), name)
	}
}

func TestTheConfigurationIsCopied(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "config")}
	config := authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", RedirectURI: "https://app.example/callback",
		Resources: []string{"https://api.example"}, HTTPClient: &http.Client{Transport: w.transport()},
	}
	e, err := engine.New(config)
	require.NoError(t, err)
	config.Resources[0] = "https://other.example"
	login, err := e.CreateAuthorizationURL([]string{"openid"}, nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"https://api.example"}, login.Resources)
	assert.NotContains(t, login.URL, "other")
}

func TestALoginIsTheCallersOwn(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "login")}
	e, err := engine.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", RedirectURI: "https://app.example/callback",
		Resources: []string{"https://api.example"}, HTTPClient: &http.Client{Transport: w.transport()},
	})
	require.NoError(t, err)
	scopes, acr, maxAge := []string{"openid"}, []string{"urn:a"}, time.Minute
	options := &authpi.CreateAuthorizationURLOptions{ACRValues: acr, MaxAge: &maxAge}
	first, err := e.CreateAuthorizationURL(scopes, options)
	require.NoError(t, err)
	scopes[0], acr[0], maxAge = "email", "urn:b", time.Hour
	assert.Equal(t, []string{"openid"}, first.Scopes)
	assert.Equal(t, []string{"urn:a"}, first.ACRValues)
	assert.Equal(t, time.Minute, *first.MaxAge)

	first.Resources[0] = "https://other.example"
	second, err := e.CreateAuthorizationURL(scopes, options)
	require.NoError(t, err)
	assert.Equal(t, []string{"https://api.example"}, second.Resources)
}

func TestAnAgentsResourcesAreItsOwn(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "resources")}
	e, err := engine.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench", ClientSecret: authpi.NewSecret("s"), Resources: []string{"https://api.example"},
		HTTPClient: &http.Client{Transport: w.transport()},
	})
	require.NoError(t, err)
	mine := []string{"https://mine.example"}
	agent, err := e.ClientCredentials(t.Context(), &authpi.ClientCredentialsOptions{Resources: mine})
	require.NoError(t, err)
	mine[0] = "https://other.example"
	assert.Equal(t, []string{"https://mine.example"}, agent.Tokens().Resources)

	first, err := e.ClientCredentials(t.Context(), nil)
	require.NoError(t, err)
	first.Tokens().Resources[0] = "https://other.example"
	second, err := e.ClientCredentials(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"https://api.example"}, second.Tokens().Resources)
}
