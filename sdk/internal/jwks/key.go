package jwks

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"

	"github.com/arbfay/authpi-go/sdk/internal/jws"
	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

// jwk holds the members of a JSON Web Key that are used.
type jwk struct {
	kty, crv, alg, use, kid string
	n, e, x, y              []byte
	verifies                bool // key_ops is absent, empty or contains verify
	reason                  string
}

// readKey reads an element of the set. It returns the key, or the kid and the reason why
// it is skipped.
func readKey(s *strictjson.Scanner) (key *jws.Key, kid, reason string) {
	if !s.Object() {
		return nil, "", "not an object"
	}
	k := jwk{verifies: true}
	for member, ok := s.Member(); ok; member, ok = s.Member() {
		k.read(s, member)
	}
	key, reason = k.public()
	return key, k.kid, reason
}

// public returns the key, or the reason why it is skipped.
func (k *jwk) public() (key *jws.Key, reason string) {
	if k.reason != "" {
		return nil, k.reason
	}
	if k.use != "" && k.use != "sig" {
		return nil, "use is not sig"
	}
	if !k.verifies {
		return nil, "key_ops does not have verify"
	}
	switch k.kty {
	case "RSA":
		return k.rsa()
	case "EC":
		return k.ec()
	case "OKP":
		return k.okp()
	case "":
		return nil, "kty is missing"
	default:
		return nil, "kty is not known"
	}
}

// read reads one member of the key. Null and empty lists count as absent, because .NET
// serializers write every known member into every key.
func (k *jwk) read(s *strictjson.Scanner, member string) {
	if s.Kind() == strictjson.KindNull {
		s.Skip()
		return
	}
	switch member {
	case "kty":
		k.text(s, &k.kty)
	case "crv":
		k.text(s, &k.crv)
	case "alg":
		k.text(s, &k.alg)
	case "use":
		k.text(s, &k.use)
	case "kid":
		k.text(s, &k.kid)
	case "n":
		k.bytes(s, &k.n)
	case "e":
		k.bytes(s, &k.e)
	case "x":
		k.bytes(s, &k.x)
	case "y":
		k.bytes(s, &k.y)
	case "key_ops":
		k.operations(s)
	case "d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv":
		// A published private or symmetric key is compromised: anyone can sign with it.
		if value := s.Raw(); member != "oth" || !isEmptyList(value) {
			k.skip("has a private member")
		}
	default:
		s.Skip()
	}
}

// skip records the first reason to skip the key.
func (k *jwk) skip(reason string) {
	if k.reason == "" {
		k.reason = reason
	}
}

// text reads a non-empty string.
func (k *jwk) text(s *strictjson.Scanner, to *string) {
	text, ok := s.String()
	if !ok || text == "" {
		k.skip("a member is not a string, or is empty")
	}
	*to = strings.Clone(text) // so that a kid does not keep the whole document in memory
}

// bytes reads base64url. RFC 7517 does not allow line breaks, which package base64 skips.
func (k *jwk) bytes(s *strictjson.Scanner, to *[]byte) {
	text, ok := s.String()
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if !ok || err != nil || len(decoded) == 0 || strings.ContainsAny(text, "\r\n") {
		k.skip("a member is not base64url")
	}
	*to = decoded
}

// operations reads key_ops.
func (k *jwk) operations(s *strictjson.Scanner) {
	if !s.Array() {
		k.skip("key_ops is not an array")
		return
	}
	empty, verifies := true, false
	for s.Element() {
		operation, _ := s.String()
		empty, verifies = false, verifies || operation == "verify"
	}
	k.verifies = empty || verifies
}

// isEmptyList reports whether a JSON value is a list without elements.
func isEmptyList(value string) bool {
	inner, isList := strings.CutPrefix(value, "[")
	return isList && strings.TrimSpace(inner) == "]"
}

// key completes a key whose public part is known. The thumbprint is the hash of the
// required members, sorted by name (RFC 7638, section 3), in their shortest form.
func (k *jwk) key(algorithm string, public any, thumbprinted string) (*jws.Key, string) {
	if k.alg != "" && k.alg != algorithm {
		return nil, "alg is not the one that the SDK uses with this type of key"
	}
	return &jws.Key{ID: k.kid, Algorithm: algorithm, Public: public, Thumbprint: sha256.Sum256([]byte(thumbprinted))}, ""
}

func (k *jwk) rsa() (*jws.Key, string) {
	const maxBits = 8192 // with a larger key, a verification takes too long for a login
	n := new(big.Int).SetBytes(k.n)
	e := new(big.Int).SetBytes(k.e)
	switch bits := n.BitLen(); {
	case len(k.n) == 0 || len(k.e) == 0:
		return nil, "n or e is missing"
	case bits < jws.MinRSABits:
		return nil, "the modulus is too small"
	case bits > maxBits:
		return nil, "the modulus is too large"
	case n.Bit(0) == 0:
		return nil, "the modulus is even"
	case e.BitLen() > 31 || e.Int64() < 3 || e.Bit(0) == 0:
		return nil, "the exponent is even, too small or too large"
	}
	thumbprinted := fmt.Sprintf(`{"e":"%s","kty":"RSA","n":"%s"}`, encode(e.Bytes()), encode(n.Bytes()))
	return k.key(jws.RS256, &rsa.PublicKey{N: n, E: int(e.Int64())}, thumbprinted)
}

func (k *jwk) ec() (*jws.Key, string) {
	const size = 32
	if k.crv != "P-256" {
		return nil, "crv is not P-256"
	}
	if len(k.x) != size || len(k.y) != size {
		return nil, "x or y does not have the size of the curve"
	}
	// SEC 1, section 2.3.3; this also checks that the point is on the curve.
	point := bytes.Join([][]byte{{4}, k.x, k.y}, nil)
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, "the point is not on the curve"
	}
	return k.key(jws.ES256, public, fmt.Sprintf(`{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}`, encode(k.x), encode(k.y)))
}

func (k *jwk) okp() (*jws.Key, string) {
	if k.crv != "Ed25519" {
		return nil, "crv is not Ed25519"
	}
	if len(k.x) != ed25519.PublicKeySize {
		return nil, "x does not have the size of the curve"
	}
	if defect := edwardsDefect(k.x); defect != "" {
		return nil, defect
	}
	return k.key(jws.EdDSA, ed25519.PublicKey(k.x), fmt.Sprintf(`{"crv":"Ed25519","kty":"OKP","x":"%s"}`, encode(k.x)))
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
