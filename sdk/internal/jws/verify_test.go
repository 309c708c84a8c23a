package jws_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

var algorithms = []string{jws.RS256, jws.ES256, jws.EdDSA}

func TestVerify(t *testing.T) {
	for _, algorithm := range algorithms {
		t.Run(algorithm, func(t *testing.T) {
			s, other := newSigner(t, algorithm), newSigner(t, algorithm)
			payload := `{"sub":"` + strings.Repeat("u", 3000) + `"}`
			token := s.sign(s.header(), payload)

			parsed, err := verify(token, s.key)
			require.NoError(t, err)
			assert.Equal(t, payload, parsed.Payload())

			parsed, err = verify(token, other.key)
			requireKind(t, jws.Signature, err)
			assert.Empty(t, parsed.Payload())
			assert.Equal(t, payload, parsed.UnverifiedPayload())

			t.Run("changed payload", func(t *testing.T) {
				changed := strings.Replace(token, encode(payload), encode(payload+" "), 1)
				_, err := verify(changed, s.key)
				requireKind(t, jws.Signature, err)
			})
			t.Run("every bit of the signature counts", func(t *testing.T) {
				i := strings.LastIndexByte(token, '.') + 1
				signature, err := base64.RawURLEncoding.DecodeString(token[i:])
				require.NoError(t, err)
				for _, at := range []int{0, len(signature) / 2, len(signature) - 1} {
					signature[at] ^= 1
					_, err = verify(token[:i]+encode(string(signature)), s.key)
					requireKind(t, jws.Signature, err)
					signature[at] ^= 1
				}
				for _, wrong := range []string{string(signature[1:]), string(signature) + "\x00", "\x00" + string(signature)} {
					_, err = verify(token[:i]+encode(wrong), s.key)
					requireKind(t, jws.Signature, err)
				}
			})
			t.Run("signed in an encoding that is rejected", func(t *testing.T) {
				_, err := verify(s.seal(encode(s.header())+"=."+encode(payload)), s.key)
				requireKind(t, jws.Malformed, err)
			})
		})
	}
}

func TestVerifyTakesOneAlgorithmPerKey(t *testing.T) {
	signers := map[string]*signer{}
	for _, algorithm := range algorithms {
		signers[algorithm] = newSigner(t, algorithm)
	}
	for _, algorithm := range algorithms {
		token := signers[algorithm].sign(signers[algorithm].header(), `{}`)
		for _, other := range algorithms {
			key := *signers[other].key
			_, err := verify(token, &key)
			if other == algorithm {
				require.NoError(t, err)
				continue
			}
			requireKind(t, jws.Signature, err)

			key.Algorithm = algorithm // as if the key set had the wrong alg
			_, err = verify(token, &key)
			requireKind(t, jws.Signature, err)
		}
	}
	t.Run("unknown algorithm of a key", func(t *testing.T) {
		s := signers[jws.ES256]
		_, err := verify(s.sign(s.header(), `{}`), &jws.Key{Algorithm: "none"})
		requireKind(t, jws.Signature, err)
	})
}

func TestVerifyRefusesWeakKeys(t *testing.T) {
	t.Run("RSA of 1024 bits", func(t *testing.T) {
		t.Setenv("GODEBUG", "rsa1024min=0")
		weak, err := rsa.GenerateKey(rand.Reader, 1024)
		require.NoError(t, err)
		s := &signer{t, weak, &jws.Key{Algorithm: jws.RS256, Public: weak.Public()}}
		_, err = verify(s.sign(s.header(), `{}`), s.key)
		requireKind(t, jws.Signature, err)
	})
	t.Run("another curve", func(t *testing.T) {
		private, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
		require.NoError(t, err)
		s := newSigner(t, jws.ES256)
		_, err = verify(s.sign(s.header(), `{}`), &jws.Key{Algorithm: jws.ES256, Public: private.Public()})
		requireKind(t, jws.Signature, err)
	})
	t.Run("short Ed25519 key", func(t *testing.T) {
		s := newSigner(t, jws.EdDSA)
		_, err := verify(s.sign(s.header(), `{}`), &jws.Key{Algorithm: jws.EdDSA, Public: ed25519.PublicKey("short")})
		requireKind(t, jws.Signature, err)
	})
}

func TestES256TakesRawIntegersInRange(t *testing.T) {
	s := newSigner(t, jws.ES256)
	signed := encode(s.header()) + "." + encode(`{}`)
	signature := s.signature(signed)
	order := elliptic.P256().Params().N
	beyond := func(half []byte) []byte { // the same integer modulo the order, if 32 bytes can hold it
		return new(big.Int).Add(new(big.Int).SetBytes(half), order).FillBytes(make([]byte, 33))
	}
	zero, r, ss := make([]byte, 32), signature[:32], signature[32:]
	der, err := s.private.Sign(rand.Reader, make([]byte, 32), nil)
	require.NoError(t, err)
	for name, bad := range map[string][]byte{
		"zero r":            append(zero, ss...),
		"zero s":            append(append([]byte{}, r...), zero...),
		"zeros":             make([]byte, 64),
		"order as r":        append(order.Bytes(), ss...),
		"order as s":        append(append([]byte{}, r...), order.Bytes()...),
		"r beyond order":    append(beyond(r), ss...),
		"s beyond order":    append(append([]byte{}, r...), beyond(ss)...),
		"DER":               der,
		"halves swapped":    append(append([]byte{}, ss...), r...),
		"leading zero each": append(append([]byte{0}, r...), append([]byte{0}, ss...)...),
	} {
		_, err := verify(signed+"."+encode(string(bad)), s.key)
		requireKind(t, jws.Signature, err, name)
	}
	// With -s, the same message has a second valid signature, so a cache of tokens must
	// include the signature in its key.
	other := new(big.Int).Sub(order, new(big.Int).SetBytes(ss)).FillBytes(make([]byte, 32))
	_, err = verify(signed+"."+encode(string(append(append([]byte{}, r...), other...))), s.key)
	assert.NoError(t, err)
}

func TestKeysInHeaderAreIgnored(t *testing.T) {
	s, attacker := newSigner(t, jws.ES256), newSigner(t, jws.ES256)
	header := `{"alg":"ES256","kid":"k1","jku":"https://evil.example/","x5u":"https://evil.example/","x5c":["AA"],"jwk":{"kty":"EC"}}`
	_, err := verify(attacker.sign(header, `{}`), s.key)
	requireKind(t, jws.Signature, err)
	_, err = verify(s.sign(header, `{}`), s.key)
	assert.NoError(t, err)
}

func TestPublishedVectors(t *testing.T) {
	integer := func(text string) *big.Int {
		raw, err := base64.RawURLEncoding.DecodeString(text)
		require.NoError(t, err)
		return new(big.Int).SetBytes(raw)
	}
	t.Run("RFC 7515, appendix A.3", func(t *testing.T) {
		key := &jws.Key{Algorithm: jws.ES256, Public: &ecdsa.PublicKey{
			Curve: elliptic.P256(),
			X:     integer("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
			Y:     integer("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
		}}
		parsed, err := verify("eyJhbGciOiJFUzI1NiJ9."+
			"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."+
			"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q", key)
		require.NoError(t, err)
		assert.Contains(t, parsed.Payload(), `"iss":"joe"`)
	})
	t.Run("RFC 8037, appendix A.4", func(t *testing.T) {
		key := &jws.Key{Algorithm: jws.EdDSA, Public: ed25519.PublicKey(
			integer("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").Bytes())}
		parsed, err := verify("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."+
			"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg", key)
		require.NoError(t, err)
		assert.Equal(t, "Example of Ed25519 signing", parsed.Payload())
	})
}
