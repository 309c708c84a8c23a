package jwks_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/jwks"
	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// okp returns an Ed25519 key with additional members, such as `"kid":"a",`.
func okp(t testing.TB, members string) string {
	t.Helper()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return fmt.Sprintf(`{%s"kty":"OKP","crv":"Ed25519","x":"%s"}`, members, encode(public))
}

// ec returns a P-256 key.
func ec(t testing.TB, members string) string {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	point, err := private.PublicKey.Bytes()
	require.NoError(t, err)
	return fmt.Sprintf(`{%s"kty":"EC","crv":"P-256","x":"%s","y":"%s"}`, members, encode(point[1:33]), encode(point[33:]))
}

// modulus is a 2048-bit modulus without a private key.
var modulus = sync.OnceValue(func() *big.Int {
	private, err := rsa.GenerateKey(rand.Reader, jws.MinRSABits)
	if err != nil {
		panic(err)
	}
	return private.N
})

// rsaKey returns an RSA key.
func rsaKey(members string, n *big.Int, e int64) string {
	return fmt.Sprintf(`{%s"kty":"RSA","n":"%s","e":"%s"}`, members, encode(n.Bytes()), encode(big.NewInt(e).Bytes()))
}

func document(keys ...string) []byte {
	return []byte(`{"keys":[` + strings.Join(keys, ",") + `]}`)
}

func parse(t testing.TB, keys ...string) *jwks.Set {
	t.Helper()
	set, err := jwks.Parse(document(keys...))
	require.NoError(t, err)
	return set
}

func TestCandidates(t *testing.T) {
	set := parse(t,
		ec(t, `"kid":"a","alg":"ES256","use":"sig","ext":true,`), okp(t, `"kid":"a","key_ops":["verify"],`),
		rsaKey(`"kid":"b","alg":"RS256",`, modulus(), 65537), okp(t, `"kid":"c","alg":"EdDSA",`), okp(t, ""),
		ec(t, `"kid":"A",`), ec(t, `"kid":"A",`),
	)
	assert.Empty(t, set.Skipped())
	for header, want := range map[jws.Header]int{
		{Algorithm: jws.ES256, KeyID: "a"}: 1,
		{Algorithm: jws.EdDSA, KeyID: "a"}: 1,
		{Algorithm: jws.RS256, KeyID: "a"}: 0,
		{Algorithm: jws.RS256, KeyID: "b"}: 1,
		{Algorithm: jws.ES256, KeyID: "A"}: 2,
		{Algorithm: jws.ES256, KeyID: "z"}: 0,
		{Algorithm: jws.EdDSA}:             3,
		{Algorithm: jws.ES256}:             3,
		{Algorithm: "none"}:                0,
	} {
		keys := set.Candidates(header)
		assert.Len(t, keys, want, header)
		for _, key := range keys {
			assert.Equal(t, header.Algorithm, key.Algorithm)
			if header.KeyID != "" {
				assert.Equal(t, header.KeyID, key.ID)
			}
			assert.True(t, set.Has(key))
		}
	}
	t.Run("are bounded", func(t *testing.T) {
		var keys []string
		for range 20 {
			keys = append(keys, okp(t, `"kid":"a",`))
		}
		set := parse(t, keys...)
		assert.Len(t, set.Candidates(jws.Header{Algorithm: jws.EdDSA}), jwks.MaxCandidates)
		assert.Len(t, set.Candidates(jws.Header{Algorithm: jws.EdDSA, KeyID: "a"}), jwks.MaxCandidates)
	})
}

func TestHas(t *testing.T) {
	a, b, named := ec(t, `"kid":"a",`), ec(t, `"kid":"a",`), jws.Header{Algorithm: jws.ES256, KeyID: "a"}
	first := parse(t, a)
	key := first.Candidates(named)[0]
	assert.True(t, parse(t, a, b).Has(key), "another document with the same key")
	assert.False(t, parse(t, b).Has(key), "another key of the same kid")
	assert.False(t, parse(t, strings.Replace(a, `"kid":"a"`, `"kid":"b"`, 1)).Has(key), "another kid of the same key")
	assert.False(t, parse(t).Has(key))
}

func TestThumbprints(t *testing.T) {
	for want, key := range map[string]string{
		// RFC 7638, section 3.1
		"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs": `{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx` +
			`4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ` +
			`5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0f` +
			`M4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}`,
		// RFC 8037, appendix A.3
		"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k": `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwI` +
			`aaPcHURo"}`,
	} {
		set := parse(t, key)
		var found []*jws.Key
		for _, algorithm := range []string{jws.RS256, jws.EdDSA} {
			found = append(found, set.Candidates(jws.Header{Algorithm: algorithm})...)
		}
		require.Len(t, found, 1)
		assert.Equal(t, want, encode(found[0].Thumbprint[:]))
	}
	t.Run("do not depend on spelling", func(t *testing.T) {
		padded := append([]byte{0}, modulus().Bytes()...)
		set := parse(t, rsaKey("", modulus(), 65537), fmt.Sprintf(`{"kty":"RSA","n":"%s","e":"AAEAAQ"}`, encode(padded)))
		keys := set.Candidates(jws.Header{Algorithm: jws.RS256})
		require.Len(t, keys, 2)
		assert.Equal(t, keys[0].Thumbprint, keys[1].Thumbprint)
	})
}

func TestBadKeysAreSkipped(t *testing.T) {
	point := func(x, y int) string {
		return fmt.Sprintf(`{"kty":"EC","crv":"P-256","x":"%s","y":"%s"}`, encode(make([]byte, x)), encode(make([]byte, y)))
	}
	one := big.NewInt(1)
	bits := func(n uint) *big.Int { return new(big.Int).Add(new(big.Int).Lsh(one, n-1), one) }
	for key, reason := range map[string]string{
		`{}`:        "kty is missing",
		`null`:      "not an object",
		`"key"`:     "not an object",
		`[{}]`:      "not an object",
		`{"kty":5}`: "a member is not a string, or is empty",
		`{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}`: "crv is not P-256",
		`{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}`:     "crv is not P-256",
		`{"kty":"EC"}`:                                            "crv is not P-256",
		`{"kty":"EC","crv":"P-256"}`:                              "x or y does not have the size of the curve",
		`{"kty":"OKP","crv":"Ed448","x":"AA"}`:                    "crv is not Ed25519",
		`{"kty":"OKP","crv":"X25519","x":"AA"}`:                   "crv is not Ed25519",
		`{"kty":"OKP","crv":"Ed25519","x":"AA"}`:                  "x does not have the size of the curve",
		`{"kty":"AKP","alg":"ML-DSA-44","pub":"AA"}`:              "kty is not known",
		`{"kty":"AKP","alg":"ML-DSA-44","pub":"AA","priv":"AA"}`:  "has a private member",
		`{"kty":"oct","k":"AAAA"}`:                                "has a private member",
		`{"kty":"rsa","n":"AQ","e":"AQ"}`:                         "kty is not known",
		`{"kty":"RSA","e":"AQAB"}`:                                "n or e is missing",
		`{"kty":"RSA","n":"AQ"}`:                                  "n or e is missing",
		`{"kty":"RSA","n":"","e":"AQAB"}`:                         "a member is not base64url",
		`{"kty":"RSA","n":"AQ==","e":"AQAB"}`:                     "a member is not base64url",
		`{"kty":"RSA","n":"A\nQ","e":"AQAB"}`:                     "a member is not base64url",
		`{"kty":"RSA","n":"+/","e":"AQAB"}`:                       "a member is not base64url",
		`{"kty":"RSA","n":"AB","e":"AQAB"}`:                       "a member is not base64url",
		`{"kty":"RSA","n":[1],"e":"AQAB"}`:                        "a member is not base64url",
		rsaKey("", bits(1024), 65537):                             "the modulus is too small",
		rsaKey("", bits(2047), 65537):                             "the modulus is too small",
		rsaKey("", bits(8193), 65537):                             "the modulus is too large",
		rsaKey("", new(big.Int).Lsh(one, 2047), 65537):            "the modulus is even",
		rsaKey("", modulus(), 1):                                  "the exponent is even, too small or too large",
		rsaKey("", modulus(), 65536):                              "the exponent is even, too small or too large",
		rsaKey("", modulus(), 1<<32+1):                            "the exponent is even, too small or too large",
		rsaKey(`"alg":"PS256",`, modulus(), 65537):                "alg is not the one that the SDK uses with this type of key",
		rsaKey(`"alg":"RS512",`, modulus(), 65537):                "alg is not the one that the SDK uses with this type of key",
		rsaKey(`"alg":"RSA-OAEP","use":"enc",`, modulus(), 65537): "use is not sig",
		rsaKey(`"d":"AQ",`, modulus(), 65537):                     "has a private member",
		rsaKey(`"p":"AQ","q":"AQ",`, modulus(), 65537):            "has a private member",
		rsaKey(`"kid":5,`, modulus(), 65537):                      "a member is not a string, or is empty",
		ec(t, `"use":"enc",`):                                     "use is not sig",
		ec(t, `"key_ops":["sign"],`):                              "key_ops does not have verify",
		ec(t, `"key_ops":["sign",null],`):                         "key_ops does not have verify",
		ec(t, `"oth":[{}],`):                                      "has a private member",
		ec(t, `"oth":"",`):                                        "has a private member",
		ec(t, `"d":[],`):                                          "has a private member",
		ec(t, `"key_ops":"verify",`):                              "key_ops is not an array",
		ec(t, `"alg":"ES384",`):                                   "alg is not the one that the SDK uses with this type of key",
		ec(t, `"d":"AQ",`):                                        "has a private member",
		okp(t, `"alg":"ES256",`):                                  "alg is not the one that the SDK uses with this type of key",
		point(32, 32):                                             "the point is not on the curve",
		point(31, 32):                                             "x or y does not have the size of the curve",
		point(32, 33):                                             "x or y does not have the size of the curve",
	} {
		good := ec(t, `"kid":"good",`)
		set := parse(t, key, good, key)
		assert.Equal(t, []jwks.Skipped{{Index: 0, Reason: reason}, {Index: 2, Reason: reason}}, set.Skipped(), key)
		assert.Len(t, set.Candidates(jws.Header{Algorithm: jws.ES256, KeyID: "good"}), 1, key)
		for _, algorithm := range []string{jws.RS256, jws.EdDSA} {
			assert.Empty(t, set.Candidates(jws.Header{Algorithm: algorithm}), key)
		}
	}
}

func TestParseRefusesDocuments(t *testing.T) {
	for _, body := range []string{
		``, `null`, `[]`, `{}`, `"keys"`, `{"Keys":[]}`, `{"keys":{}}`, `{"keys":null}`, `{"keys":[]}x`, `{"keys":[`, `{"keys":[],"keys":[]}`,
		`{"keys":[{"kty":"RSA","kty":"EC"}]}`, `{"keys":[{"kid":"` + "\xff" + `"}]}`, `<html>`,
		`{"keys":[]` + strings.Repeat(" ", jwks.MaxBytes) + `}`,
	} {
		_, err := jwks.Parse([]byte(body))
		assert.ErrorContains(t, err, "key set: ", "%.60s", body)
	}
	t.Run("a set may have no usable key", func(t *testing.T) {
		assert.Empty(t, parse(t).Skipped())
	})
	t.Run("keys beyond the limit are ignored", func(t *testing.T) {
		keys := make([]string, jwks.MaxKeys, jwks.MaxKeys+1)
		for i := range keys {
			keys[i] = `{}`
		}
		set := parse(t, append(keys, ec(t, ""))...)
		assert.Empty(t, set.Candidates(jws.Header{Algorithm: jws.ES256}))
		assert.Len(t, set.Skipped(), jwks.MaxKeys)
	})
}

func FuzzParse(f *testing.F) {
	f.Add(document(ec(f, `"kid":"a",`), okp(f, ""), rsaKey("", modulus(), 3)))
	f.Add([]byte(`{"keys":[{},null,{"kty":"EC","crv":"P-256","x":"","y":""}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		set, err := jwks.Parse(body)
		if err != nil {
			return
		}
		for _, algorithm := range []string{jws.ES256, jws.RS256, jws.EdDSA} {
			for _, key := range set.Candidates(jws.Header{Algorithm: algorithm}) {
				assert.Equal(t, algorithm, key.Algorithm)
				assert.NotNil(t, key.Public)
				assert.True(t, set.Has(key))
			}
		}
	})
}
