package mint

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	_ "embed"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
)

// Algorithm is a JWS algorithm that this package signs with (RFC 7518, section
// 3.1; RFC 8037, section 3.1).
type Algorithm string

// The algorithms of AuthPI's keys.
const (
	// ES256 is ECDSA on P-256 with SHA-256.
	ES256 Algorithm = "ES256"
	// RS256 is RSASSA-PKCS1-v1_5 with SHA-256, here with 2048 bits.
	RS256 Algorithm = "RS256"
	// EdDSA is Ed25519.
	EdDSA Algorithm = "EdDSA"
)

// Algorithms returns the algorithms that [NewKey] takes.
func Algorithms() []Algorithm { return []Algorithm{ES256, RS256, EdDSA} }

// Key is a test key pair. It is immutable and safe for concurrent use.
type Key struct {
	// ID is the key's opaque identifier (kid), derived from algorithm and label.
	ID string
	// Algorithm is what the key signs with.
	Algorithm Algorithm

	label   string
	private crypto.Signer
}

// NewKey returns the key of that algorithm and label: always the same one. RSA
// keys come from a small fixed pool, since making one takes tens of
// milliseconds; labels that differ in a final number alone ("k-1", "k-2") have
// different RSA keys, up to the pool's size of 6, any other two labels may share
// one. It panics on an algorithm that [Algorithms] does not return.
func NewKey(algorithm Algorithm, label string) *Key {
	k := &Key{ID: keyID(algorithm, label), Algorithm: algorithm, label: label}
	seed := sha256.Sum256([]byte("authpi-go test key\x00" + string(algorithm) + "\x00" + label))
	switch algorithm {
	case ES256:
		k.private = newP256Key(seed)
	case RS256:
		k.private = pooledRSAKey(poolIndex(label))
	case EdDSA:
		k.private = ed25519.NewKeyFromSeed(seed[:])
	default:
		panic(fmt.Sprintf("mint: no test keys for algorithm %q", algorithm))
	}
	return k
}

// Impostor returns another key pair under the same ID and algorithm: what an
// attacker signs with who knows the JWKS.
func (k *Key) Impostor() *Key {
	impostor := NewKey(k.Algorithm, k.label+" impostor")
	impostor.ID = k.ID
	if k.Algorithm == RS256 {
		// Half the pool away: far from the keys of the neighboring labels.
		impostor.private = pooledRSAKey((poolIndex(k.label) + rsaPoolSize/2) % rsaPoolSize)
	}
	return impostor
}

// Public returns the public key: *ecdsa.PublicKey, *rsa.PublicKey or
// ed25519.PublicKey.
func (k *Key) Public() crypto.PublicKey { return k.private.Public() }

// PEM returns the public key as a SubjectPublicKeyInfo in a PEM block: the bytes
// that a verifier confused by HS256 would take for a shared secret.
func (k *Key) PEM() []byte {
	der, err := x509.MarshalPKIXPublicKey(k.Public())
	if err != nil {
		panic(err) // the three kinds of key above can all be encoded
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// JWK returns the public key in AuthPI's form: kty, the key's own members, alg,
// use, kid and ext.
func (k *Key) JWK() Object {
	var jwk Object
	switch public := k.Public().(type) {
	case *ecdsa.PublicKey:
		point, err := public.Bytes() // 0x04, x, y
		if err != nil {
			panic(err) // the point was computed, not read
		}
		jwk = Object{{"kty", "EC"}, {"crv", "P-256"}, {"x", encode64(point[1:33])}, {"y", encode64(point[33:])}}
	case *rsa.PublicKey:
		exponent := big.NewInt(int64(public.E)).Bytes()
		jwk = Object{{"kty", "RSA"}, {"n", encode64(public.N.Bytes())}, {"e", encode64(exponent)}}
	case ed25519.PublicKey:
		jwk = Object{{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", encode64(public)}}
	}
	return append(jwk, Object{{"alg", k.Algorithm}, {"use", "sig"}, {"kid", k.ID}, {"ext", true}}...)
}

// MarshalJSON encodes the public key: see [Key.JWK].
func (k *Key) MarshalJSON() ([]byte, error) { return k.JWK().MarshalJSON() }

// signature signs what stands before the last dot. Without a source of
// randomness ECDSA is deterministic (RFC 6979), like the other two.
func (k *Key) signature(input string) []byte {
	digest := sha256.Sum256([]byte(input))
	switch private := k.private.(type) {
	case *ecdsa.PrivateKey:
		der, err := private.Sign(nil, digest[:], crypto.SHA256)
		if err != nil {
			panic(err) // a whole key and a whole digest
		}
		return rawSignature(der)
	case *rsa.PrivateKey:
		signature, err := rsa.SignPKCS1v15(nil, private, crypto.SHA256, digest[:])
		if err != nil {
			panic(err) // 2048 bits hold a SHA-256 digest
		}
		return signature
	default:
		return ed25519.Sign(k.private.(ed25519.PrivateKey), []byte(input))
	}
}

// AccessTokenHash returns the at_hash of an access token for an ID token signed
// with that algorithm: the left half of its hash (OpenID Connect Core 1.0,
// section 3.1.3.6). Ed25519 hashes with SHA-512.
func AccessTokenHash(algorithm Algorithm, accessToken string) string {
	if algorithm == EdDSA {
		sum := sha512.Sum512([]byte(accessToken))
		return encode64(sum[:sha512.Size/2])
	}
	sum := sha256.Sum256([]byte(accessToken))
	return encode64(sum[:sha256.Size/2])
}

// keyID has the form of a UUID, like AuthPI's.
func keyID(algorithm Algorithm, label string) string {
	sum := sha256.Sum256([]byte("authpi-go test kid\x00" + string(algorithm) + "\x00" + label))
	sum[6] = sum[6]&0x0f | 0x40
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func newP256Key(seed [32]byte) *ecdsa.PrivateKey {
	order := elliptic.P256().Params().N
	scalar := new(big.Int).SetBytes(seed[:])
	scalar.Mod(scalar, new(big.Int).Sub(order, big.NewInt(1)))
	scalar.Add(scalar, big.NewInt(1)) // 1 to order-1
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar.FillBytes(make([]byte, 32)))
	if err != nil {
		panic(err) // the scalar is in range
	}
	return private
}

// rsaTestingKeys are public test keys of 2048 bits.
//
//go:embed rsa_testing_keys.pem
var rsaTestingKeys []byte

const rsaPoolSize = 6

func pooledRSAKey(index int) *rsa.PrivateKey {
	block, rest := pem.Decode(rsaTestingKeys)
	for range index {
		block, rest = pem.Decode(rest)
	}
	private, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		panic(err) // the embedded keys are whole
	}
	return private
}

// poolIndex places a label by its prefix, then by the number (of at most four
// digits) at its end.
func poolIndex(label string) int {
	prefix := strings.TrimRight(label, "0123456789")
	prefix = label[:max(len(prefix), len(label)-4)]
	number := 0
	for _, digit := range label[len(prefix):] {
		number = 10*number + int(digit-'0')
	}
	sum := sha256.Sum256([]byte(prefix))
	return (int(sum[0]) + number) % rsaPoolSize
}

func encode64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
