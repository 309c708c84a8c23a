package mint

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// Header returns the header of a token that k signs: alg, kid and, if it is not empty,
// typ.
func (k *Key) Header(typ string) Object {
	header := Object{{"alg", k.Algorithm}, {"kid", k.ID}}
	if typ != "" {
		header = header.Add("typ", typ)
	}
	return header
}

// Token returns a compact JWS of these claims with [Key.Header].
func (k *Key) Token(typ string, claims Object) string {
	return k.Sign(k.Header(typ).Bytes(), claims.Bytes())
}

// Sign returns a compact JWS of exactly these bytes. It always signs with k, even if the
// header names another key or algorithm.
func (k *Key) Sign(header, payload []byte) string {
	input := encode64(header) + "." + encode64(payload)
	return input + "." + encode64(k.signature(input))
}

// SignInput signs the input unchanged and appends the signature. The input should contain
// one dot. Use it for parts that are not valid base64url.
func (k *Key) SignInput(input string) string {
	return input + "." + encode64(k.signature(input))
}

// SignHMAC returns a compact JWS of these bytes, signed by HS256 with this secret.
func SignHMAC(secret, header, payload []byte) string {
	input := encode64(header) + "." + encode64(payload)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(input))
	return input + "." + encode64(mac.Sum(nil))
}

// Compact encodes and joins three parts. It does not sign.
func Compact(header, payload, signature []byte) string {
	return encode64(header) + "." + encode64(payload) + "." + encode64(signature)
}

// Split returns the decoded parts of a compact JWS. It does not check the signature.
func Split(token string) (header, payload, signature []byte, err error) {
	if strings.ContainsAny(token, "\r\n") { // encoding/base64 skips these, even if strict
		return nil, nil, nil, errors.New("mint: token has a line break")
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, nil, nil, fmt.Errorf("mint: token has %d parts, want 3", len(parts))
	}
	decoded := make([][]byte, len(parts))
	for i, part := range parts {
		if decoded[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return nil, nil, nil, fmt.Errorf("mint: part %d: %w", i, err)
		}
	}
	return decoded[0], decoded[1], decoded[2], nil
}

// ecdsaSignature is the ASN.1 form. A JWS concatenates the two numbers instead (RFC 7518,
// section 3.4).
type ecdsaSignature struct{ R, S *big.Int }

func rawSignature(der []byte) []byte {
	var signature ecdsaSignature
	if _, err := asn1.Unmarshal(der, &signature); err != nil {
		panic(err) // cannot happen: crypto/ecdsa encoded it
	}
	raw := make([]byte, 64)
	signature.R.FillBytes(raw[:32])
	signature.S.FillBytes(raw[32:])
	return raw
}

func derSignature(raw []byte) []byte {
	half := len(raw) / 2
	der, err := asn1.Marshal(ecdsaSignature{
		R: new(big.Int).SetBytes(raw[:half]),
		S: new(big.Int).SetBytes(raw[half:]),
	})
	if err != nil {
		panic(err) // cannot happen: two integers can be encoded
	}
	return der
}
