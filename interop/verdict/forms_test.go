package verdict_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/interop/internal/flavor"
)

const (
	oneSpelling = "one token has one spelling, so that what is logged, cached or denied by its text " +
		"cannot come back in another (RFC 7515, section 2: base64url without padding, line breaks or white space)"
	duplicates = "readers differ on which of two members counts; a verifier and the application behind it could " +
		"see two tokens (RFC 7519, section 4; RFC 8259, section 4)"
)

// tampers says what becomes of each tamper, whatever the algorithm.
func tampers() map[mint.Tamper]ruling {
	return map[mint.Tamper]ruling{
		mint.AlgNone:          {malformed, false, neither, ""},
		mint.AlgNoneMixedCase: {malformed, false, neither, ""},
		mint.AlgNoneSigned:    {badSignature, false, neither, ""},
		mint.AlgSwapped:       {badSignature, false, neither, ""},
		mint.HS256PublicKey:   {badSignature, false, neither, ""},
		mint.StripSignature:   {malformed, false, neither, ""},
		mint.DropSignature:    {malformed, false, neither, ""},
		mint.FlipBit:          {badSignature, false, neither, ""},
		mint.ZeroSignature:    {badSignature, false, neither, ""},
		mint.ShortSignature:   {badSignature, false, neither, ""},
		mint.LongSignature:    {badSignature, false, neither, ""},
		mint.DERSignature:     {badSignature, false, neither, ""},
		mint.SmallOrder:       {badSignature, false, neither, ""},
		mint.WrongKey:         {badSignature, false, neither, ""},
		mint.EmbeddedKey:      {badSignature, false, neither, ""},
		mint.KeyURL:           {badSignature, false, neither, ""},
		mint.UnknownKeyID:     {badSignature, false, neither, ""},
		mint.MissingKeyID:     {"", false, both, ""},
		mint.ChangedPayload:   {badSignature, false, neither, ""},
		mint.TrailingData:     {malformed, false, neither, ""},
		mint.ExtraPart:        {malformed, false, neither, ""},
		mint.Encrypted:        {malformed, false, neither, ""},
		mint.PaddedPayload:    {malformed, false, neither, ""},
		mint.PaddedSignature:  {malformed, false, neither, ""},
		mint.StandardAlphabet: {malformed, false, neither, ""},

		mint.DuplicateClaim:  {malformed, false, both, duplicates},
		mint.DuplicateHeader: {malformed, false, golangJWT, duplicates},
		mint.InvalidUTF8: {malformed, false, both,
			"JSON is UTF-8 (RFC 8259, section 8.1); encoding/json puts U+FFFD in place of what it cannot read, " +
				"so that two texts become one"},

		mint.UnknownCritical: {malformed, false, golangJWT,
			"a critical extension that is not understood makes a token invalid (RFC 7515, section 4.1.11)"},
		mint.EmptyCritical: {malformed, false, both, "crit must not be empty (RFC 7515, section 4.1.11)"},
		mint.UnencodedPayload: {malformed, false, golangJWT,
			"b64 false changes what is signed, and is not for JWTs (RFC 7797, section 7)"},
		mint.Compressed: {malformed, false, both,
			"the payload says that it is compressed and is not; compression of what an attacker can write leaks " +
				"(RFC 8725, section 3.6)"},

		mint.TrailingBitsPayload:   {malformed, false, golangJWT, oneSpelling},
		mint.TrailingBitsSignature: {malformed, false, both, oneSpelling},
		mint.InnerNewline:          {malformed, false, both, oneSpelling},
		mint.TrailingNewline:       {malformed, false, both, oneSpelling},
		mint.LeadingSpace:          {malformed, false, goOIDC, oneSpelling},
		mint.JSONSerialization: {malformed, false, goOIDC,
			"a JWT is always compact (RFC 7519, section 1); the JSON form has an unsigned header"},
		mint.Oversized: {malformed, false, both, "a bound on what is decoded before anything is known to be good"},
	}
}

func TestTamperedTokens(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		for _, algorithm := range mint.Algorithms() {
			key := mint.NewKey(algorithm, "k")
			i := newIssuer(t, mint.JWKS(key))
			good := key.Token("", i.claims())
			t.Run(string(algorithm)+"/untampered", func(t *testing.T) {
				newPanel(t, i, open, publicKeys(key)).assertRuling(t, good, ruling{oracles: both})
			})
			for how, want := range tampers() {
				if how == mint.DERSignature && algorithm != mint.ES256 {
					continue
				}
				t.Run(string(algorithm)+"/"+string(how), func(t *testing.T) {
					token, err := key.Tamper(good, how)
					require.NoError(t, err)
					// A client of its own, since one that has just looked for a key does not look again at once.
					newPanel(t, i, open, publicKeys(key)).assertRuling(t, token, want)
				})
			}
		}
	})
}

func TestEveryTamperIsJudged(t *testing.T) {
	var judged []mint.Tamper
	for how := range tampers() {
		judged = append(judged, how)
	}
	assert.ElementsMatch(t, mint.Tampers(), judged)
}
