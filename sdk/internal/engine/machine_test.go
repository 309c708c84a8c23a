package engine_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

// A token that cannot be read is not opaque: else padding would turn the verification off.
func TestAMachinesTokenIsNeverTooLargeToBeVerified(t *testing.T) {
	pad := strings.Repeat("x", 200<<10)
	w := &world{key: mint.NewKey(mint.ES256, "foreign")}
	for name, token := range map[string]string{
		"payload": w.key.Token("at+jwt", mint.NewObject("iss", "https://evil.example", "sub", "agt_x", "pad", pad)),
		"header":  w.key.Sign(w.key.Header("at+jwt").With("pad", pad).Bytes(), []byte(`{"sub":"agt_x"}`)),
		"no JSON": pad + "..",
	} {
		t.Run(name, func(t *testing.T) {
			mock := w.transport()
			mock.RegisterResponder(http.MethodPost, issuer+"/token", httpmock.NewStringResponder(http.StatusOK,
				`{"token_type":"Bearer","scope":"admin:write","access_token":"`+token+`"}`))
			e, err := engine.New(authpi.Config{
				IssuerURL: issuer, ClientID: "c_bench", ClientSecret: authpi.NewSecret("s"),
				HTTPClient: &http.Client{Transport: mock},
			})
			require.NoError(t, err)
			_, err = e.ClientCredentials(t.Context(), nil)
			var refused *authpi.TokenParseError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, "invalid_token", refused.Code)

			stored := &authpi.TokenSet{AccessToken: authpi.NewSecret(token), Grant: "client_credentials"}
			_, err = e.CreateAgent(t.Context(), stored, nil)
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, "invalid_token", refused.Code)
		})
	}
}
