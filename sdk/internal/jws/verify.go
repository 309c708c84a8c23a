package jws

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"math/big"
)

// Key is a public key for verifying tokens. It is immutable.
type Key struct {
	// ID is the key's kid, empty if it has none. It only helps to find the key; Verify
	// ignores it.
	ID string

	// Algorithm is the only algorithm that the key may be used with.
	Algorithm string

	// Public is an *ecdsa.PublicKey on P-256 for ES256, an *rsa.PublicKey for RS256, an ed25519.PublicKey for EdDSA.
	Public crypto.PublicKey

	// Thumbprint is the SHA-256 thumbprint of the key (RFC 7638).
	Thumbprint [sha256.Size]byte
}

// Verify checks the signature with a key, which must be for the algorithm of the token's header. The error is an *Error
// of kind Signature.
func (t *Token) Verify(key *Key) error {
	// The key determines the algorithm, never the header (RFC 8725, section 3.1).
	if key.Algorithm != t.Header.Algorithm {
		return badSignature("the key is for another algorithm")
	}
	var fits, good bool
	switch key.Algorithm {
	case ES256:
		var public *ecdsa.PublicKey
		if public, fits = key.Public.(*ecdsa.PublicKey); fits {
			fits = public.Curve == elliptic.P256()
			good = fits && t.verifyES256(public)
		}
	case RS256:
		var public *rsa.PublicKey
		if public, fits = key.Public.(*rsa.PublicKey); fits {
			fits = public.N.BitLen() >= MinRSABits
			good = fits && t.verifyRS256(public)
		}
	case EdDSA:
		var public ed25519.PublicKey
		if public, fits = key.Public.(ed25519.PublicKey); fits {
			fits = len(public) == ed25519.PublicKeySize // ed25519.Verify panics on any other length
			good = fits && t.verifyEdDSA(public)
		}
	}
	switch {
	case !fits:
		return badSignature("the key is not valid for its algorithm")
	case !good:
		return badSignature("wrong signature")
	}
	t.verified = true
	return nil
}

// verifyES256 expects the two integers concatenated (RFC 7518, section 3.4), not in DER.
// ecdsa.Verify rejects integers that are zero or not below the group's order.
func (t *Token) verifyES256(public *ecdsa.PublicKey) bool {
	const size = 32
	signature, ok := t.signatureOf(2 * size)
	if !ok {
		return false
	}
	digest := Sum256(t.signed)
	r := new(big.Int).SetBytes(signature[:size])
	s := new(big.Int).SetBytes(signature[size:])
	return ecdsa.Verify(public, digest[:], r, s)
}

func (t *Token) verifyRS256(public *rsa.PublicKey) bool {
	signature, ok := t.signatureOf(public.Size())
	if !ok {
		return false
	}
	digest := Sum256(t.signed)
	return rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature) == nil
}

func (t *Token) verifyEdDSA(public ed25519.PublicKey) bool {
	signature, ok := t.signatureOf(ed25519.SignatureSize)
	return ok && ed25519.Verify(public, []byte(t.signed), signature)
}

// signatureOf decodes the signature if it has exactly size bytes and the payload is
// base64url. It checks the size first, because that is cheap even if the payload is
// large.
func (t *Token) signatureOf(size int) ([]byte, bool) {
	if len(t.signature) != encoding.EncodedLen(size) || !t.hasPayload() {
		return nil, false
	}
	signature := make([]byte, size)
	_, err := encoding.Decode(signature, []byte(t.signature))
	return signature, err == nil
}

// Sum256 returns the SHA-256 of a string without copying the string to the heap, because
// a token can be large.
func Sum256(text string) (sum [sha256.Size]byte) {
	var buffer [1 << 10]byte
	hash := sha256.New()
	for len(text) > 0 {
		n := copy(buffer[:], text)
		_, _ = hash.Write(buffer[:n]) // never fails
		text = text[n:]
	}
	hash.Sum(sum[:0])
	return sum
}
