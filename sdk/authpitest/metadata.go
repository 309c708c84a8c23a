package authpitest

import (
	"net/http"

	"github.com/arbfay/authpi-go/internal/mint"
)

// serveMetadata serves GET /.well-known/openid-configuration (OpenID Connect Discovery
// 1.0, section 3).
func (i *Issuer) serveMetadata(w http.ResponseWriter, _ *http.Request) {
	methods := []string{"client_secret_basic", "client_secret_post", "none"}
	metadata := mint.NewObject(
		"issuer", i.url,
		"authorization_endpoint", i.url+"/authorize",
		"token_endpoint", i.url+"/token",
		"userinfo_endpoint", i.url+"/userinfo",
		"jwks_uri", i.url+"/jwks.json",
		"revocation_endpoint", i.url+"/revoke",
		"introspection_endpoint", i.url+"/introspect",
		"end_session_endpoint", i.url+"/logout",
		"scopes_supported", []string{"openid", "profile", "email", "phone", "address"},
		"response_types_supported", []string{"code"},
		"response_modes_supported", []string{"query", "form_post"},
		"grant_types_supported", []string{"authorization_code", "refresh_token", "client_credentials"},
		"subject_types_supported", []string{"public"},
		"id_token_signing_alg_values_supported", mint.Algorithms(),
		"token_endpoint_auth_methods_supported", methods,
		"revocation_endpoint_auth_methods_supported", methods,
		"introspection_endpoint_auth_methods_supported", methods[:2], // a public client may not introspect
		"code_challenge_methods_supported", []string{"S256"},
		"claims_supported", []string{
			"sub", "name", "given_name", "family_name", "picture", "locale", "email", "email_verified",
			"phone_number", "phone_number_verified", "address", "organizations",
		},
		"prompt_values_supported", []string{"none", "login", "consent", "select_account"},
		"claims_parameter_supported", false,
		"request_parameter_supported", false,
		"request_uri_parameter_supported", false,
	)
	if i.callbackIssuer {
		metadata = metadata.Add("authorization_response_iss_parameter_supported", true)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = w.Write(metadata.Bytes()) // the client may be gone
}
