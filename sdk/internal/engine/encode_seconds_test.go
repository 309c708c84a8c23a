package engine_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

// TestFractionsOfSecondsAreRefused holds that a request never says another time than its caller: half a second cut to 0 would
// ask the user for a new login.
func TestFractionsOfSecondsAreRefused(t *testing.T) {
	e, err := engine.New(authpi.Config{IssuerURL: issuer, ClientID: "c_bench", RedirectURI: "https://app.test/callback"})
	require.NoError(t, err)
	for _, test := range []struct {
		age  time.Duration
		wire string // "" if it is refused
	}{
		{0, "0"}, {time.Second, "1"}, {90 * time.Second, "90"},
		{500 * time.Millisecond, ""}, {1500 * time.Millisecond, ""}, {time.Second + time.Nanosecond, ""},
	} {
		login, err := e.CreateAuthorizationURL([]string{"openid"}, &authpi.CreateAuthorizationURLOptions{MaxAge: &test.age})
		if test.wire == "" {
			var wrong *authpi.ConfigurationError
			require.ErrorAs(t, err, &wrong, test.age)
			assert.Equal(t, "invalid_argument", wrong.Code)
			assert.Equal(t, "MaxAge must be a whole number of seconds, such as 10 * time.Second", wrong.Description)
			continue
		}
		require.NoError(t, err)
		link, err := url.Parse(login.URL)
		require.NoError(t, err)
		assert.Equal(t, test.wire, link.Query().Get("max_age"))
	}
}
