package mint_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"strings"

	"github.com/arbfay/authpi-go/internal/mint"
)

// verifies checks only the signature, over everything before the last dot. It ignores the
// header and the claims.
func verifies(k *mint.Key, token string) bool {
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 || strings.ContainsAny(token, "\r\n") { // encoding/base64 skips these
		return false
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(token[dot+1:])
	if err != nil {
		return false
	}
	digest := sha256.Sum256([]byte(token[:dot]))
	switch public := k.Public().(type) {
	case *ecdsa.PublicKey:
		if len(signature) != 64 {
			return false
		}
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		return ecdsa.Verify(public, digest[:], r, s)
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature) == nil
	case ed25519.PublicKey:
		return ed25519.Verify(public, []byte(token[:dot]), signature)
	}
	return false
}
