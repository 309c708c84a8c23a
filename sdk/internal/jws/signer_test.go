package jws_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

const limit = 16 << 10 // 16 KiB

// signer signs valid and invalid tokens.
type signer struct {
	t       testing.TB
	private crypto.Signer
	key     *jws.Key
}

func newSigner(t testing.TB, algorithm string) *signer {
	t.Helper()
	var private crypto.Signer
	var err error
	switch algorithm {
	case jws.ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jws.RS256:
		private, err = rsa.GenerateKey(rand.Reader, jws.MinRSABits)
	case jws.EdDSA:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	}
	require.NoError(t, err)
	return &signer{t, private, &jws.Key{ID: "k1", Algorithm: algorithm, Public: private.Public()}}
}

// sign returns header.payload.signature. It does not check the header and the payload.
func (s *signer) sign(header, payload string) string {
	s.t.Helper()
	return s.seal(encode(header) + "." + encode(payload))
}

// seal signs any string and appends the signature.
func (s *signer) seal(signed string) string {
	s.t.Helper()
	return signed + "." + encode(string(s.signature(signed)))
}

func (s *signer) signature(signed string) []byte {
	s.t.Helper()
	digest := sha256.Sum256([]byte(signed))
	var signature []byte
	var err error
	switch private := s.private.(type) {
	case *ecdsa.PrivateKey:
		r, ss, failed := ecdsa.Sign(rand.Reader, private, digest[:])
		require.NoError(s.t, failed)
		signature = make([]byte, 64)
		r.FillBytes(signature[:32])
		ss.FillBytes(signature[32:])
	case *rsa.PrivateKey:
		signature, err = rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, digest[:])
	case ed25519.PrivateKey:
		signature = ed25519.Sign(private, []byte(signed))
	}
	require.NoError(s.t, err)
	return signature
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// header returns the usual header of the signer.
func (s *signer) header() string { return `{"alg":"` + s.key.Algorithm + `","kid":"k1","typ":"JWT"}` }

// verify parses and verifies a token.
func verify(token string, key *jws.Key) (*jws.Token, error) {
	parsed, err := jws.Parse(token, limit)
	if err != nil {
		return nil, err
	}
	return parsed, parsed.Verify(key)
}

// requireKind requires an *Error of this kind.
func requireKind(t testing.TB, want jws.Kind, err error, message ...any) {
	t.Helper()
	var refusal *jws.Error
	require.ErrorAs(t, err, &refusal, message...)
	require.Equal(t, want, refusal.Kind, message...)
}
