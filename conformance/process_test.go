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
	assert.EqualError(t, err, "adapter: hello was not answered within 50ms")
}

func TestHowAProgramEndedIsTold(t *testing.T) {
	suite := sample(t)
	for role, want := range map[string]string{
		"exits":           "the adapter ended its output (exit status 7); its stderr ends:\n  Traceback:\n  no such module",
		"is killed":       "the adapter ended its output (signal: killed)",
		"stops in a line": `the adapter ended its output in the middle of a line (exit status 0): the last line, "{\"id\":", has no end`,
		"hangs up":        "the adapter ended its output (it still runs)",
	} {
		t.Run(role, func(t *testing.T) {
			report, err := conformance.Run(t.Context(), conformance.Options{
				Adapter: program(t, role), Suite: suite, Cases: suite.Select("scopes.has-access"),
			})
			require.NoError(t, err)
			require.Equal(t, 1, report.Count(conformance.Crash))
			assert.Contains(t, report.Results[0].Problems[0], want)
		})
	}
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
