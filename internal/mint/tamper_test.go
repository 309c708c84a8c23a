package mint_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
)

// goodSignature lists the tampers whose signature covers the spoiled token.
var goodSignature = []mint.Tamper{
	mint.AlgSwapped, mint.UnknownKeyID, mint.MissingKeyID, mint.DuplicateClaim, mint.DuplicateHeader,
	mint.TrailingData, mint.InvalidUTF8, mint.UnknownCritical, mint.EmptyCritical, mint.UnencodedPayload,
	mint.Compressed, mint.PaddedPayload, mint.TrailingBitsPayload, mint.LeadingSpace, mint.Oversized,
}

func TestTampersSpoilWhatTheySay(t *testing.T) {
	for _, algorithm := range mint.Algorithms() {
		key := mint.NewKey(algorithm, "k")
		token := key.Token("", mint.Object{{"iss", "https://idp.example"}, {"sub", "usr_1"}})
		for _, how := range mint.Tampers() {
			t.Run(string(algorithm)+"/"+string(how), func(t *testing.T) {
				spoiled, err := key.Tamper(token, how)
				if how == mint.DERSignature && algorithm != mint.ES256 {
					require.Error(t, err)
					return
				}
				require.NoError(t, err)
				require.NotEqual(t, token, spoiled)
				again, err := key.Tamper(token, how)
				require.NoError(t, err)
				assert.Equal(t, spoiled, again, "deterministic")

				// Verifiers never count a leading space as signed, so check the token
				// after it.
				good := verifies(key, strings.TrimPrefix(spoiled, " "))
				assert.Equal(t, slices.Contains(goodSignature, how), good)
			})
		}
	}
}

func TestTamperDetails(t *testing.T) {
	key := mint.NewKey(mint.ES256, "k")
	token := key.Token("", mint.Object{{"sub", "usr_1"}})
	spoil := func(how mint.Tamper) string {
		spoiled, err := key.Tamper(token, how)
		require.NoError(t, err)
		return spoiled
	}
	part := func(spoiled string, index int) string {
		decoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.Split(spoiled, ".")[index], "="))
		require.NoError(t, err)
		return string(decoded)
	}

	assert.Equal(t, `{"sub":"usr_attacker","sub":"usr_1"}`, part(spoil(mint.DuplicateClaim), 1))
	assert.Equal(t, `{"alg":"none","alg":"ES256","kid":"`+key.ID+`"}`, part(spoil(mint.DuplicateHeader), 0))
	assert.Equal(t, `{"sub":"usr_1","admin":true}`, part(spoil(mint.ChangedPayload), 1))
	assert.Equal(t, `{"sub":"usr_1"}{}`, part(spoil(mint.TrailingData), 1))
	assert.Equal(t, "{\"sub\":\"usr_1\",\"broken\":\"\x80\"}", part(spoil(mint.InvalidUTF8), 1))
	assert.Equal(t, `{"alg":"ES256","kid":"`+key.ID+`","crit":["x-unknown"],"x-unknown":true}`,
		part(spoil(mint.UnknownCritical), 0))
	assert.NotContains(t, part(spoil(mint.MissingKeyID), 0), "kid")
	assert.Contains(t, part(spoil(mint.EmbeddedKey), 0), `"jwk":{"`)
	assert.Contains(t, spoil(mint.PaddedPayload), "=")
	assert.True(t, strings.HasSuffix(spoil(mint.PaddedSignature), "=="))
	assert.Equal(t, part(token, 2), part(spoil(mint.TrailingBitsSignature), 2), "the decoder ignores the bits")
	assert.Equal(t, part(token, 1), strings.TrimSpace(part(spoil(mint.TrailingBitsPayload), 1)))
	assert.Len(t, strings.Split(spoil(mint.Encrypted), "."), 5)
	assert.Len(t, strings.Split(spoil(mint.DropSignature), "."), 2)
	assert.True(t, strings.HasPrefix(part(spoil(mint.DERSignature), 2), "\x30"))
	assert.Greater(t, len(spoil(mint.Oversized)), 128<<10)
	assert.True(t, verifies(key.Impostor(), spoil(mint.WrongKey)))
	assert.True(t, verifies(key.Impostor(), spoil(mint.EmbeddedKey)))
	assert.True(t, verifies(key.Impostor(), spoil(mint.KeyURL)))
}

func TestTamperRefuses(t *testing.T) {
	key := mint.NewKey(mint.ES256, "k")
	for name, test := range map[string]struct {
		token string
		how   mint.Tamper
	}{
		"unknown tamper": {key.Token("", nil), "no_such"},
		"not compact":    {"token", mint.FlipBit},
		"not an object":  {key.Sign([]byte("[]"), []byte("{}")), mint.FlipBit},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := key.Tamper(test.token, test.how)
			assert.Error(t, err)
		})
	}
}

func TestTamperOfEmptyClaims(t *testing.T) {
	key := mint.NewKey(mint.EdDSA, "k")
	for _, how := range []mint.Tamper{mint.DuplicateClaim, mint.ChangedPayload} {
		spoiled, err := key.Tamper(key.Sign([]byte("{}"), []byte(" { } ")), how)
		require.NoError(t, err)
		_, payload, _, err := mint.Split(spoiled)
		require.NoError(t, err)
		assert.NotContains(t, string(payload), ",", how)
	}
}

// A signature made without a private key is valid for each key of small order, and for no
// other key.
func TestSmallOrderSignatures(t *testing.T) {
	for name, jwk := range mint.UnusableJWKs() {
		var key struct {
			KeyID string `json:"kid"`
			X     string `json:"x"`
		}
		if json.Unmarshal([]byte(jwk), &key) != nil || !strings.HasPrefix(name, "ed25519_") {
			continue
		}
		signer := mint.NewKey(mint.EdDSA, "k")
		header := signer.Header("").With("kid", key.KeyID).Bytes()
		spoiled, err := signer.Tamper(signer.Sign(header, []byte(`{"sub":"usr_1"}`)), mint.SmallOrder)
		require.NoError(t, err)
		dot := strings.LastIndexByte(spoiled, '.')
		signature, err := base64.RawURLEncoding.DecodeString(spoiled[dot+1:])
		require.NoError(t, err)
		public, err := base64.RawURLEncoding.DecodeString(key.X)
		require.NoError(t, err)
		good := ed25519.Verify(public, []byte(spoiled[:dot]), signature)
		assert.Equal(t, name != "ed25519_off_curve", good, name)
	}
}
