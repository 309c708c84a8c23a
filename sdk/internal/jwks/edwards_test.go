package jwks_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/jwks"
	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

// smallOrders lists the y coordinates of the eight points of small order, in
// little-endian hexadecimal with the sign bit of x clear.
var smallOrders = []string{
	"0100000000000000000000000000000000000000000000000000000000000000", // order 1
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // order 2
	"0000000000000000000000000000000000000000000000000000000000000000", // order 4
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // order 8
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // order 8
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p, which is 0
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // p + 1, which is 1
}

// anyonesSignature is the neutral point and the scalar 0. With a key of order n, it is
// valid for one message in n.
var anyonesSignature = append([]byte{1}, make([]byte, ed25519.SignatureSize-1)...)

func skippedReason(t *testing.T, point []byte) string {
	t.Helper()
	set := parse(t, fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","x":"%s"}`, encode(point)))
	if len(set.Skipped()) == 0 {
		assert.Len(t, set.Candidates(jws.Header{Algorithm: jws.EdDSA}), 1)
		return ""
	}
	assert.Empty(t, set.Candidates(jws.Header{Algorithm: jws.EdDSA}))
	return set.Skipped()[0].Reason
}

func TestKeysThatAcceptAnyonesSignatureAreSkipped(t *testing.T) {
	for _, text := range smallOrders {
		for _, sign := range []byte{0, 0x80} {
			point, err := hex.DecodeString(text)
			require.NoError(t, err)
			point[31] |= sign
			t.Run(hex.EncodeToString(point), func(t *testing.T) {
				forged := false
				for i := 0; i < 200 && !forged; i++ {
					forged = ed25519.Verify(point, []byte(strconv.Itoa(i)), anyonesSignature)
				}
				assert.True(t, forged, "package ed25519 accepts a forged signature")
				reason := "the point has a small order"
				if text[:2] == "ed" || text[:2] == "ee" {
					reason = "x is not the canonical encoding of a point"
				}
				assert.Equal(t, reason, skippedReason(t, point))
			})
		}
	}
}

func TestKeysThatAreNoPointAreSkipped(t *testing.T) {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	for y, reason := range map[*big.Int]string{
		big.NewInt(2):                       "the point is not on the curve",
		big.NewInt(7):                       "the point is not on the curve",
		new(big.Int).Add(p, big.NewInt(2)):  "x is not the canonical encoding of a point",
		new(big.Int).Add(p, big.NewInt(3)):  "x is not the canonical encoding of a point", // of a valid key
		new(big.Int).Add(p, big.NewInt(18)): "x is not the canonical encoding of a point",
		big.NewInt(3):                       "",
		new(big.Int).Sub(p, big.NewInt(3)):  "",
	} {
		assert.Equal(t, reason, skippedReason(t, littleEndian(y)), y)
	}
}

func littleEndian(y *big.Int) []byte {
	point := y.FillBytes(make([]byte, 32))
	slices.Reverse(point)
	return point
}

func TestSoundKeysAreKept(t *testing.T) {
	for range 50 {
		public, _, err := ed25519.GenerateKey(nil)
		require.NoError(t, err)
		assert.Empty(t, skippedReason(t, public))
	}
	assert.Empty(t, parse(t, okp(t, "")).Skipped())
}

func BenchmarkParseOfManyKeys(b *testing.B) {
	keys := make([]string, jwks.MaxKeys)
	for i := range keys {
		keys[i] = okp(b, fmt.Sprintf(`"kid":"%d",`, i))
	}
	body := document(keys...)
	for b.Loop() {
		if _, err := jwks.Parse(body); err != nil {
			b.Fatal(err)
		}
	}
}
