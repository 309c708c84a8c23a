package certified_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/interop/internal/flavor"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

// A provider that does not run ends no session.
func TestOutage(t *testing.T) {
	t.Parallel()
	flavor.Each(t, func(t *testing.T, open flavor.Open) {
		f := newRestartable(t)
		var watch clock
		config := f.config("c_es256")
		config.Clock = watch.now
		client := discovered(t, open, config)
		agent := f.logIn(t, client, nil)
		login := start(t, client, nil)

		f.kill(t)
		again, err := client.CreateAgent(t.Context(), stored(t, agent), nil)
		require.NoError(t, err, "fresh tokens need no provider")
		assert.Equal(t, agent.Tokens().AccessToken.Reveal(), again.Tokens().AccessToken.Reveal())
		_, err = client.GetUserInfo(t.Context(), agent, nil)
		requireOutage(t, err)
		_, err = client.Refresh(t.Context(), agent, nil)
		requireOutage(t, err)
		watch.advance(15 * time.Minute)
		_, err = client.CreateAgent(t.Context(), stored(t, agent), nil)
		requireOutage(t, err)
		var failed *authpi.RefreshError
		require.ErrorAs(t, err, &failed)
		_, err = open(t, config).Discover(t.Context(), nil)
		requireOutage(t, err)
		requireCode(t, err, "metadata_unavailable")

		f.start(t)
		watch.advance(10 * time.Second) // past the pause after a temporary failure
		agent, err = client.CreateAgent(t.Context(), stored(t, agent), nil)
		require.NoError(t, err)
		assert.Equal(t, "usr_alice", agent.ID())
		agent, err = client.ExchangeCallback(t.Context(), f.callback(t, login), login, nil)
		requireCode(t, err, "login_expired")
		assert.Nil(t, agent)
		f.logIn(t, client, nil)
	})
}

func requireOutage(t *testing.T, err error) {
	t.Helper()
	require.ErrorIs(t, err, authpi.ErrTemporary)
	require.ErrorIs(t, err, authpi.ErrNetwork)
	require.ErrorContains(t, err, "connection refused")
	require.False(t, authpi.NeedsLogin(err))
}
