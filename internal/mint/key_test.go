package mint_test

import (
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
)

func TestNewKeyIsDeterministic(t *testing.T) {
	for _, algorithm := range mint.Algorithms() {
		t.Run(string(algorithm), func(t *testing.T) {
			first, again := mint.NewKey(algorithm, "k-1"), mint.NewKey(algorithm, "k-1")
			other, impostor := mint.NewKey(algorithm, "k-2"), first.Impostor()
			claims := mint.Object{{Name: "sub", Value: "usr_1"}}

			assert.Equal(t, first.Token("", claims), again.Token("", claims))
			assert.Equal(t, first.JWK(), again.JWK())
			assert.NotEqual(t, first.ID, other.ID)
			assert.NotEqual(t, first.Public(), other.Public())
			assert.Equal(t, first.ID, impostor.ID)
			assert.NotEqual(t, first.Public(), impostor.Public())
			assert.Regexp(t, regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`), first.ID)
		})
	}
}

func TestRSAKeysOfNeighboringLabelsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for i := range 6 {
		public := mint.NewKey(mint.RS256, fmt.Sprintf("generation-%d", i+8)).Public().(*rsa.PublicKey)
		assert.Equal(t, 2048, public.N.BitLen())
		seen[public.N.String()] = true
	}
	assert.Len(t, seen, 6)
}

func TestNewKeyPanicsOnUnknownAlgorithm(t *testing.T) {
	assert.Panics(t, func() { mint.NewKey("HS256", "k") })
}

func TestJWKHasTheMembersOfAuthPI(t *testing.T) {
	members := map[mint.Algorithm][]string{
		mint.ES256: {"kty", "crv", "x", "y", "alg", "use", "kid", "ext"},
		mint.RS256: {"kty", "n", "e", "alg", "use", "kid", "ext"},
		mint.EdDSA: {"kty", "crv", "x", "alg", "use", "kid", "ext"},
	}
	for algorithm, want := range members {
		var got []string
		for _, member := range mint.NewKey(algorithm, "k").JWK() {
			got = append(got, member.Name)
		}
		assert.Equal(t, want, got, algorithm)
	}
}

func TestJWKSKeepsBrokenMembers(t *testing.T) {
	good := mint.NewKey(mint.ES256, "k")
	var keys []json.Marshaler
	for _, bad := range mint.UnusableJWKs() {
		keys = append(keys, bad)
	}
	keys = append(keys, good, good.EncryptionOnly())

	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	require.NoError(t, json.Unmarshal(mint.JWKS(keys...), &set))
	require.Len(t, set.Keys, len(keys))
	assert.JSONEq(t, string(good.JWK().Bytes()), string(set.Keys[len(keys)-2]))
	assert.JSONEq(t, `{"keys":[]}`, string(mint.JWKS()))
	assert.Equal(t, `{"keys":[{,{}]}`, string(mint.JWKS(mint.JWK("{"), mint.JWKEmpty)))
}

// The expected values were computed with openssl dgst and base64.
func TestAccessTokenHash(t *testing.T) {
	for _, algorithm := range []mint.Algorithm{mint.ES256, mint.RS256} {
		assert.Equal(t, "LPJNul-wow4m6Dsqxbning", mint.AccessTokenHash(algorithm, "hello"))
	}
	assert.Equal(t, "m3HSJL1i83hdltRq0-o9czGb-8KJDKra4t_3JRlnPKc", mint.AccessTokenHash(mint.EdDSA, "hello"))
}
