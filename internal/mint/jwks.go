package mint

import (
	"bytes"
	"encoding/json"
)

// JWK is the JSON of one entry of a JWK Set. It may be invalid.
type JWK string

// MarshalJSON returns the JSON unchanged and unchecked.
func (j JWK) MarshalJSON() ([]byte, error) { return []byte(j), nil }

// Keys that a relying party of AuthPI must skip without rejecting the whole set (RFC
// 7517, section 5). Each has its own kid, except where the kid is the defect.
const (
	// JWKEmpty has no members.
	JWKEmpty JWK = `{}`
	// JWKNull is null instead of an object.
	JWKNull JWK = `null`
	// JWKNumber is a number instead of an object.
	JWKNumber JWK = `42`
	// JWKNumericKeyID has a number as its kid.
	JWKNumericKeyID JWK = `{"kty":"OKP","crv":"Ed25519","kid":7,"alg":"EdDSA",` +
		`"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`
	// JWKDuplicateMember has two kty members.
	JWKDuplicateMember JWK = `{"kty":"OKP","kty":"EC","crv":"Ed25519","kid":"duplicate-member",` +
		`"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`
	// JWKSecp256k1 is on a curve that the standard library does not support (RFC 8812),
	// and has no alg.
	JWKSecp256k1 JWK = `{"kty":"EC","crv":"secp256k1","kid":"secp256k1","use":"sig",` +
		`"x":"eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g","y":"SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg"}`
	// JWKEd448 is EdDSA on a curve that AuthPI does not use (RFC 8037).
	JWKEd448 JWK = `{"kty":"OKP","crv":"Ed448","kid":"ed448","use":"sig","alg":"EdDSA",` +
		`"x":"X9dEm1m0Yf0s54fsYWrUah2hNCSFpw4fig6nXYDpZ3jt8SR2m0bHBhvWeD3x5Q9s0foavq_oJWGA"}`
	// JWKX25519 is an encryption key of the same kty as Ed25519.
	JWKX25519 JWK = `{"kty":"OKP","crv":"X25519","kid":"x25519","use":"enc","alg":"ECDH-ES",` +
		`"x":"5ttoZ1gwMNs1lMGkJLFffHJmJOwmszU7EKkDptCrHEw"}`
	// JWKAlgorithmKeyPair is a post-quantum key type (kty AKP).
	JWKAlgorithmKeyPair JWK = `{"kty":"AKP","kid":"ml-dsa-44","use":"sig","alg":"ML-DSA-44","pub":"AAAA"}`
	// JWKUnknownType has an undefined key type.
	JWKUnknownType JWK = `{"kty":"x-unknown","kid":"unknown-type","use":"sig","alg":"ES256"}`
	// JWKSymmetric is a shared secret, which must not be published.
	JWKSymmetric JWK = `{"kty":"oct","kid":"symmetric","alg":"HS256",` +
		`"k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}`
	// JWKWithoutModulus is an RSA key without n.
	JWKWithoutModulus JWK = `{"kty":"RSA","kid":"without-modulus","use":"sig","alg":"RS256","e":"AQAB"}`
	// JWKShortRSA is an RSA key of 1024 bits.
	JWKShortRSA JWK = `{"kty":"RSA","kid":"short-rsa","use":"sig","alg":"RS256","e":"AQAB",` +
		`"n":"uis1QHEAEPqYJZek93IG1hpMW4OKga5sOrhPPMB17yXYTAKknWIU5SqCTzZL7UeBoIixstqroV4hxx7JiNUc9r7r` +
		`BdWjV86o29_V4hD5TDuhL4OEeMdbDMAI9iVIUcJ_tbdIuyNlibtyUgi_rUqA4ZJJZ-fnT2ELKdCi016K7w8"}`
	// JWKOffCurve is a P-256 key whose point is not on the curve.
	JWKOffCurve JWK = `{"kty":"EC","crv":"P-256","kid":"off-curve","use":"sig","alg":"ES256",` +
		`"x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"}`
	// JWKShortCoordinate is a P-256 key whose x has 31 bytes.
	JWKShortCoordinate JWK = `{"kty":"EC","crv":"P-256","kid":"short-coordinate","use":"sig","alg":"ES256",` +
		`"x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"}`
)

// modulus is the modulus of a 2048-bit RSA key without its last character.
const modulus = "1cvoARRRbbqIUzpPMaJFb1_Aqu_t7lrRlKSsNuO7SqCmhmq_4uACKXTZJcd4u33JIM3xvvsEfBIitfWVuEs45Z1yNQuH" +
	"SpG-hGgMp3efbaSK6Yk4yUoYZyyiCw4ogZ--uVFlqC6yrTYYIk2o0Sbrs7KfYJYurPo2j8dQCJUg6RE3LyTo__n5scD9" +
	"mxbE_mQskPpDtOnllwKYJOPjhiPhc-Yokqhf7Q9fC9mf8LRF4tt5sSeQyJgNvQLvmdDpyPQJjUakLy0Eck2v3_woGWGb" +
	"jUoyTGUk940NU2eyOnVFLTSY_LsRjUAX8NaTuOSS3BvSKIF8-fECCgrjqu1NmFKeq"

// RSA keys of 2048 bits with an invalid modulus or exponent.
const (
	// JWKEvenRSA has an even modulus.
	JWKEvenRSA JWK = `{"kty":"RSA","kid":"even-rsa","use":"sig","alg":"RS256","e":"AQAB","n":"` + modulus + `A"}`
	// JWKExponentOne has the exponent 1, so that the padded hash is its own signature.
	JWKExponentOne JWK = `{"kty":"RSA","kid":"exponent-one","use":"sig","alg":"RS256","e":"AQ","n":"` + modulus + `Q"}`
	// JWKExponentEven has the exponent 65536.
	JWKExponentEven JWK = `{"kty":"RSA","kid":"exponent-even","use":"sig","alg":"RS256","e":"AQAA","n":"` + modulus + `Q"}`
	// JWKExponentHuge has an exponent of 65 bits.
	JWKExponentHuge JWK = `{"kty":"RSA","kid":"exponent-huge","use":"sig","alg":"RS256","e":"AQAAAAAAAAAB","n":"` + modulus + `Q"}`
)

// JWKOrigin is a P-256 key with the coordinates 0 and 0, which represent the point at
// infinity in some libraries.
const JWKOrigin JWK = `{"kty":"EC","crv":"P-256","kid":"origin","use":"sig","alg":"ES256",` +
	`"x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`

// Invalid Ed25519 keys. [SmallOrder] makes a valid signature for those of small order.
const (
	// JWKEd25519Identity is the neutral point, for which one signature is valid for every
	// message.
	JWKEd25519Identity JWK = edwards + `"kid":"ed25519-identity","x":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`
	// JWKEd25519Order2 is the point of order 2.
	JWKEd25519Order2 JWK = edwards + `"kid":"ed25519-order-2","x":"7P_______________________________________38"}`
	// JWKEd25519Order4 is a point of order 4.
	JWKEd25519Order4 JWK = edwards + `"kid":"ed25519-order-4","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`
	// JWKEd25519Order8 is a point of order 8.
	JWKEd25519Order8 JWK = edwards + `"kid":"ed25519-order-8","x":"JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU"}`
	// JWKEd25519Order8Other is a point of order 8 with a different y.
	JWKEd25519Order8Other JWK = edwards + `"kid":"ed25519-order-8-other","x":"xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o"}`
	// JWKEd25519Unreduced is the neutral point encoded with y = p + 1.
	JWKEd25519Unreduced JWK = edwards + `"kid":"ed25519-unreduced","x":"7v_______________________________________38"}`
	// JWKEd25519NegativeZero is the neutral point with the sign bit of x set, although x
	// is 0.
	JWKEd25519NegativeZero JWK = edwards + `"kid":"ed25519-negative-zero","x":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA"}`
	// JWKEd25519OffCurve is not a point on the curve: no x exists for this y.
	JWKEd25519OffCurve JWK = edwards + `"kid":"ed25519-off-curve","x":"AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`

	edwards = `{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA",`
)

// UnusableJWKs returns the constants above by name.
func UnusableJWKs() map[string]JWK {
	return map[string]JWK{
		"empty": JWKEmpty, "null": JWKNull, "number": JWKNumber, "numeric_kid": JWKNumericKeyID,
		"duplicate_member": JWKDuplicateMember, "secp256k1": JWKSecp256k1, "ed448": JWKEd448,
		"x25519": JWKX25519, "akp": JWKAlgorithmKeyPair, "unknown_type": JWKUnknownType,
		"symmetric": JWKSymmetric, "without_modulus": JWKWithoutModulus, "short_rsa": JWKShortRSA,
		"off_curve": JWKOffCurve, "short_coordinate": JWKShortCoordinate,
		"origin": JWKOrigin, "even_rsa": JWKEvenRSA, "exponent_one": JWKExponentOne,
		"exponent_even": JWKExponentEven, "exponent_huge": JWKExponentHuge,
		"ed25519_identity": JWKEd25519Identity, "ed25519_order_2": JWKEd25519Order2,
		"ed25519_order_4": JWKEd25519Order4, "ed25519_order_8": JWKEd25519Order8,
		"ed25519_order_8_other": JWKEd25519Order8Other, "ed25519_unreduced": JWKEd25519Unreduced,
		"ed25519_negative_zero": JWKEd25519NegativeZero, "ed25519_off_curve": JWKEd25519OffCurve,
	}
}

// EncryptionOnly returns the key's JWK marked for encryption: a valid key that must not
// be used to verify signatures.
func (k *Key) EncryptionOnly() Object { return k.JWK().With("use", "enc") }

// JWKS returns a JWK Set with these keys in this order. A key can be a *Key, a JWK, or an
// Object, such as a JWK with a changed member. JWKS panics if a key cannot be encoded.
func JWKS(keys ...json.Marshaler) []byte {
	members := make([][]byte, len(keys))
	for i, key := range keys {
		encoded, err := key.MarshalJSON() // json.Marshal would reject malformed JSON
		if err != nil {
			panic(err)
		}
		members[i] = encoded
	}
	return append(append([]byte(`{"keys":[`), bytes.Join(members, []byte(","))...), "]}"...)
}
