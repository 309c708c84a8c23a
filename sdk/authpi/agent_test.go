package authpi_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// A handler that forgets to check an error gets a nil agent.
func TestANilAgentHasNoAccess(t *testing.T) {
	var agent *authpi.Agent
	assert.False(t, agent.HasAccess("read", "projects"))
	assert.False(t, agent.HasAccessIn("org_1", "read", "projects"))
	assert.False(t, agent.HasAccessIn("", "", ""))
	assert.False(t, agent.IsOwnerOf("org_1"))
	assert.False(t, agent.IsAdminOf("org_1"))
	assert.False(t, agent.IsMemberOf("org_1"))
	assert.Empty(t, agent.GetScopesFor("org_1"))
	assert.Empty(t, agent.ID())
	assert.Empty(t, agent.Type())
	assert.Nil(t, agent.Tokens())
	assert.Empty(t, agent.Organizations())
	assert.Empty(t, agent.Scopes())
	assert.False(t, agent.IsExpired())
	assert.Zero(t, agent.ExpiresIn())
	assert.Empty(t, agent.String())
	assert.NotPanics(t, func() { _ = agent.LogValue() })
	encoded, err := json.Marshal(agent)
	require.NoError(t, err)
	assert.JSONEq(t, `null`, string(encoded))
}
