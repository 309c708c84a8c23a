package mint_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
)

func TestTokenVerifiesUnderItsKey(t *testing.T) {
	for _, algorithm := range mint.Algorithms() {
		t.Run(string(algorithm), func(t *testing.T) {
			key := mint.NewKey(algorithm, "k")
			token := key.Token("at+jwt", mint.Object{{"sub", "a<b>&c"}})

			header, payload, _, err := mint.Split(token)
			require.NoError(t, err)
			assert.Equal(t, `{"alg":"`+string(algorithm)+`","kid":"`+key.ID+`","typ":"at+jwt"}`, string(header))
			assert.Equal(t, `{"sub":"a<b>&c"}`, string(payload))
			assert.True(t, verifies(key, token))
			assert.False(t, verifies(key.Impostor(), token))
		})
	}
}

func TestObjectKeepsOrderAndDuplicates(t *testing.T) {
	base := mint.Object{{"b", 1}, {"a", "x"}}

	assert.Equal(t, `{"b":1,"a":"x","b":2}`, string(base.Add("b", 2).Bytes()))
	assert.Equal(t, `{"b":null,"a":"x"}`, string(base.With("b", nil).Bytes()))
	assert.Equal(t, `{"b":1,"a":"x","c":{"d":[]}}`, string(base.With("c", mint.Object{{"d", []int{}}}).Bytes()))
	assert.Equal(t, `{"a":"x"}`, string(base.Add("b", 2).Without("b").Bytes()))
	assert.Equal(t, `{}`, string(mint.Object(nil).Bytes()))
	assert.Equal(t, `{"b":1,"a":"x"}`, string(base.Bytes()), "the receiver does not change")
	value, found := base.Get("a")
	assert.Equal(t, "x", value)
	assert.True(t, found)
	_, found = base.Get("c")
	assert.False(t, found)
	assert.Equal(t, base, mint.NewObject("b", 1, "a", "x"))
	assert.Panics(t, func() { mint.NewObject("b") })
	assert.Panics(t, func() { mint.NewObject(1, "b") })
	assert.Panics(t, func() { mint.Object{{"f", func() {}}}.Bytes() })
}

func TestSignTakesAnyBytes(t *testing.T) {
	key := mint.NewKey(mint.ES256, "k")
	token := key.Sign([]byte("{"), []byte{0xff})
	header, payload, _, err := mint.Split(token)
	require.NoError(t, err)
	assert.Equal(t, "{", string(header))
	assert.Equal(t, []byte{0xff}, payload)
	assert.True(t, verifies(key, token))
}

func TestSplitRefusesOtherForms(t *testing.T) {
	for _, token := range []string{"", "e30.e30", "e30.e30.e30.e30", "e30=.e30.e30", "e30.e3\n0.e30", "e31.e30.e30", "e30.e3.e30"} {
		_, _, _, err := mint.Split(token)
		assert.Error(t, err, "%q", token)
	}
}

func FuzzSplit(f *testing.F) {
	f.Add(mint.NewKey(mint.EdDSA, "k").Token("", mint.Object{{"sub", "x"}}))
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		header, payload, signature, err := mint.Split(token)
		if err == nil && mint.Compact(header, payload, signature) != token {
			t.Fatalf("the parts of %q do not encode to the token", token)
		}
	})
}
