package verdict_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/interop/internal/flavor"
)

const (
	wrongType = "a claim that a check depends on has its type or is refused; one that reads as absent would skip the check"
	unbounded = "a time that no calendar has; the conversion of 1e300 to an integer is another on each machine"
	sameSkew  = "times get the same minute of leeway (RFC 7519, section 4.1.4); go-oidc gives exp none, nbf five minutes, " +
		"and iat no look"
	oneAudience = "whoever else is named could have been given the token, and would pass for the user here " +
		"(OpenID Connect Core 1.0, section 3.1.3.7, step 3)"
	authorizedParty = "azp, where it is, is this client (OpenID Connect Core 1.0, section 3.1.3.7, step 5)"
	requiredSubject = "an ID token is about somebody: at most 255 ASCII characters (OpenID Connect Core 1.0, section 2)"
	tokensBelong    = "the access token is not the one that the ID token came with " +
		"(OpenID Connect Core 1.0, section 3.1.3.8); the oracles leave the check to their callers"
	exactNames = "claim names are compared byte for byte (RFC 7519, section 4), which encoding/json does not do for go-oidc"
)

// change is one deviation from the claims of a good token: a value in JSON, or "-" for
// no such claim.
type change struct {
	claim, value string
	ruling
}

// changes are of issuer, audience and subject, then of time, then of what ties a token
// to its login, then of names.
func changes() []change {
	at := func(d time.Duration) string { return string(mustJSON(now().Add(d).Unix())) }
	fresh := func(claim string) ruling { return ruling{sdk: badClaim + claim, momentary: true, oracles: neither} }
	return []change{
		{"iss", `-`, ruling{badClaim + "iss", false, neither, ""}},
		{"iss", `""`, ruling{badClaim + "iss", false, neither, ""}},
		{"iss", `null`, ruling{badClaim + "iss", false, neither, ""}},
		{"iss", `"https://other.example"`, ruling{badClaim + "iss", false, neither, ""}},

		{"aud", `-`, ruling{badClaim + "aud", false, neither, ""}},
		{"aud", `[]`, ruling{badClaim + "aud", false, neither, ""}},
		{"aud", `""`, ruling{badClaim + "aud", false, neither, ""}},
		{"aud", `5`, ruling{badClaim + "aud", false, neither, ""}},
		{"aud", `[["c_any"]]`, ruling{badClaim + "aud", false, neither, ""}},
		{"aud", `"C_any"`, ruling{badClaim + "aud", false, neither, ""}},
		{"aud", `["c_any"]`, ruling{oracles: both}},
		{"aud", `["c_any","c_other"]`, ruling{badClaim + "aud", false, both, oneAudience}},
		{"aud", `["c_any","c_any"]`, ruling{badClaim + "azp", false, both, "several audiences come with azp (step 4)"}},
		{"azp", `"c_any"`, ruling{oracles: both}},
		{"azp", `"c_other"`, ruling{badClaim + "azp", false, both, authorizedParty}},
		{"azp", `5`, ruling{badClaim + "azp", false, both, wrongType}},

		{"sub", `-`, ruling{badClaim + "sub", false, both, requiredSubject}},
		{"sub", `""`, ruling{badClaim + "sub", false, both, requiredSubject}},
		{"sub", `null`, ruling{badClaim + "sub", false, both, requiredSubject}},
		{"sub", `5`, ruling{badClaim + "sub", false, golangJWT, requiredSubject}},
		{"sub", `["usr_alice"]`, ruling{badClaim + "sub", false, golangJWT, requiredSubject}},
		{"sub", `"usr_é"`, ruling{badClaim + "sub", false, both, requiredSubject}},
		{"sub", quoted(255), ruling{oracles: both}},
		{"sub", quoted(256), ruling{badClaim + "sub", false, both, requiredSubject}},

		{"exp", `-`, fresh("exp")},
		{"exp", `0`, fresh("exp")},
		{"exp", `-1`, fresh("exp")},
		{"exp", at(-time.Minute), fresh("exp")},
		{"exp", at(-59 * time.Second), ruling{"", false, golangJWT, sameSkew}},
		{"exp", `1893459600.5`, ruling{oracles: both}},
		{"exp", `1.8934596e9`, ruling{oracles: both}},
		{"exp", `"1893459600"`, ruling{badClaim + "exp", false, goOIDC, wrongType}},
		{"exp", `null`, ruling{badClaim + "exp", true, neither, ""}},
		{"exp", `true`, ruling{badClaim + "exp", false, neither, ""}},
		{"exp", `253402300800`, ruling{badClaim + "exp", false, both, unbounded}},
		{"iat", `-`, ruling{badClaim + "iat", false, both, "iat is required (OpenID Connect Core 1.0, section 2)"}},
		{"iat", `-1`, ruling{oracles: both}},
		{"iat", at(time.Minute), ruling{oracles: both}},
		{"iat", at(2 * time.Minute), ruling{badClaim + "iat", false, goOIDC, sameSkew}},
		{"iat", `"1893456000"`, ruling{badClaim + "iat", false, goOIDC, wrongType}},
		{"nbf", at(time.Minute), ruling{oracles: both}},
		{"nbf", at(2 * time.Minute), ruling{badClaim + "nbf", false, goOIDC, sameSkew}},
		{"nbf", at(time.Hour), ruling{badClaim + "nbf", false, neither, ""}},
		{"nbf", `"1893456000"`, ruling{badClaim + "nbf", false, goOIDC, wrongType}},
		{"auth_time", `"1893456000"`, ruling{badClaim + "auth_time", false, both, wrongType}},
		{"auth_time", `1e300`, ruling{badClaim + "auth_time", false, both, unbounded}},

		{"nonce", `-`, fresh("nonce")},
		{"nonce", `"nonce-2"`, fresh("nonce")},
		{"nonce", `"NONCE-1"`, fresh("nonce")},
		{"nonce", `5`, ruling{badClaim + "nonce", false, neither, ""}},
		{"at_hash", hashOf(mint.ES256, accessToken), ruling{oracles: both}},
		{"at_hash", hashOf(mint.ES256, "other"), ruling{badClaim + "at_hash", true, both, tokensBelong}},
		{"at_hash", hashOf(mint.EdDSA, accessToken), ruling{badClaim + "at_hash", true, both, tokensBelong}},
		{"at_hash", `5`, ruling{badClaim + "at_hash", false, golangJWT, wrongType}},

		{"Aud", `"c_other"`, ruling{"", false, golangJWT, exactNames}},
		{"EXP", `5`, ruling{"", false, golangJWT, exactNames}},
		{"_claim_names", `{"x":"y"}`, ruling{"", false, golangJWT,
			"aggregated claims are not used, so that those without a source harm nobody (OpenID Connect Core 1.0, section 5.6.2)"}},
		{"extra", `{"a":1,"a":2}`, ruling{malformed, false, both, duplicates}},
		{"extra", strings.Repeat("[", 100) + strings.Repeat("]", 100), ruling{malformed, false, both,
			"a bound on nesting, which no claim needs"}},
	}
}

func TestClaims(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		key := mint.NewKey(mint.ES256, "k")
		i := newIssuer(t, mint.JWKS(key))
		p := newPanel(t, i, open, publicKeys(key))
		for _, test := range changes() {
			t.Run(test.claim+" "+test.value[:min(len(test.value), 40)], func(t *testing.T) {
				claims := i.claims().Without(test.claim)
				if test.value != "-" {
					claims = claims.Add(test.claim, json.RawMessage(test.value))
				}
				p.assertRuling(t, key.Token("", claims), test.ruling)
			})
		}
		t.Run("issuer with a slash", func(t *testing.T) {
			p.assertRuling(t, key.Token("", i.claims().With("iss", i.url+"/")), ruling{badClaim + "iss", false, neither, ""})
		})
		t.Run("two audiences and azp", func(t *testing.T) {
			claims := i.claims().With("aud", []string{clientID, "c_other"}).Add("azp", clientID)
			p.assertRuling(t, key.Token("", claims), ruling{badClaim + "aud", false, both, oneAudience})
		})
	})
}

// Whoever can have a claim of any name put into a token must not become somebody else.
func TestClaimNamesAreExact(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		key := mint.NewKey(mint.ES256, "k")
		i := newIssuer(t, mint.JWKS(key))
		p := newPanel(t, i, open, publicKeys(key))
		for _, name := range []string{"SUB", "Sub", "ſub"} {
			token := key.Token("", i.claims().Add(name, "usr_admin"))
			assertSubjects(t, p, token, "usr_admin")
			p.assertRuling(t, token, ruling{oracles: both})

			alone := key.Token("", i.claims().Without("sub").Add(name, "usr_admin"))
			p.assertRuling(t, alone, ruling{badClaim + "sub", false, both, requiredSubject})
		}
	})
}

// assertSubjects asserts that go-oidc takes the token for somebody else's than the SDK
// and golang-jwt do.
func assertSubjects(t *testing.T, p *panel, token, foreign string) {
	t.Helper()
	require.Equal(t, []string{subject, subject}, p.ask(t, token).subjects)
	id, err := p.verifier.Verify(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, foreign, id.Subject)
}

func hashOf(algorithm mint.Algorithm, token string) string {
	return string(mustJSON(mint.AccessTokenHash(algorithm, token)))
}

func quoted(length int) string { return string(mustJSON(strings.Repeat("x", length))) }

func mustJSON(value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings and integers
	}
	return encoded
}
