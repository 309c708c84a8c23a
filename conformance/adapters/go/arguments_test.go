package goadapter

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// The readers of arguments serve code that is generated from INTERFACE.yaml, of
// which today's uses only some. This is the one test inside the package.
func TestArguments(t *testing.T) {
	given := map[string]json.RawMessage{}
	require.NoError(t, json.Unmarshal([]byte(`{
		"text": "a", "texts": ["a", "b"], "yes": true, "no": false, "number": 7, "half": 0.5, "map": {"a": "b"}, "null": null
	}`), &given))
	a := &arguments{given: given, session: newSession("1", nil, nil)}

	assert.Equal(t, "a", a.text("text"))
	assert.Equal(t, "a", *a.optionalText("text"))
	assert.Equal(t, "a", a.secret("text").Reveal())
	assert.Equal(t, []string{"a", "b"}, a.texts("texts"))
	assert.True(t, a.boolean("yes"))
	assert.False(t, *a.optionalBoolean("no"))
	assert.Equal(t, authpi.SwitchOn, a.toggle("yes"))
	assert.Equal(t, authpi.SwitchOff, a.toggle("no"))
	assert.Equal(t, 7, a.integer("number"))
	assert.Equal(t, 500*time.Millisecond, a.seconds("half"))
	assert.Equal(t, 7*time.Second, *a.optionalSeconds("number"))
	assert.Equal(t, map[string]string{"a": "b"}, a.mapping("map"))
	assert.JSONEq(t, `{"a": "b"}`, string(a.raw("map")))

	for _, name := range []string{"missing", "null"} {
		assert.Empty(t, a.text(name))
		assert.Nil(t, a.optionalText(name))
		assert.True(t, a.secret(name).IsZero())
		assert.Nil(t, a.texts(name))
		assert.False(t, a.boolean(name))
		assert.Nil(t, a.optionalBoolean(name))
		assert.Equal(t, authpi.SwitchInherit, a.toggle(name))
		assert.Zero(t, a.integer(name))
		assert.Zero(t, a.seconds(name))
		assert.Nil(t, a.optionalSeconds(name))
		assert.Nil(t, a.mapping(name))
		assert.Nil(t, a.raw(name))
		assert.Nil(t, a.onRefresh(name))
		assert.Nil(t, a.onError(name))
		assert.Nil(t, value[authpi.TokenSet](a, name))
		assert.Panics(t, func() { a.agent(name) })
	}
	assert.Panics(t, func() { a.integer("text") })
}
