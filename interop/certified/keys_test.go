package certified_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/interop/internal/flavor"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	eachClient(t, clients(), func(t *testing.T, data clientData, open flavor.Open) {
		client := discovered(t, open, f.config(data.ID))
		before := f.logIn(t, client, nil)

		keys := f.rotate(t)
		after := f.logIn(t, client, nil)
		assert.Contains(t, keys, header(t, after.Tokens().IDToken, "kid"))
		assert.NotContains(t, keys, header(t, before.Tokens().IDToken, "kid"))
		assertSession(t, client, after)
		agent, err := open(t, f.config(data.ID)).CreateAgent(t.Context(), stored(t, before), nil)
		require.NoError(t, err, "the key of the stored ID token is still published")
		assert.Equal(t, before.Tokens().RefreshToken.Reveal(), agent.Tokens().RefreshToken.Reveal())
		before, err = client.Refresh(t.Context(), before, nil)
		require.NoError(t, err)
		assert.Contains(t, keys, header(t, before.Tokens().IDToken, "kid"))

		// When the key of a stored ID token is gone, a refresh brings a new one.
		f.rotate(t)
		keys = f.rotate(t)
		agent, err = open(t, f.config(data.ID)).CreateAgent(t.Context(), stored(t, before), nil)
		require.NoError(t, err)
		assert.Contains(t, keys, header(t, agent.Tokens().IDToken, "kid"))
		assertSession(t, client, agent)
	})
}

// An API must accept tokens under a new key, even when it has loaded the keys a moment ago.
func TestKeyRotationAtAnAPI(t *testing.T) {
	t.Parallel()
	f := newForeign(t)
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		var watch clock
		api := open(t, authpi.Config{
			IssuerURL: f.issuer, ClientID: "api", Audience: reportsAPI, Clock: watch.now,
		})
		verify := func() error {
			machine, err := open(t, f.config("c_es256")).ClientCredentials(t.Context(), &authpi.ClientCredentialsOptions{
				Scopes: []string{"reports:read"}, Resources: []string{reportsAPI},
			})
			require.NoError(t, err)
			_, err = api.VerifyAccessToken(t.Context(), machine.Tokens().AccessToken, nil)
			return err
		}
		require.NoError(t, verify())
		f.rotate(t)
		require.NoError(t, verify(), "the first unknown key ID makes the API load the keys")
		f.rotate(t)
		err := verify() // the API must not load the keys again so soon
		requireCode(t, err, "keys_unavailable")
		require.ErrorIs(t, err, authpi.ErrTemporary)
		watch.advance(10 * time.Second)
		require.NoError(t, verify())
	})
}
