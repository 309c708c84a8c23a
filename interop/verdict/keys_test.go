package verdict_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/interop/internal/flavor"
)

const (
	unavailable = "keys_unavailable"

	giveUp = "a key that is not understood is left out alone (RFC 7517, section 5); go-oidc gives up the set"
	notFor = "a key is for what it says that it is for (RFC 7517, sections 4.2 to 4.4; RFC 8725, section 3.1)"
)

// published is a row of a table: a JWK Set, and whether a token of the key in it is
// accepted. The token is always a good one. golang-jwt reads no sets.
type published struct {
	keys   []byte
	sdk    string // its error code; empty where it accepts
	goOIDC bool   // whether it accepts
	why    string // the two differ
}

func (want published) assert(t *testing.T, open flavor.Open, key *mint.Key, tampers ...mint.Tamper) {
	t.Helper()
	i := newIssuer(t, want.keys)
	token := key.Token("", i.claims())
	for _, how := range tampers {
		var err error
		token, err = key.Tamper(token, how)
		assert.NoError(t, err)
	}
	v := newPanel(t, i, open, publicKeys(key)).ask(t, token)
	assert.Equal(t, want.sdk, v.fresh, "the SDK, with a code")
	assert.Equal(t, want.sdk, v.stored, "the SDK, with a stored session")
	assert.Equal(t, want.goOIDC, slices.Contains(v.oracles, goOIDC), "go-oidc")
	assert.Equal(t, (want.sdk == "") != want.goOIDC, want.why != "", "a reason belongs to a difference, and to nothing else")
	if want.sdk == "" {
		assert.Contains(t, v.signatures, golangJWT)
		assert.Equal(t, []string{subject, subject}, v.subjects)
	}
}

func TestUnusableKeysBesideAGoodOne(t *testing.T) {
	key := mint.NewKey(mint.ES256, "k")
	wants := map[string]published{}
	for name := range mint.UnusableJWKs() {
		wants[name] = published{goOIDC: false, why: giveUp}
	}
	for _, name := range []string{"akp", "ed448", "x25519", "symmetric", "unknown_type", "short_rsa", "even_rsa",
		"exponent_one", "exponent_even", "exponent_huge", "ed25519_off_curve"} {
		wants[name] = published{goOIDC: true}
	}
	wants["duplicate_member"] = published{sdk: unavailable}
	for name, bad := range mint.UnusableJWKs() {
		want := wants[name]
		want.keys = mint.JWKS(bad, key)
		t.Run(name, func(t *testing.T) {
			flavor.Each(t, func(t *testing.T, open flavor.Open) { want.assert(t, open, key) })
		})
	}
}

// sets are JWK Sets in which that key is published in one way or another.
func sets(key *mint.Key) map[string]published {
	jwk := key.JWK()
	return map[string]published{
		"alone":             {mint.JWKS(key), "", true, ""},
		"beside another":    {mint.JWKS(mint.NewKey(key.Algorithm, "other"), key), "", true, ""},
		"without alg":       {mint.JWKS(jwk.Without("alg")), "", true, ""},
		"without use":       {mint.JWKS(jwk.Without("use")), "", true, ""},
		"key_ops verify":    {mint.JWKS(jwk.Add("key_ops", []string{"verify"})), "", true, ""},
		"key_ops encrypt":   {mint.JWKS(jwk.Add("key_ops", []string{"encrypt"})), badSignature, true, notFor},
		"use enc":           {mint.JWKS(key.EncryptionOnly()), badSignature, true, notFor},
		"another alg":       {mint.JWKS(jwk.With("alg", "PS256")), badSignature, true, notFor},
		"alg of encryption": {mint.JWKS(jwk.With("alg", "RSA-OAEP-256")), badSignature, false, ""},
		"without kid":       {mint.JWKS(jwk.Without("kid")), badSignature, false, ""},
		"kid of two, last":  {mint.JWKS(key.Impostor(), key), "", true, ""},
		"kid of two, first": {mint.JWKS(key, key.Impostor()), "", true, ""},
		"private":           {mint.JWKS(jwk.Add("d", "AAAA")), badSignature, false, ""},
		"absent":            {mint.JWKS(mint.NewKey(key.Algorithm, "other")), badSignature, false, ""},
		"empty set":         {mint.JWKS(), badSignature, false, ""},
		"members beside":    {mint.NewObject("x", 1, "keys", []any{key}).Bytes(), "", true, ""},
		"no set":            {[]byte(`[]`), unavailable, false, ""},
		"two sets": {mint.NewObject("keys", []any{key}, "keys", []any{key}).Bytes(), unavailable, true,
			duplicates},
		"large set": {mint.NewObject("keys", []any{key}, "x", strings.Repeat("x", 1<<20)).Bytes(), unavailable, true,
			"an answer is read up to 1 MiB"},
	}
}

func TestPublishedKeys(t *testing.T) {
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		for _, algorithm := range mint.Algorithms() {
			key := mint.NewKey(algorithm, "k")
			for name, want := range sets(key) {
				t.Run(string(algorithm)+"/"+name, func(t *testing.T) { want.assert(t, open, key) })
			}
		}
	})
}

// A token without kid is tried with the keys of its algorithm, a few of them.
func TestTokenWithoutKeyID(t *testing.T) {
	key := mint.NewKey(mint.ES256, "k")
	others := func(count int) []json.Marshaler {
		var keys []json.Marshaler
		for i := range count {
			keys = append(keys, mint.NewKey(mint.ES256, fmt.Sprintf("other-%d", i)))
		}
		return keys
	}
	wants := map[string]published{
		"alone":       {mint.JWKS(key), "", true, ""},
		"after seven": {mint.JWKS(append(others(7), key)...), "", true, ""},
		"after eight": {mint.JWKS(append(others(8), key)...), badSignature, true,
			"each key costs a verification, and with more than one a token must have a kid (OpenID Connect Core 1.0, section 10.1)"},
	}
	for name, want := range wants {
		t.Run(name, func(t *testing.T) {
			flavor.Each(t, func(t *testing.T, open flavor.Open) { want.assert(t, open, key, mint.MissingKeyID) })
		})
	}
}
