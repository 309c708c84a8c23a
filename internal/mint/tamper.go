package mint

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Tamper names one way to spoil a good token.
type Tamper string

// The tampers. Where the signature of the result is said to be good, it covers
// the spoiled text, so that only the named defect is left to be noticed.
const (
	// AlgNone has alg "none" and no signature (RFC 8725, section 2.1).
	AlgNone Tamper = "alg_none"
	// AlgNoneMixedCase is AlgNone spelled "nOnE".
	AlgNoneMixedCase Tamper = "alg_none_mixed_case"
	// AlgNoneSigned has alg "none" and the old signature.
	AlgNoneSigned Tamper = "alg_none_signed"
	// AlgSwapped names another of AuthPI's algorithms; the signature is good under
	// the key's own.
	AlgSwapped Tamper = "alg_swapped"
	// HS256PublicKey is HS256 keyed with the public key in PEM.
	HS256PublicKey Tamper = "hs256_public_key"
	// StripSignature leaves the third part empty.
	StripSignature Tamper = "strip_signature"
	// DropSignature leaves two parts.
	DropSignature Tamper = "drop_signature"
	// FlipBit flips one bit of the signature.
	FlipBit Tamper = "flip_bit"
	// ZeroSignature has a signature of the right length, all zero (CVE-2022-21449).
	ZeroSignature Tamper = "zero_signature"
	// ShortSignature lacks the signature's last byte.
	ShortSignature Tamper = "short_signature"
	// LongSignature has one zero byte more.
	LongSignature Tamper = "long_signature"
	// DERSignature has the ECDSA signature in ASN.1; ES256 only.
	DERSignature Tamper = "der_signature"
	// SmallOrder has the neutral point and 0 for a signature, and spaces after the
	// claims until that is good under the Ed25519 key of [UnusableJWKs] that the
	// header names, if it names one of a small order.
	SmallOrder Tamper = "small_order"
	// WrongKey is signed by another key under the same kid.
	WrongKey Tamper = "wrong_key"
	// EmbeddedKey is WrongKey with the key it was signed with in the header (jwk).
	EmbeddedKey Tamper = "embedded_key"
	// KeyURL is WrongKey with a jku in the header.
	KeyURL Tamper = "key_url"
	// UnknownKeyID has a good signature and a kid of no key.
	UnknownKeyID Tamper = "unknown_kid"
	// MissingKeyID has a good signature and no kid.
	MissingKeyID Tamper = "missing_kid"
	// ChangedPayload adds a claim and keeps the old signature.
	ChangedPayload Tamper = "changed_payload"
	// DuplicateClaim names another sub ahead of the token's own, which it should
	// have; signature good.
	DuplicateClaim Tamper = "duplicate_claim"
	// DuplicateHeader names alg twice; signature good.
	DuplicateHeader Tamper = "duplicate_header"
	// TrailingData has a second value after the claims; signature good.
	TrailingData Tamper = "trailing_data"
	// InvalidUTF8 has a claim whose text is no UTF-8; signature good.
	InvalidUTF8 Tamper = "invalid_utf8"
	// UnknownCritical marks an unknown header as critical; signature good.
	UnknownCritical Tamper = "unknown_crit"
	// EmptyCritical has an empty crit, which is not allowed; signature good.
	EmptyCritical Tamper = "empty_crit"
	// UnencodedPayload claims b64 false (RFC 7797); signature good.
	UnencodedPayload Tamper = "unencoded_payload"
	// Compressed claims zip DEF; signature good.
	Compressed Tamper = "compressed"
	// PaddedPayload has base64 padding in the payload; signature good.
	PaddedPayload Tamper = "padded_payload"
	// PaddedSignature has base64 padding after the signature.
	PaddedSignature Tamper = "padded_signature"
	// TrailingBitsPayload sets bits of the payload's last character that decode to
	// nothing; signature good.
	TrailingBitsPayload Tamper = "trailing_bits_payload"
	// TrailingBitsSignature does so in the signature.
	TrailingBitsSignature Tamper = "trailing_bits_signature"
	// StandardAlphabet writes the signature with + and / for - and _.
	StandardAlphabet Tamper = "standard_alphabet"
	// InnerNewline has a line break inside the signature.
	InnerNewline Tamper = "inner_newline"
	// LeadingSpace has a space before the token.
	LeadingSpace Tamper = "leading_space"
	// TrailingNewline has a line break after the token.
	TrailingNewline Tamper = "trailing_newline"
	// ExtraPart has a fourth, empty part.
	ExtraPart Tamper = "extra_part"
	// JSONSerialization is the same token in the flattened JSON form (RFC 7515,
	// section 7.2.2).
	JSONSerialization Tamper = "json_serialization"
	// Encrypted looks like a compact JWE.
	Encrypted Tamper = "encrypted"
	// Oversized has a claim of 256 KiB; signature good.
	Oversized Tamper = "oversized"
)

// parts is a good token taken apart: what a tamper works on.
type parts struct {
	key                        *Key
	header, payload, signature []byte
	token                      string
}

// Tamper returns a good token that k signed, spoiled. It fails where the token
// is not in compact form or the tamper is unknown or does not fit the key's
// algorithm.
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

// Tampers returns every tamper's name, sorted.
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
