package mint

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Tamper is the name of one way to spoil a valid token.
type Tamper string

// The tampers. "Signature valid" means that the signature covers the spoiled token, so
// that a verifier must notice the defect itself.
const (
	// AlgNone has alg "none" and no signature (RFC 8725, section 2.1).
	AlgNone Tamper = "alg_none"
	// AlgNoneMixedCase is AlgNone spelled "nOnE".
	AlgNoneMixedCase Tamper = "alg_none_mixed_case"
	// AlgNoneSigned has alg "none" and the old signature.
	AlgNoneSigned Tamper = "alg_none_signed"
	// AlgSwapped names another algorithm of AuthPI; the signature is valid for the key's
	// own algorithm.
	AlgSwapped Tamper = "alg_swapped"
	// HS256PublicKey is signed by HS256 with the public key in PEM as the secret.
	HS256PublicKey Tamper = "hs256_public_key"
	// StripSignature has an empty third part.
	StripSignature Tamper = "strip_signature"
	// DropSignature has only two parts.
	DropSignature Tamper = "drop_signature"
	// FlipBit has one bit of the signature flipped.
	FlipBit Tamper = "flip_bit"
	// ZeroSignature has a signature of the right length whose bytes are all zero
	// (CVE-2022-21449).
	ZeroSignature Tamper = "zero_signature"
	// ShortSignature lacks the signature's last byte.
	ShortSignature Tamper = "short_signature"
	// LongSignature has an extra zero byte after the signature.
	LongSignature Tamper = "long_signature"
	// DERSignature has the ECDSA signature in ASN.1. It needs an ES256 key.
	DERSignature Tamper = "der_signature"
	// SmallOrder has the neutral point and 0 as its signature. If the header names an
	// Ed25519 key of small order from [UnusableJWKs], spaces after the claims make that
	// signature valid.
	SmallOrder Tamper = "small_order"
	// WrongKey is signed by another key under the same kid.
	WrongKey Tamper = "wrong_key"
	// EmbeddedKey is WrongKey with the signing key in the header (jwk).
	EmbeddedKey Tamper = "embedded_key"
	// KeyURL is WrongKey with a jku in the header.
	KeyURL Tamper = "key_url"
	// UnknownKeyID has an unknown kid; signature valid.
	UnknownKeyID Tamper = "unknown_kid"
	// MissingKeyID has no kid; signature valid.
	MissingKeyID Tamper = "missing_kid"
	// ChangedPayload has an extra claim and the old signature.
	ChangedPayload Tamper = "changed_payload"
	// DuplicateClaim has another sub before the token's own; signature valid. The token
	// must have a sub.
	DuplicateClaim Tamper = "duplicate_claim"
	// DuplicateHeader has two alg members; signature valid.
	DuplicateHeader Tamper = "duplicate_header"
	// TrailingData has a second JSON value after the claims; signature valid.
	TrailingData Tamper = "trailing_data"
	// InvalidUTF8 has a claim that is not valid UTF-8; signature valid.
	InvalidUTF8 Tamper = "invalid_utf8"
	// UnknownCritical marks an unknown header as critical; signature valid.
	UnknownCritical Tamper = "unknown_crit"
	// EmptyCritical has an empty crit, which is not allowed; signature valid.
	EmptyCritical Tamper = "empty_crit"
	// UnencodedPayload has b64 false in the header (RFC 7797); signature valid.
	UnencodedPayload Tamper = "unencoded_payload"
	// Compressed has zip DEF in the header; signature valid.
	Compressed Tamper = "compressed"
	// PaddedPayload has base64 padding in the payload; signature valid.
	PaddedPayload Tamper = "padded_payload"
	// PaddedSignature has base64 padding after the signature.
	PaddedSignature Tamper = "padded_signature"
	// TrailingBitsPayload has trailing bits set in the payload's last character, which a
	// lenient decoder ignores; signature valid.
	TrailingBitsPayload Tamper = "trailing_bits_payload"
	// TrailingBitsSignature has trailing bits set in the signature's last character.
	TrailingBitsSignature Tamper = "trailing_bits_signature"
	// StandardAlphabet has + and / instead of - and _ in the signature.
	StandardAlphabet Tamper = "standard_alphabet"
	// InnerNewline has a line break inside the signature.
	InnerNewline Tamper = "inner_newline"
	// LeadingSpace has a space before the token.
	LeadingSpace Tamper = "leading_space"
	// TrailingNewline has a line break after the token.
	TrailingNewline Tamper = "trailing_newline"
	// ExtraPart has a fourth, empty part.
	ExtraPart Tamper = "extra_part"
	// JSONSerialization is the token in the flattened JSON serialization (RFC 7515,
	// section 7.2.2).
	JSONSerialization Tamper = "json_serialization"
	// Encrypted has the form of a compact JWE.
	Encrypted Tamper = "encrypted"
	// Oversized has a claim of 256 KiB; signature valid.
	Oversized Tamper = "oversized"
)

// parts holds the decoded parts of a valid token.
type parts struct {
	key                        *Key
	header, payload, signature []byte
	token                      string
}

// Tamper spoils a valid token that k has signed. It returns an error if the token is not
// in compact form, the tamper is unknown, or the tamper needs another algorithm.
func (k *Key) Tamper(token string, how Tamper) (string, error) {
	spoil, known := tampers()[how]
	if !known {
		return "", fmt.Errorf("mint: unknown tamper %q", string(how))
	}
	if how == DERSignature && k.Algorithm != ES256 {
		return "", fmt.Errorf("mint: tamper %q needs ES256, not %s", string(how), k.Algorithm)
	}
	header, payload, signature, err := Split(token)
	if err != nil {
		return "", err
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(header, &object) != nil || json.Unmarshal(payload, &object) != nil {
		return "", fmt.Errorf("mint: tamper %q needs a token of two JSON objects", string(how))
	}
	return spoil(parts{k, header, payload, signature, token}), nil
}

// Tampers returns all tampers, sorted.
func Tampers() []Tamper {
	names := make([]Tamper, 0, len(tampers()))
	for name := range tampers() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func tampers() map[Tamper]func(parts) string {
	return map[Tamper]func(parts) string{
		AlgNone:          func(p parts) string { return Compact(p.setHeader("alg", "none"), p.payload, nil) },
		AlgNoneMixedCase: func(p parts) string { return Compact(p.setHeader("alg", "nOnE"), p.payload, nil) },
		AlgNoneSigned:    func(p parts) string { return Compact(p.setHeader("alg", "none"), p.payload, p.signature) },
		AlgSwapped:       func(p parts) string { return p.key.Sign(p.setHeader("alg", otherAlgorithm(p.key)), p.payload) },
		HS256PublicKey: func(p parts) string {
			return SignHMAC(p.key.PEM(), p.setHeader("alg", "HS256"), p.payload)
		},

		StripSignature: func(p parts) string { return p.withSignature(nil) },
		DropSignature:  func(p parts) string { return p.input() },
		FlipBit:        parts.flipBit,
		ZeroSignature:  func(p parts) string { return p.withSignature(make([]byte, len(p.signature))) },
		ShortSignature: func(p parts) string { return p.withSignature(p.signature[:len(p.signature)-1]) },
		LongSignature:  func(p parts) string { return p.withSignature(append(slices.Clone(p.signature), 0)) },
		DERSignature:   func(p parts) string { return p.withSignature(derSignature(p.signature)) },

		SmallOrder:   parts.smallOrder,
		WrongKey:     func(p parts) string { return p.key.Impostor().Sign(p.header, p.payload) },
		EmbeddedKey:  parts.embedKey,
		KeyURL:       func(p parts) string { return p.key.Impostor().Sign(p.setHeader("jku", attackerKeys), p.payload) },
		UnknownKeyID: func(p parts) string { return p.key.Sign(p.setHeader("kid", keyID("", p.key.ID)), p.payload) },
		MissingKeyID: func(p parts) string { return p.key.Sign(p.setHeader("kid", nil), p.payload) },

		ChangedPayload:  func(p parts) string { return Compact(p.header, appendMember(p.payload, "admin", true), p.signature) },
		DuplicateClaim:  func(p parts) string { return p.key.Sign(p.header, prependMember(p.payload, "sub", "usr_attacker")) },
		DuplicateHeader: func(p parts) string { return p.key.Sign(prependMember(p.header, "alg", "none"), p.payload) },
		TrailingData:    func(p parts) string { return p.key.Sign(p.header, append(slices.Clone(p.payload), "{}"...)) },
		InvalidUTF8:     parts.breakUTF8,

		UnknownCritical:  func(p parts) string { return p.critical([]string{"x-unknown"}, "x-unknown", true) },
		EmptyCritical:    func(p parts) string { return p.critical([]string{}, "x-unknown", true) },
		UnencodedPayload: func(p parts) string { return p.critical([]string{"b64"}, "b64", false) },
		Compressed:       func(p parts) string { return p.key.Sign(p.setHeader("zip", "DEF"), p.payload) },

		PaddedPayload:         parts.padPayload,
		PaddedSignature:       func(p parts) string { return p.token + padding(p.signature) },
		TrailingBitsPayload:   parts.trailingBitsPayload,
		TrailingBitsSignature: func(p parts) string { return setTrailingBits(p.token) },
		StandardAlphabet:      parts.standardAlphabet,
		InnerNewline:          func(p parts) string { return p.token[:len(p.token)-8] + "\n" + p.token[len(p.token)-8:] },
		LeadingSpace:          func(p parts) string { return " " + p.token },
		TrailingNewline:       func(p parts) string { return p.token + "\n" },
		ExtraPart:             func(p parts) string { return p.token + "." },
		JSONSerialization:     parts.flattened,
		Encrypted:             parts.encrypted,
		Oversized: func(p parts) string {
			return p.key.Sign(p.header, appendMember(p.payload, "padding", strings.Repeat("x", 256<<10)))
		},
	}
}
