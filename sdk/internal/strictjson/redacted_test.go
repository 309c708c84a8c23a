package strictjson_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

// shown is a secret with a marker to print in its place.
type shown struct {
	secret

	broken bool
}

func (s *shown) MarshalText() ([]byte, error) {
	if s.broken {
		return nil, errors.New("no " + s.value)
	}
	return []byte("[REDACTED]"), nil
}

func TestRedacted(t *testing.T) {
	var token shown
	members := []strictjson.Member{{Name: "token", Value: strictjson.Redacted(&token)}}

	written, err := strictjson.Marshal(members, nil)
	require.NoError(t, err)
	assert.Equal(t, `{}`, string(written), "an absent secret")

	require.NoError(t, strictjson.Unmarshal([]byte(`{"token":"s3cret"}`), members, nil))
	assert.Equal(t, "s3cret", token.Reveal())
	written, err = strictjson.Marshal(members, nil)
	require.NoError(t, err)
	assert.Equal(t, `{"token":"[REDACTED]"}`, string(written))

	assert.EqualError(t, strictjson.Unmarshal(written, members, nil), `"token" is not accepted`)

	token.broken = true
	_, err = strictjson.Marshal(members, nil)
	assert.EqualError(t, err, `"token" is not accepted`, "the cause, which has the value, is left out")
}
