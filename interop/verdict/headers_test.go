package verdict_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/interop/internal/flavor"
)

const (
	otherKind = "a token of another kind, signed with the same keys, is no ID token (RFC 8725, section 3.11)"
	isString  = "alg, kid and typ are texts (RFC 7515, section 4.1); what is no text is not taken for absent"
)

// headers are the headers that a key can sign under, by name.
func headers(key *mint.Key) map[string]struct {
	header mint.Object
	ruling
} {
	plain := key.Header("")
	return map[string]struct {
		header mint.Object
		ruling
	}{
		"typ JWT":             {key.Header("JWT"), ruling{oracles: both}},
		"typ jwt":             {key.Header("jwt"), ruling{oracles: both}},
		"typ at+jwt":          {key.Header("at+jwt"), ruling{badClaim + "typ", false, both, otherKind}},
		"typ logout+jwt":      {key.Header("logout+jwt"), ruling{badClaim + "typ", false, both, otherKind}},
		"typ dpop+jwt":        {key.Header("dpop+jwt"), ruling{badClaim + "typ", false, both, otherKind}},
		"typ secevent+jwt":    {key.Header("secevent+jwt"), ruling{badClaim + "typ", false, both, otherKind}},
		"typ a number":        {plain.Add("typ", 5), ruling{malformed, false, both, isString}},
		"typ null":            {plain.Add("typ", nil), ruling{oracles: both}},
		"alg in lower case":   {plain.With("alg", "es256"), ruling{badSignature, false, neither, ""}},
		"alg a list":          {plain.With("alg", []string{"ES256"}), ruling{malformed, false, neither, ""}},
		"no alg":              {plain.Without("alg"), ruling{malformed, false, neither, ""}},
		"ALG beside alg":      {plain.Add("ALG", "none"), ruling{oracles: both}},
		"ALG against alg":     {plain.With("alg", "HS256").Add("ALG", "ES256"), ruling{badSignature, false, neither, ""}},
		"kid a number":        {plain.With("kid", 5), ruling{malformed, false, neither, ""}},
		"kid empty":           {plain.With("kid", ""), ruling{malformed, false, goOIDC, isString}},
		"kid in upper case":   {plain.With("kid", strings.ToUpper(key.ID)), ruling{badSignature, false, neither, ""}},
		"an unknown member":   {plain.Add("x", 5), ruling{oracles: both}},
		"CRIT is not crit":    {plain.Add("CRIT", []string{"x"}), ruling{oracles: both}},
		"x5t of no key":       {plain.Add("x5t", "AAAA"), ruling{oracles: both}},
		"certificates, a lot": {plain.Add("x", strings.Repeat("x", 8<<10)), ruling{malformed, false, both, "a bound on headers"}},
	}
}

func TestHeaders(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		key := mint.NewKey(mint.ES256, "k")
		i := newIssuer(t, mint.JWKS(key))
		p := newPanel(t, i, open, publicKeys(key))
		for name, test := range headers(key) {
			t.Run(name, func(t *testing.T) {
				p.assertRuling(t, key.Sign(test.header.Bytes(), i.claims().Bytes()), test.ruling)
			})
		}
	})
}

// Keys that a token brings along are nobody's business (RFC 8725, section 3.10). The
// SDK does not look at them, so that they can be anything; go-jose parses them.
func TestHeadersThatAreNotRead(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		key := mint.NewKey(mint.ES256, "k")
		i := newIssuer(t, mint.JWKS(key))
		p := newPanel(t, i, open, publicKeys(key))
		for _, header := range []mint.Object{
			key.Header("").Add("jwk", 5), key.Header("").Add("x5c", []string{"x"}), key.Header("").Add("x5u", 5),
		} {
			v := p.ask(t, key.Sign(header.Bytes(), i.claims().Bytes()))
			assert.Empty(t, v.fresh)
			assert.Empty(t, v.stored)
			assert.Contains(t, v.oracles, golangJWT, "%s", header.Bytes())
		}
	})
}

// payloads are spellings of a good token's claims, by name.
func payloads(claims string) map[string]struct {
	payload string
	ruling
} {
	swap := func(old, new string) string { return strings.Replace(claims, old, new, 1) }
	return map[string]struct {
		payload string
		ruling
	}{
		"white space around":   {" \n" + claims + "\t ", ruling{oracles: both}},
		"escaped name":         {swap(`"sub"`, `"\u0073ub"`), ruling{oracles: both}},
		"escaped twin":         {swap(`"sub"`, `"\u0073ub":"usr_admin","sub"`), ruling{malformed, false, both, duplicates}},
		"lone surrogate":       {swap("usr_alice", `usr_\udfff`), ruling{malformed, false, both, "no text: two of them would become one"}},
		"byte order mark":      {"\xef\xbb\xbf" + claims, ruling{malformed, false, neither, ""}},
		"in an array":          {"[" + claims + "]", ruling{malformed, false, neither, ""}},
		"a text":               {`"x"`, ruling{malformed, false, neither, ""}},
		"null":                 {`null`, ruling{malformed, false, neither, ""}},
		"nothing":              {``, ruling{malformed, false, neither, ""}},
		"a comment":            {claims + "/**/", ruling{malformed, false, neither, ""}},
		"a comma too many":     {swap("}", ",}"), ruling{malformed, false, neither, ""}},
		"a control character":  {swap("usr_alice", "usr\x01"), ruling{malformed, false, neither, ""}},
		"not a number":         {swap(`"iat":1893456000`, `"iat":NaN`), ruling{malformed, false, neither, ""}},
		"a number with a zero": {swap(`"iat":1`, `"iat":01`), ruling{malformed, false, neither, ""}},
	}
}

func TestPayloads(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		key := mint.NewKey(mint.ES256, "k")
		i := newIssuer(t, mint.JWKS(key))
		p := newPanel(t, i, open, publicKeys(key))
		for name, test := range payloads(string(i.claims().Bytes())) {
			t.Run(name, func(t *testing.T) {
				p.assertRuling(t, key.Sign(key.Header("").Bytes(), []byte(test.payload)), test.ruling)
			})
		}
	})
}
