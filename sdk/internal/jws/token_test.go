package jws_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

// parts holds the base64url parts of a token that Parse accepts.
var parts = [3]string{encode(`{"alg":"ES256","kid":"k1","typ":"at+jwt"}`), encode(`{"sub":"u"}`), encode("signature")}

func TestParse(t *testing.T) {
	token, err := jws.Parse(strings.Join(parts[:], "."), limit)
	require.NoError(t, err)
	assert.Equal(t, jws.Header{Algorithm: jws.ES256, KeyID: "k1", Type: "at+jwt"}, token.Header)
	assert.Empty(t, token.Payload(), "the payload is empty before it is verified")

	_, err = jws.Parse(strings.Join(parts[:], "."), len(strings.Join(parts[:], ".")))
	require.NoError(t, err, "the limit is inclusive")
}

func TestParseRefusesOtherForms(t *testing.T) {
	h, p, s := parts[0], parts[1], parts[2]
	for name, token := range map[string]string{
		"nothing":            "",
		"one part":           h,
		"two parts":          h + "." + p,
		"four parts":         h + "." + p + "." + s + "." + s,
		"five parts":         h + "." + p + "." + s + "." + s + "." + s,
		"trailing dot":       h + "." + p + "." + s + ".",
		"empty header":       "." + p + "." + s,
		"empty payload":      h + ".." + s,
		"empty signature":    h + "." + p + ".",
		"dots":               "..",
		"many dots":          strings.Repeat(".", limit),
		"space before":       " " + h + "." + p + "." + s,
		"space after":        h + "." + p + "." + s + " ",
		"newline inside":     h + "." + p[:4] + "\n" + p[4:] + "." + s,
		"carriage return":    h + "." + p + "." + s + "\r",
		"padded header":      h + "==." + p + "." + s,
		"padded payload":     h + "." + p + "=." + s,
		"standard alphabet":  h + "." + p + ".+/" + s,
		"NUL":                h + "." + p + "." + s + "\x00",
		"not ASCII":          h + "." + p + "é." + s,
		"trailing bits of 2": h + "." + p + ".AB",
		"trailing bits of 3": h + "." + p + ".AAB",
		"impossible length":  h + "." + p + ".AAAAA",
		"JSON serialization": `{"payload":"` + p + `","protected":"` + h + `","signature":"` + s + `"}`,
		"Bearer":             "Bearer " + h + "." + p + "." + s,
		"large header":       strings.Repeat("A", 8<<10+4) + "." + p + "." + s,
		"large signature":    h + "." + p + "." + strings.Repeat("A", 1368),
		"too large":          h + "." + strings.Repeat("A", limit) + "." + s,
	} {
		_, err := jws.Parse(token, limit)
		requireKind(t, jws.Malformed, err, name)
	}
}

// Open does not check the payload: reading a large one is wasted if its key is unknown.
func TestOpenDoesNotReadThePayload(t *testing.T) {
	s := newSigner(t, jws.ES256)
	token := s.sign(s.header(), `{"sub":"u"}`)
	opened, err := jws.Open(token, limit)
	require.NoError(t, err)
	assert.True(t, opened.SignatureFits())
	assert.Empty(t, opened.UnverifiedPayload(), "it may not be base64url")
	require.NoError(t, opened.Verify(s.key))
	assert.Equal(t, `{"sub":"u"}`, opened.Payload())

	for name, payload := range map[string]string{"padded": "e30=", "line break": "e3\n0", "trailing bits": "e31", "letters": "é"} {
		header := encode(s.header())
		bad := header + "." + payload + "." + encode(string(s.signature(header+"."+payload)))
		opened, err := jws.Open(bad, limit)
		require.NoError(t, err, name)
		requireKind(t, jws.Signature, opened.Verify(s.key), name)
		assert.Empty(t, opened.Payload(), name)
		assert.Empty(t, opened.UnverifiedPayload(), name)
		_, err = jws.Parse(bad, limit)
		requireKind(t, jws.Malformed, err, name)
	}
}

func TestSignatureFits(t *testing.T) {
	for algorithm, sizes := range map[string]map[int]bool{
		jws.ES256: {63: false, 64: true, 65: false, 256: false},
		jws.EdDSA: {32: false, 64: true, 72: false},
		jws.RS256: {64: false, 255: false, 256: true, 512: true, 1024: true},
	} {
		for size, want := range sizes {
			token, err := jws.Open(encode(`{"alg":"`+algorithm+`"}`)+".e30."+encode(strings.Repeat("s", size)), limit)
			require.NoError(t, err)
			assert.Equal(t, want, token.SignatureFits(), "%s, %d bytes", algorithm, size)
		}
	}
}

func TestParseRefusesHeaders(t *testing.T) {
	many := strings.Builder{}
	for i := range 65 {
		fmt.Fprintf(&many, `,"m%d":1`, i)
	}
	for kind, headers := range map[jws.Kind][]string{
		jws.Malformed: {
			``, `null`, `[]`, `"ES256"`, `{`, `{"alg":"ES256"} x`, `{"alg":"ES256"}{}`, "\ufeff" + `{"alg":"ES256"}`,
			`{}`, `{"kid":"k1"}`, `{"ALG":"ES256"}`, `{"alg":null}`, `{"alg":""}`, `{"alg":["ES256"]}`, `{"alg":5}`,
			`{"alg":"ES256","alg":"ES256"}`, `{"alg":"none","\u0061lg":"ES256"}`, `{"alg":"ES256","x":{"a":1,"a":1}}`,
			`{"alg":"ES256","kid":1}`, `{"alg":"ES256","crit":null}`, `{"alg":"ES256","b64":null}`, `{"zip":null,"alg":"ES256"}`, `{"alg":"ES256","kid":""}`, `{"alg":"ES256","typ":{}}`,
			`{"alg":"ES256","typ":""}`, `{"alg":"ES256","crit":["exp"],"exp":1}`, `{"alg":"ES256","crit":[]}`,
			`{"alg":"ES256","b64":false}`, `{"alg":"ES256","b64":true}`, `{"alg":"ES256","zip":"DEF"}`,
			"{\"alg\":\"ES256\",\"kid\":\"\xff\"}", `{"alg":"ES256","kid":"\ud800"}`, `{"alg":"ES256"` + many.String() + `}`,
			strings.Repeat(`{"a":`, 100),
		},
		jws.Signature: {
			`{"alg":"none"}`, `{"alg":"None"}`, `{"alg":"NONE"}`, `{"alg":"HS256"}`, `{"alg":"HS512"}`, `{"alg":"es256"}`,
			`{"alg":"ES256 "}`, `{"alg":"PS256"}`, `{"alg":"RS384"}`, `{"alg":"RS1"}`, `{"alg":"ES256K"}`, `{"alg":"ES384"}`,
			`{"alg":"Ed25519"}`, `{"alg":"Ed448"}`, `{"alg":"ML-DSA-44"}`, `{"alg":"RSA-OAEP","enc":"A256GCM"}`,
		},
	} {
		for _, header := range headers {
			if header == "" {
				header = " "
			}
			_, err := jws.Parse(encode(header)+"."+parts[1]+"."+parts[2], limit)
			requireKind(t, kind, err, header)
		}
	}
}

func TestErrorsHaveNothingOfTheToken(t *testing.T) {
	for _, token := range []string{
		encode(`{"alg":"SECRET","kid":"SECRET"}`) + ".SECRET.SECRET", "SECRET", encode(`{"SECRET":1,"SECRET":2}`) + ".SECRET.SECRET",
		encode(`{"alg":"ES256","kid":SECRET}`) + ".SECRET.SECRET",
	} {
		_, err := jws.Parse(token, limit)
		require.Error(t, err)
		for _, verb := range []string{"%v", "%+v", "%#v"} {
			assert.NotContains(t, fmt.Sprintf(verb, err), "SECRET")
		}
	}
}

// FuzzParse checks that an accepted token has only one encoding: changing the token
// changes the signed content.
func FuzzParse(f *testing.F) {
	f.Add(strings.Join(parts[:], "."))
	f.Add("e30.e30.AA")
	f.Add("...")
	s := newSigner(f, jws.EdDSA)
	f.Fuzz(func(t *testing.T, token string) {
		parsed, err := jws.Parse(token, limit)
		if err != nil {
			var refusal *jws.Error
			require.ErrorAs(t, err, &refusal)
			return
		}
		assert.Empty(t, parsed.Payload())
		assert.Equal(t, 2, strings.Count(token, "."))
		for part := range strings.SplitSeq(token, ".") {
			assert.NotEmpty(t, part)
			assert.Empty(t, strings.Trim(part, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
		}
		require.Error(t, parsed.Verify(s.key), "the token is not signed")
		assert.Empty(t, parsed.Payload())
	})
}
