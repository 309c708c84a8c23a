package conformance_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance"
)

// program is this test program in another role.
func program(t *testing.T, role string) conformance.Command {
	t.Helper()
	t.Setenv(actAs, role)
	own, err := os.Executable()
	require.NoError(t, err)
	return conformance.Command{own}
}

func TestAdapterAsAProgram(t *testing.T) {
	report, err := conformance.Run(t.Context(), conformance.Options{Adapter: program(t, "adapter"), Suite: sample(t)})
	require.NoError(t, err)
	assert.True(t, report.OK(), summary(t, report))
	assert.Equal(t, []string{"blocking", "future"}, report.Flavors)
}

func TestSecretsInStandardErrorAreSeen(t *testing.T) {
	report, err := conformance.Run(t.Context(), conformance.Options{Adapter: program(t, "gossip"), Suite: sample(t)})
	require.NoError(t, err)
	assert.False(t, report.OK())
	assert.Equal(t, []string{"a secret stands in the adapter's standard error"}, report.Problems)
}

func TestAProgramThatDoesNotAnswerIsKilled(t *testing.T) {
	_, err := conformance.Run(t.Context(), conformance.Options{
		Adapter: program(t, "stubborn"), Suite: sample(t), Budget: 50 * time.Millisecond,
	})
	assert.Error(t, err)
}

func TestAProgramThatIsNotThere(t *testing.T) {
	for _, command := range []conformance.Command{nil, {"/nowhere/adapter"}} {
		_, err := conformance.Run(t.Context(), conformance.Options{Adapter: command, Suite: sample(t)})
		assert.Error(t, err)
	}
}

func TestFlavorsCanBeChosen(t *testing.T) {
	options := conformance.Options{Adapter: program(t, "adapter"), Suite: sample(t), Flavors: []string{"future"}}
	report, err := conformance.Run(t.Context(), options)
	require.NoError(t, err)
	assert.Equal(t, []string{"future"}, report.Flavors)
	options.Flavors = []string{"sideways"}
	_, err = conformance.Run(t.Context(), options)
	assert.ErrorContains(t, err, `no flavor "sideways"`)
}
