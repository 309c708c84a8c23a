package idtoken_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/idtoken"
	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

func decode(t testing.TB, payload string) *idtoken.Claims {
	t.Helper()
	claims, err := idtoken.Decode(payload)
	require.NoError(t, err)
	return claims
}

func TestDecode(t *testing.T) {
	claims := decode(t, `{"iss":"https://idp.example","sub":"usr_1","aud":"c_1","azp":"c_1","exp":1700000300,"iat":1700000000.5,
		"nbf":17e8,"auth_time":1699999999,"nonce":"n","acr":"urn:a","at_hash":"h","client_id":"c_1","scope":"openid a:b","jti":"j",
		"email":"a@example.com","email_verified":true,"dat":{"x":1,"type":"identity"},"org_id":"org_1","cnf":{"jkt":"x"},
		"organizations":[{"id":"org_1","title":"A \u00e9","scopes":["owner","x:y"],"joined_at":1600000000,"extra":{}},{"id":"org_2"}],
		"SUB":"admin","\u017fub":"admin","extra":[{"sub":"admin"}]}`)
	assert.Equal(t, &idtoken.Claims{
		Issuer: "https://idp.example", Subject: "usr_1", Audience: []string{"c_1"}, AuthorizedParty: "c_1",
		ExpiresAt: time.Unix(1700000300, 0).UTC(), IssuedAt: time.Unix(1700000000, 500_000_000).UTC(),
		NotBefore: time.Unix(1700000000, 0).UTC(), AuthTime: time.Unix(1699999999, 0).UTC(),
		Nonce: "n", ACR: "urn:a", AccessTokenHash: "h", ClientID: "c_1", Scope: "openid a:b", ID: "j",
		Email: "a@example.com", EmailVerified: true, EmailVerifiedKnown: true, PrincipalType: "identity", OrganizationID: "org_1",
		Organizations: []idtoken.Organization{
			{ID: "org_1", Title: "A é", Scopes: []string{"owner", "x:y"}, JoinedAt: time.Unix(1600000000, 0).UTC()},
			{ID: "org_2"},
		},
		Confirmation: true,
	}, claims)
	assert.Equal(t, &idtoken.Claims{}, decode(t, `{}`))
}

func TestDecodeAudience(t *testing.T) {
	for payload, want := range map[string][]string{
		`{"aud":"a"}`:         {"a"},
		`{"aud":["a"]}`:       {"a"},
		`{"aud":["a","b"]}`:   {"a", "b"},
		`{"aud":[]}`:          nil,
		`{"AUD":"a"}`:         nil,
		`{"\u0061ud":["a" ]}`: {"a"},
	} {
		assert.Equal(t, want, decode(t, payload).Audience, payload)
	}
}

func TestDecodeInformativeClaims(t *testing.T) {
	for _, value := range []string{`null`, `5`, `"5"`, `[]`, `{}`, `[["a"]]`, `"true"`} {
		claims := decode(t, `{"email":`+value+`,"email_verified":`+value+`,"scope":`+value+`,"jti":`+value+`,"dat":`+value+`}`)
		assert.False(t, claims.EmailVerified || claims.EmailVerifiedKnown, value)
		assert.Empty(t, claims.PrincipalType, value)
		if value[0] != '"' {
			assert.Empty(t, claims.Email+claims.Scope+claims.ID, value)
		}
	}
	claims := decode(t, `{"email_verified":false,"dat":{"type":5},"org_id":null}`)
	assert.True(t, claims.EmailVerifiedKnown)
	assert.Empty(t, claims.PrincipalType)
	assert.Empty(t, claims.OrganizationID)
}

func TestDecodeOrganizations(t *testing.T) {
	for _, value := range []string{`null`, `{}`, `"org_1"`, `5`, `{"id":"org_1"}`} {
		assert.Nil(t, decode(t, `{"organizations":`+value+`}`).Organizations, "counts as absent: %s", value)
	}
	empty := decode(t, `{"organizations":[]}`).Organizations
	assert.NotNil(t, empty)
	assert.Empty(t, empty)

	for _, entry := range []string{
		`null`, `"org_1"`, `[]`, `{}`, `{"id":null}`, `{"id":""}`, `{"id":5}`, `{"ID":"a"}`, `{"id":"a","title":5}`,
		`{"id":"a","scopes":"owner"}`, `{"id":"a","scopes":["owner",5]}`, `{"id":"a","scopes":[["owner"]]}`, `{"id":"a","scopes":{}}`,
		`{"id":"a","joined_at":"5"}`, `{"id":"a","joined_at":1e300}`,
	} {
		list := decode(t, `{"organizations":[{"id":"x"},`+entry+`,{"id":"y"}]}`).Organizations
		assert.Equal(t, []idtoken.Organization{{ID: "x"}, {ID: "y"}}, list, "skips %s", entry)
	}
	for entry, want := range map[string]idtoken.Organization{
		`{"id":"a","title":null,"scopes":null,"joined_at":null}`: {ID: "a"},
		`{"id":"a","title":""}`:                                  {ID: "a"},
		`{"id":"a","scopes":[]}`:                                 {ID: "a"},
		`{"scopes":["b","c","d","e","f"],"id":"a"}`:              {ID: "a", Scopes: []string{"b", "c", "d", "e", "f"}},
	} {
		assert.Equal(t, []idtoken.Organization{want}, decode(t, `{"organizations":[`+entry+`]}`).Organizations, entry)
	}
	two := decode(t, `{"organizations":[{"id":"a","scopes":["b"]},{"id":"c","scopes":["d"]}]}`).Organizations
	_ = append(two[0].Scopes, "owner")
	assert.Equal(t, []string{"d"}, two[1].Scopes, "lists do not share elements")
	many := decode(t, `{"organizations":[`+strings.Repeat(`{"id":"a"},`, 99)+`{"id":"a"}]}`).Organizations
	assert.Len(t, many, 100)
}

func TestAClaimThatIsNullIsAbsent(t *testing.T) {
	for _, claim := range []string{
		"iss", "sub", "aud", "azp", "exp", "iat", "nbf", "auth_time", "nonce", "acr", "at_hash", "client_id", "org_id", "scope",
		"jti", "email", "email_verified", "dat", "organizations", "cnf", "x",
	} {
		assert.Equal(t, &idtoken.Claims{}, decode(t, `{"`+claim+`":null}`), claim)
	}
}

func TestDecodeRefusesWrongTypes(t *testing.T) {
	for claim, values := range map[string][]string{
		"iss":       {`5`, `""`, `["a"]`, `{}`, `true`},
		"sub":       {`5`, `""`, `["a"]`},
		"aud":       {`5`, `{}`, `["a",5]`, `[["a"]]`, `[null]`, `true`},
		"azp":       {`5`, `""`, `["a"]`},
		"exp":       {`"1700000300"`, `1e300`, `-1e300`, `253402300800`, `true`, `[1]`, `{}`, `99999999999999999999`},
		"iat":       {`"1700000000"`, `1e300`},
		"nbf":       {`"1700000000"`, `1e300`},
		"auth_time": {`"1700000000"`, `1e300`},
		"nonce":     {`5`, `""`, `["a"]`},
		"acr":       {`5`, `["a"]`},
		"at_hash":   {`5`, `""`},
		"client_id": {`5`, `""`},
		"org_id":    {`5`, `""`, `["a"]`},
	} {
		for _, value := range values {
			_, err := idtoken.Decode(`{"` + claim + `":` + value + `,"x":1}`)
			var wrong *idtoken.ClaimError
			require.ErrorAs(t, err, &wrong, "%s: %s", claim, value)
			assert.Equal(t, claim, wrong.Claim)
			assert.False(t, wrong.Expired)
		}
	}
	_, err := idtoken.Decode(`{"exp":"x","sub":5}`)
	assert.EqualError(t, err, "claim exp is not a number", "names the first")
}

func TestDecodeRefusesPayloads(t *testing.T) {
	for _, payload := range []string{
		``, `null`, `[]`, `"{}"`, `5`, `{`, `{}{}`, `{"sub":"a","sub":"a"}`, `{"x":{"a":1,"a":1}}`, `{"exp":NaN}`, `{"exp":Infinity}`,
		`{"exp":01}`, "{\"sub\":\"\xff\"}", `{"sub":"\udfff"}`, `{"exp":"x",}`, `{"dat":{"type":"a","type":"b"}}`,
		`{"organizations":[{"id":"a","id":"b"}]}`, strings.Repeat(`{"a":`, 40), "\ufeff{}",
	} {
		_, err := idtoken.Decode(payload)
		var syntax *strictjson.SyntaxError
		assert.ErrorAs(t, err, &syntax, payload)
	}
}

// FuzzDecode compares Decode with encoding/json, which accepts more, but must return the
// same claims for payloads that both accept.
func FuzzDecode(f *testing.F) {
	f.Add(`{"iss":"a","sub":"b","aud":["c"],"exp":1.5,"email_verified":true,"dat":{"type":"x"}}`)
	f.Add(`{"organizations":[{"id":"a","title":null,"scopes":["b"],"joined_at":1},5]}`)
	f.Add(`{"SUB":"a","sub":"b","x":1e999}`)
	f.Fuzz(func(t *testing.T, payload string) {
		claims, err := idtoken.Decode(payload)
		if err != nil {
			return
		}
		var want map[string]any
		decoder := json.NewDecoder(strings.NewReader(payload))
		decoder.UseNumber() // an unused claim may be a number out of the range of float64
		require.NoError(t, decoder.Decode(&want))
		for name, got := range map[string]string{
			"iss": claims.Issuer, "sub": claims.Subject, "azp": claims.AuthorizedParty, "nonce": claims.Nonce, "scope": claims.Scope,
			"email": claims.Email, "org_id": claims.OrganizationID,
		} {
			text, _ := want[name].(string)
			assert.Equal(t, text, got, name)
		}
		verified, known := want["email_verified"].(bool)
		assert.Equal(t, fmt.Sprint(verified, known), fmt.Sprint(claims.EmailVerified, claims.EmailVerifiedKnown))
		list, isList := want["organizations"].([]any)
		assert.Equal(t, isList, claims.Organizations != nil)
		assert.LessOrEqual(t, len(claims.Organizations), len(list))
	})
}
