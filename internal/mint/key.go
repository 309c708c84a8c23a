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

// The algorithms that AuthPI signs with.
const (
	// ES256 is ECDSA on P-256 with SHA-256.
	ES256 Algorithm = "ES256"
	// RS256 is RSASSA-PKCS1-v1_5 with SHA-256. The keys of this package have 2048 bits.
	RS256 Algorithm = "RS256"
	// EdDSA is Ed25519.
	EdDSA Algorithm = "EdDSA"
)

// Algorithms returns the algorithms that [NewKey] accepts.
func Algorithms() []Algorithm { return []Algorithm{ES256, RS256, EdDSA} }

// Key is a test key pair. It is immutable and safe for concurrent use.
type Key struct {
	// ID is the key's opaque identifier (kid), derived from the algorithm and the label.
	ID string
	// Algorithm is the algorithm that the key signs with.
	Algorithm Algorithm

	label   string
	private crypto.Signer
}

// NewKey returns the key for an algorithm and a label, which is always the same. RSA keys
// come from a fixed pool of 6, because generating one takes tens of milliseconds. Labels
// that differ only in a final number ("k-1", "k-2") have different RSA keys, unless the
// numbers are 6 or more apart. Other labels may share a key. NewKey panics if
// [Algorithms] does not contain the algorithm.
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

// Impostor returns a different key pair with the same ID and algorithm, as an attacker
// who knows the JWKS would use.
func (k *Key) Impostor() *Key {
	impostor := NewKey(k.Algorithm, k.label+" impostor")
	impostor.ID = k.ID
	if k.Algorithm == RS256 {
		// Half the pool away, so that it differs from the keys of neighboring labels.
		impostor.private = pooledRSAKey((poolIndex(k.label) + rsaPoolSize/2) % rsaPoolSize)
	}
	return impostor
}

// Public returns the public key: *ecdsa.PublicKey, *rsa.PublicKey or
// ed25519.PublicKey.
func (k *Key) Public() crypto.PublicKey { return k.private.Public() }

// PEM returns the public key as a SubjectPublicKeyInfo in a PEM block. In an algorithm
// confusion attack, these bytes are the HS256 secret.
func (k *Key) PEM() []byte {
	der, err := x509.MarshalPKIXPublicKey(k.Public())
	if err != nil {
		panic(err) // cannot happen: all three key types can be encoded
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// JWK returns the public key with the members in AuthPI's order: kty, those of the key
// type, alg, use, kid and ext.
func (k *Key) JWK() Object {
	var jwk Object
	switch public := k.Public().(type) {
	case *ecdsa.PublicKey:
		point, err := public.Bytes() // 0x04, x, y
		if err != nil {
			panic(err) // cannot happen: the point was computed
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

// MarshalJSON encodes the public key as [Key.JWK] does.
func (k *Key) MarshalJSON() ([]byte, error) { return k.JWK().MarshalJSON() }

// signature signs the input. Without a source of randomness ECDSA is deterministic (RFC
// 6979), as the other two algorithms are.
func (k *Key) signature(input string) []byte {
	digest := sha256.Sum256([]byte(input))
	switch private := k.private.(type) {
	case *ecdsa.PrivateKey:
		der, err := private.Sign(nil, digest[:], crypto.SHA256)
		if err != nil {
			panic(err) // cannot happen: the key and the digest are valid
		}
		return rawSignature(der)
	case *rsa.PrivateKey:
		signature, err := rsa.SignPKCS1v15(nil, private, crypto.SHA256, digest[:])
		if err != nil {
			panic(err) // cannot happen: a 2048-bit key can sign a SHA-256 digest
		}
		return signature
	default:
		return ed25519.Sign(k.private.(ed25519.PrivateKey), []byte(input))
	}
}

// AccessTokenHash returns the at_hash of an access token for an ID token signed with this
// algorithm: the left half of the token's hash (OpenID Connect Core 1.0, section
// 3.1.3.6). EdDSA uses SHA-512.
func AccessTokenHash(algorithm Algorithm, accessToken string) string {
	if algorithm == EdDSA {
		sum := sha512.Sum512([]byte(accessToken))
		return encode64(sum[:sha512.Size/2])
	}
	sum := sha256.Sum256([]byte(accessToken))
	return encode64(sum[:sha256.Size/2])
}

// keyID returns a kid in the form of a UUID, as AuthPI's are.
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
		panic(err) // cannot happen: the scalar is in range
	}
	return private
}

// rsaTestingKeys holds 2048-bit private keys that are published for tests.
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
		panic(err) // cannot happen: the embedded keys are valid
	}
	return private
}

// poolIndex returns the index of a label's key in the pool. The prefix of the label
// determines a start, and the number at its end (at most four digits) is added.
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
