package verdict_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/interop/internal/flavor"
)

const notOurs = "the issuer signs with ES256, RS256 and EdDSA; a verifier allows the algorithms that it expects and no other " +
	"(RFC 8725, section 3.1)"

// TestForeignSignatures has tokens signed by golang-jwt, under keys that go-jose
// publishes: nothing of ours is in them.
func TestForeignSignatures(t *testing.T) {
	rsa2048 := rsaKey(t, 2048)
	tests := map[string]struct {
		method jwt.SigningMethod
		key    crypto.Signer
		ruling
	}{
		"ES256":           {jwt.SigningMethodES256, ecKey(t, elliptic.P256()), ruling{oracles: both}},
		"EdDSA":           {jwt.SigningMethodEdDSA, edKey(t), ruling{oracles: both}},
		"RS256, 2048 bit": {jwt.SigningMethodRS256, rsa2048, ruling{oracles: both}},
		"RS256, 1024 bit": {jwt.SigningMethodRS256, rsaKey(t, 1024), ruling{badSignature, false, both,
			"RSA keys have 2048 bits or more (RFC 7518, section 3.3)"}},
		"RS384": {jwt.SigningMethodRS384, rsa2048, ruling{badSignature, false, both, notOurs}},
		"RS512": {jwt.SigningMethodRS512, rsa2048, ruling{badSignature, false, both, notOurs}},
		"PS256": {jwt.SigningMethodPS256, rsa2048, ruling{badSignature, false, both, notOurs}},
		"ES384": {jwt.SigningMethodES384, ecKey(t, elliptic.P384()), ruling{badSignature, false, both, notOurs}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
				{Key: test.key.Public(), KeyID: "foreign", Use: "sig"},
			}})
			require.NoError(t, err)
			flavor.Each(t, func(t *testing.T, open flavor.Open) {
				i := newIssuer(t, set)
				p := newPanel(t, i, open, []publicKey{{"foreign", test.key.Public()}})
				p.assertRuling(t, signForeign(t, i, test.method, test.key), test.ruling)
			})
		})
	}
}

func signForeign(t *testing.T, i *issuer, method jwt.SigningMethod, key crypto.Signer) string {
	t.Helper()
	var claims jwt.MapClaims
	require.NoError(t, json.Unmarshal(i.claims().Bytes(), &claims))
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = "foreign"
	signed, err := token.SignedString(key)
	require.NoError(t, err)
	return signed
}

func rsaKey(t *testing.T, bits int) crypto.Signer {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	require.NoError(t, err)
	return key
}

func ecKey(t *testing.T, curve elliptic.Curve) crypto.Signer {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	return key
}

func edKey(t *testing.T) crypto.Signer {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return key
}
