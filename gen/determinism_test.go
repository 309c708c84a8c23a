package gen_test

import (
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/gen"
)

// TestRenderIsDeterministic renders the repository's spec many times, on one thread and on two. Map order and
// scheduling differ between the runs; the bytes must not.
func TestRenderIsDeterministic(t *testing.T) {
	source, err := os.ReadFile("../INTERFACE.yaml")
	require.NoError(t, err)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	first, diags, err := gen.Render(source)
	require.NoError(t, err)
	require.False(t, diags.Failed(), diags.String())
	for run := range 100 {
		runtime.GOMAXPROCS(1 + run%2)
		files, again, err := gen.Render(source)
		require.NoError(t, err)
		require.Equal(t, diags.String(), again.String())
		require.Len(t, files, len(first))
		for name, content := range files {
			require.Equal(t, string(first[name]), string(content), name)
		}
	}
}
