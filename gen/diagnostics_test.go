package gen_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/gen"
)

// TestDiagnostics renders each bad spec and compares all that is said of it.
func TestDiagnostics(t *testing.T) {
	specs, err := filepath.Glob("testdata/diagnostics/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, specs)
	for _, name := range specs {
		t.Run(filepath.Base(name), func(t *testing.T) {
			source, err := os.ReadFile(name)
			require.NoError(t, err)
			files, diags, err := gen.Render(source)
			require.NoError(t, err)

			warns := strings.HasSuffix(name, "warnings.yaml")
			assert.Equal(t, !warns, diags.Failed())
			assert.Equal(t, warns, len(files) > 0, "files are rendered only if there is no error")
			golden := strings.TrimSuffix(name, ".yaml") + ".txt"
			if updateGoldens {
				writeFile(t, golden, []byte(diags.String()))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), diags.String())
		})
	}
}
