package idtoken_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/idtoken"
	"github.com/arbfay/authpi-go/sdk/internal/jws"
	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

const limit = 16 << 10 // 16 KiB

// usual is the payload of an ID token of a user with two organizations. It has about 500
// bytes.
var usual = fmt.Sprintf(`{"iss":"%s","sub":"usr_01h455vb4pex5vsknk084sn02q","aud":"%s","exp":%d,"iat":%d,"auth_time":%d,`+
	`"nonce":"n-0S6_WzA2MjAbCdEf","at_hash":"%s","email":"jane.doe@example.com","email_verified":true,"dat":{"type":"identity"},`+
	`"organizations":[{"id":"org_01h455vb4pex5vsknk084s","title":"Acme","scopes":["owner","billing:write"],"joined_at":1600000000},`+
	`{"id":"org_01h455vb4pex5vsknk085t","title":null,"scopes":["member","projects:read"],"joined_at":1650000000}]}`,
	issuer, client, now.Unix()+300, now.Unix(), now.Unix(), hash256)

// sdkPolicy is the policy that the usual payload satisfies.
func sdkPolicy() idtoken.IDPolicy {
	return idtoken.IDPolicy{Issuer: issuer, ClientID: client, Now: now, Nonce: "n-0S6_WzA2MjAbCdEf", Leeway: time.Minute}
}

// signed is a token and the data to verify it.
type signed struct {
	token string
	key   *jws.Key
	input []byte // the signing input
	tail  string // the signature in base64url
}

// sign returns a token signed with a new key of the algorithm.
func sign(t testing.TB, algorithm, payload string) signed {
	t.Helper()
	var private crypto.Signer
	var signature []byte
	var err error
	encode := base64.RawURLEncoding.EncodeToString
	input := encode([]byte(`{"alg":"`+algorithm+`","kid":"0d8a7f6e-1c2b-4a39-8e5d-6f7081920a1b"}`)) + "." + encode([]byte(payload))
	digest := sha256.Sum256([]byte(input))
	switch algorithm {
	case jws.ES256:
		var key *ecdsa.PrivateKey
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		r, s, failed := ecdsa.Sign(rand.Reader, key, digest[:])
		require.NoError(t, failed)
		signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		private = key
	case jws.RS256:
		private, err = rsa.GenerateKey(rand.Reader, 2048)
		require.NoError(t, err)
		signature, err = private.Sign(rand.Reader, digest[:], crypto.SHA256)
	case jws.EdDSA:
		_, private, err = ed25519.GenerateKey(rand.Reader)
		require.NoError(t, err)
		signature, err = private.Sign(rand.Reader, []byte(input), crypto.Hash(0))
	}
	require.NoError(t, err)
	key := &jws.Key{ID: "k", Algorithm: algorithm, Public: private.Public()}
	return signed{input + "." + encode(signature), key, []byte(input), encode(signature)}
}

// floor does the minimum that every verification needs: it hashes, decodes the signature
// and verifies it.
func (s signed) floor() bool {
	signature, err := base64.RawURLEncoding.DecodeString(s.tail)
	if err != nil {
		return false
	}
	switch public := s.key.Public.(type) {
	case *ecdsa.PublicKey:
		digest := sha256.Sum256(s.input)
		r, ss := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		return ecdsa.Verify(public, digest[:], r, ss)
	case *rsa.PublicKey:
		digest := sha256.Sum256(s.input)
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature) == nil
	case ed25519.PublicKey:
		return ed25519.Verify(public, s.input, signature)
	}
	return false
}

// verify does a full verification: form, signature, claims and policy.
func (s signed) verify(policy idtoken.IDPolicy) error {
	token, err := jws.Parse(s.token, limit)
	if err != nil {
		return err
	}
	if err := token.Verify(s.key); err != nil {
		return err
	}
	claims, err := idtoken.Decode(token.Payload())
	if err != nil {
		return err
	}
	return claims.CheckIDToken(token.Header, policy)
}

func TestVerifyingAllocatesLittle(t *testing.T) {
	for _, algorithm := range []string{jws.RS256, jws.ES256, jws.EdDSA} {
		s := sign(t, algorithm, usual)
		floor := testing.AllocsPerRun(100, func() {
			if !s.floor() {
				t.Error("floor refuses")
			}
		})
		all := testing.AllocsPerRun(100, func() {
			if err := s.verify(sdkPolicy()); err != nil {
				t.Error(err)
			}
		})
		t.Logf("%s: %.0f allocations, %.0f of them in the floor", algorithm, all, floor)
		assert.LessOrEqual(t, all-floor, 20.0, algorithm)
	}
}

// BenchmarkVerify compares a full verification with its floor.
func BenchmarkVerify(b *testing.B) {
	for _, algorithm := range []string{jws.RS256, jws.ES256, jws.EdDSA} {
		b.Run(algorithm, func(b *testing.B) {
			s, policy := sign(b, algorithm, usual), sdkPolicy()
			require.NoError(b, s.verify(policy))
			compare(b, s, policy)
		})
	}
}

// compare alternates between the floor and the full verification, and reports the
// medians. On a shared machine, whose speed changes, separate runs and means do not give
// a reliable ratio.
func compare(b *testing.B, s signed, policy idtoken.IDPolicy) {
	var floors, alls []time.Duration
	for b.Loop() {
		start := time.Now()
		good := s.floor()
		between := time.Now()
		_ = s.verify(policy)
		floors, alls = append(floors, between.Sub(start)), append(alls, time.Since(between))
		if !good {
			b.Fatal("floor refuses")
		}
	}
	slices.Sort(floors)
	slices.Sort(alls)
	floor, all := floors[len(floors)/2], alls[len(alls)/2]
	b.ReportMetric(float64(floor.Nanoseconds()), "floor-ns")
	b.ReportMetric(float64((all - floor).Nanoseconds()), "above-ns")
	b.ReportMetric(float64(all)/float64(floor), "ratio")
}

// BenchmarkWorst measures the cost of the most expensive signed tokens of 16 KiB, in
// addition to hash and signature.
func BenchmarkWorst(b *testing.B) {
	const size = 11_900 // bytes of payload in 16 KiB
	fill := func(start, middle, end string) string {
		return start + strings.Repeat(middle, (size-len(start)-len(end))/len(middle)) + end
	}
	object := func(name func(i int) string) string {
		var o strings.Builder
		for i := range strictjson.MaxMembers {
			fmt.Fprintf(&o, `,"%s":%d`, name(i), i)
		}
		return "{" + o.String()[1:] + "}"
	}
	wide := object(strconv.Itoa)
	for name, payload := range map[string]string{
		"deep":          fill("", `{"a":`, ""),
		"nested":        fill(`{"a":[`, strings.Repeat("[", 30)+strings.Repeat("]", 30)+",", "1]}"),
		"empty arrays":  fill(`{"a":[`, "[],", "1]}"),
		"numbers":       fill(`{"a":[`, "1,", "1]}"),
		"objects":       fill(`{"a":[`, `{"":1},`, "1]}"),
		"wide objects":  `{"a":[` + wide + "," + wide + "]}",
		"similar names": object(func(i int) string { return fmt.Sprintf("aaaaaaaaaaa%03d", i) }),
		"escaped names": object(func(i int) string { return fmt.Sprintf(`\u00%02x\u00%02x`, 0x30+i/64, 0x30+i%64) }),
		"organizations": fill(`{"organizations":[`, `{"id":"a"},`, `{}]}`),
		"scopes":        fill(`{"organizations":[{"id":"a","scopes":[`, `"",`, `""]}]}`),
		"audiences":     fill(`{"aud":[`, `"",`, `""]}`),
		"escapes":       fill(`{"sub":"`, `\u0041`, `"}`),
	} {
		b.Run(name, func(b *testing.B) {
			s, policy := sign(b, jws.EdDSA, payload), sdkPolicy()
			require.LessOrEqual(b, len(s.token), limit)
			require.Error(b, s.verify(policy))
			compare(b, s, policy)
		})
	}
}
