package mint

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
)

// attackerKeys is the URL of a JWK Set that a client must not fetch.
const attackerKeys = "https://attacker.example/jwks.json"

func (p parts) input() string { return p.token[:strings.LastIndexByte(p.token, '.')] }

func (p parts) withSignature(signature []byte) string { return p.input() + "." + encode64(signature) }

// setHeader returns the header with one member set, or removed if value is nil. It does
// not keep the order, which does not matter in a header.
func (p parts) setHeader(name string, value any) []byte {
	var header map[string]any
	if err := json.Unmarshal(p.header, &header); err != nil {
		panic(err) // cannot happen: Tamper has decoded it before
	}
	header[name] = value
	if value == nil {
		delete(header, name)
	}
	encoded, err := json.Marshal(header)
	if err != nil {
		panic(err) // cannot happen: the values were decoded from JSON
	}
	return encoded
}

// critical sets crit to names, and adds one member to the header.
func (p parts) critical(names []string, name string, value any) string {
	header := appendMember(appendMember(p.header, "crit", names), name, value)
	return p.key.Sign(header, p.payload)
}

func (p parts) flipBit() string {
	signature := slices.Clone(p.signature)
	signature[len(signature)/2] ^= 0x01
	return p.withSignature(signature)
}

// smallOrder adds spaces until the hash that multiplies the key is a multiple of the
// key's order, which is at most 8.
func (p parts) smallOrder() string {
	const tries = 200
	signature := append([]byte{1}, make([]byte, ed25519.SignatureSize-1)...)
	public := unusableEd25519(p.header)
	token := Compact(p.header, p.payload, signature)
	for spaces := []byte(nil); public != nil && len(spaces) < tries; spaces = append(spaces, ' ') {
		token = Compact(p.header, append(slices.Clone(p.payload), spaces...), signature)
		if input := token[:strings.LastIndexByte(token, '.')]; ed25519.Verify(public, []byte(input), signature) {
			break
		}
	}
	return token
}

// unusableEd25519 returns the key of UnusableJWKs that the header's kid names, or nil if
// there is none or it is not an Ed25519 key.
func unusableEd25519(header []byte) ed25519.PublicKey {
	type named struct {
		KeyID string `json:"kid"`
		Curve string `json:"crv"`
		X     string `json:"x"`
	}
	var want named
	if json.Unmarshal(header, &want) != nil {
		return nil
	}
	for _, jwk := range UnusableJWKs() {
		var key named
		if json.Unmarshal([]byte(jwk), &key) != nil || key.KeyID != want.KeyID || key.Curve != "Ed25519" {
			continue
		}
		if point, err := base64.RawURLEncoding.DecodeString(key.X); err == nil && len(point) == ed25519.PublicKeySize {
			return point
		}
	}
	return nil
}

func (p parts) embedKey() string {
	impostor := p.key.Impostor()
	return impostor.Sign(p.setHeader("jwk", impostor.JWK()), p.payload)
}

// breakUTF8 adds a claim whose value is a single continuation byte, which is not valid
// UTF-8.
func (p parts) breakUTF8() string {
	payload := appendMember(p.payload, "broken", "?")
	payload[bytes.LastIndexByte(payload, '?')] = 0x80
	return p.key.Sign(p.header, payload)
}

// padPayload adds white space to the payload until its length requires base64 padding.
func (p parts) padPayload() string {
	payload := slices.Clone(p.payload)
	for len(payload)%3 == 0 {
		payload = append(payload, ' ')
	}
	return p.key.SignInput(encode64(p.header) + "." + encode64(payload) + padding(payload))
}

func (p parts) trailingBitsPayload() string {
	payload := slices.Clone(p.payload)
	for len(payload)%3 == 0 {
		payload = append(payload, ' ')
	}
	return p.key.SignInput(setTrailingBits(encode64(p.header) + "." + encode64(payload)))
}

// standardAlphabet adds white space to the payload until the signature has a
// character in which the two alphabets differ.
func (p parts) standardAlphabet() string {
	payload := p.payload
	for {
		token := p.key.Sign(p.header, payload)
		dot := strings.LastIndexByte(token, '.')
		if signature := token[dot:]; strings.ContainsAny(signature, "-_") {
			return token[:dot] + strings.NewReplacer("-", "+", "_", "/").Replace(signature)
		}
		payload = append(slices.Clone(payload), ' ')
	}
}

func (p parts) flattened() string {
	return string(Object{
		{"payload", encode64(p.payload)},
		{"protected", encode64(p.header)},
		{"signature", encode64(p.signature)},
	}.Bytes())
}

func (p parts) encrypted() string {
	header := Object{{"alg", "dir"}, {"enc", "A256GCM"}, {"kid", p.key.ID}}.Bytes()
	tag := sha256.Sum256(p.payload)
	return strings.Join([]string{
		encode64(header), "", encode64(tag[:12]), encode64(p.payload), encode64(tag[16:]),
	}, ".")
}

// otherAlgorithm returns an algorithm of AuthPI that is not the key's.
func otherAlgorithm(k *Key) Algorithm {
	if k.Algorithm == ES256 {
		return RS256
	}
	return ES256
}

// padding returns the base64 padding of these bytes.
func padding(data []byte) string {
	return strings.Repeat("=", (3-len(data)%3)%3)
}

// setTrailingBits changes the last character so that a lenient decoder, which ignores the
// trailing bits, returns the same bytes.
func setTrailingBits(text string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(text) - 1
	index := strings.IndexByte(alphabet, text[last])
	return text[:last] + string(alphabet[index|1])
}

// appendMember adds a member at the end of an object. It edits the JSON directly, so that
// the other members do not change in any byte.
func appendMember(object []byte, name string, value any) []byte {
	open := bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(object), []byte("}")))
	member := Object{{name, value}}.Bytes()
	if len(open) == len("{") {
		return member
	}
	return slices.Concat(open, []byte(","), member[1:])
}

// prependMember does the same at the beginning.
func prependMember(object []byte, name string, value any) []byte {
	member := Object{{name, value}}.Bytes()
	rest := bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(object), []byte("{")))
	if len(rest) == len("}") {
		return member
	}
	return slices.Concat(member[:len(member)-1], []byte(","), rest)
}
