package authpitest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpitest"
)

func TestConfig(t *testing.T) {
	issuer := fixed(t, authpitest.Options{})
	config := issuer.Config()
	assert.Equal(t, issuer.URL(), config.IssuerURL)
	assert.Equal(t, "c_web", config.ClientID)
	assert.Equal(t, "web-secret", config.ClientSecret.Reveal())
	assert.Equal(t, callbackURI, config.RedirectURI)
	assert.Same(t, issuer.Client(), config.HTTPClient)
	assert.Equal(t, issuer.Now(), config.Clock())

	assert.True(t, issuer.ConfigFor("c_spa").ClientSecret.IsZero())
	agent := issuer.ConfigFor("agt_robot")
	assert.Equal(t, "robot-secret", agent.ClientSecret.Reveal())
	assert.Empty(t, agent.RedirectURI)

	tb := &fakeTB{}
	misused := authpitest.New(tb, nil)
	misused.ConfigFor("c_none")
	require.Len(t, tb.failures, 1)
	misused.Close()
}
