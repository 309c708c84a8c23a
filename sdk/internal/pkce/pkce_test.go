package pkce_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/pkce"
)

func TestChallenge(t *testing.T) {
	// RFC 7636, appendix B
	assert.Equal(t, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", pkce.Challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
}

func TestSecrets(t *testing.T) {
	for name, test := range map[string]struct {
		read   func(io.Reader) (string, error)
		bytes  int
		length int
	}{
		"verifier": {pkce.NewVerifier, 32, 43},
		"state":    {pkce.NewState, 32, 43},
	} {
		t.Run(name, func(t *testing.T) {
			seen := map[string]bool{}
			for range 100 {
				secret, err := test.read(rand.Reader)
				require.NoError(t, err)
				assert.Len(t, secret, test.length)
				assert.Empty(t, strings.Trim(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
				assert.False(t, seen[secret])
				seen[secret] = true
			}

			same := bytes.Repeat([]byte{0xA5}, test.bytes)
			whole, err := test.read(bytes.NewReader(same))
			require.NoError(t, err)
			drops, err := test.read(iotest.OneByteReader(bytes.NewReader(same)))
			require.NoError(t, err)
			assert.Equal(t, whole, drops, "short reads are continued")

			_, err = test.read(bytes.NewReader(same[1:]))
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			broken := errors.New("broken")
			secret, err := test.read(iotest.ErrReader(broken))
			require.ErrorIs(t, err, broken)
			assert.Empty(t, secret)
		})
	}
}
