package gen_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/gen"
)

// updateGoldens says that goldens are written instead of compared: UPDATE_GOLDENS=1 go test ./gen. The diff is then to
// be read.
var updateGoldens = os.Getenv("UPDATE_GOLDENS") != ""

const adapterFile = "conformance/adapters/go/dispatch_gen.go"

// features are the small specs under testdata/golden, each with the files that show its feature.
var features = []struct {
	name  string
	files []string
}{
	{"request", []string{"sdk/internal/engine/ops_gen.go", "sdk/authpi/options_gen.go"}},
	{"url", []string{"sdk/internal/engine/ops_gen.go"}},
	{"types", []string{"sdk/authpi/types_gen.go", "sdk/authpi/enums_gen.go", "sdk/internal/engine/types_gen.go", adapterFile}},
	{"errors", []string{"sdk/authpi/errors_gen.go", "sdk/internal/engine/errors_gen.go"}},
	{"config", []string{"sdk/authpi/config_gen.go", "sdk/internal/engine/config_gen.go", adapterFile}},
	{"calls", []string{"sdk/sync/client_gen.go", "sdk/async/client_gen.go", adapterFile}},
	{"names", nil}, // it compiles, and that is the feature
	{"local", []string{adapterFile, "testdata/fixtures/interface.json"}},
}

// TestGoldens renders each feature over stubs of the hand-written packages, compares what shows the feature, and
// compiles all of it.
func TestGoldens(t *testing.T) {
	workspace := t.TempDir()
	modules, packages := "go 1.25.0\n", []string{"vet"}
	for _, feature := range features {
		t.Run(feature.name, func(t *testing.T) {
			source, err := os.ReadFile(filepath.Join("testdata/golden", feature.name, "INTERFACE.yaml"))
			require.NoError(t, err)
			tree := filepath.Join(workspace, feature.name)
			writeFile(t, filepath.Join(tree, "go.mod"), []byte("module example.com/"+feature.name+"\n\ngo 1.25.0\n"))
			modules += "use ./" + feature.name + "\n"
			packages = append(packages, "./"+feature.name+"/...")
			copyStubs(t, "testdata/stubs", tree, feature.name)
			copyStubs(t, filepath.Join("testdata/golden", feature.name, "stubs"), tree, feature.name)

			files, diags, err := gen.Render(source)
			require.NoError(t, err)
			require.False(t, diags.Failed(), diags.String())
			for name, content := range files {
				writeFile(t, filepath.Join(tree, name), content)
			}
			for _, name := range feature.files {
				golden := filepath.Join("testdata/golden", feature.name, "want", name)
				if updateGoldens {
					writeFile(t, golden, files[name])
				}
				want, err := os.ReadFile(golden)
				require.NoError(t, err)
				assert.Equal(t, string(want), string(files[name]), golden)
			}
		})
	}
	t.Run("compile", func(t *testing.T) {
		writeFile(t, filepath.Join(workspace, "go.work"), []byte(modules))
		vet := exec.CommandContext(t.Context(), "go", packages...)
		vet.Dir = workspace
		vet.Env = append(os.Environ(), "GOWORK="+filepath.Join(workspace, "go.work"), "GOFLAGS=")
		output, err := vet.CombinedOutput()
		assert.NoError(t, err, string(output))
	})
}

// copyStubs copies a folder, if it is there, with the module path of a feature.
func copyStubs(t *testing.T, from, to, feature string) {
	t.Helper()
	if _, err := os.Stat(from); os.IsNotExist(err) {
		return
	}
	require.NoError(t, fs.WalkDir(os.DirFS(from), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(from, name))
		writeFile(t, filepath.Join(to, name), []byte(strings.ReplaceAll(string(text), `"MODULE/`, `"example.com/`+feature+`/`)))
		return err
	}))
}

func writeFile(t *testing.T, name string, content []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o750))
	require.NoError(t, os.WriteFile(name, content, 0o600))
}
