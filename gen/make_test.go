package gen_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMakeGenerate removes an enum value that the engine uses and adds an operation that it does not have. The files are
// written, and the compiler lists what is left to do by hand.
func TestMakeGenerate(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a copy of the SDK")
	}
	dir := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum", "Makefile"} {
		copyFile(t, filepath.Join("..", name), filepath.Join(dir, name))
	}
	for _, folder := range []string{"sdk/authpi", "sdk/internal", "gen", "cmd/sdkgen"} {
		require.NoError(t, os.CopyFS(filepath.Join(dir, folder), os.DirFS(filepath.Join("..", folder))))
	}
	source, err := os.ReadFile("../INTERFACE.yaml")
	require.NoError(t, err)
	before, value, found := strings.Cut(string(source), "      personal_token: {")
	require.True(t, found)
	_, after, _ := strings.Cut(value, "\n")
	after = strings.Replace(after, "\n  discover:\n", "\n  rediscover: {doc: Loads it again., composed: {}}\n  discover:\n", 1)
	writeFile(t, filepath.Join(dir, "INTERFACE.yaml"), []byte(before+after))

	command := exec.CommandContext(t.Context(), "make", "generate", "PACKAGES=./sdk/internal/engine")
	command.Dir = dir
	output, err := command.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(output), "The hand-written Go does not fit INTERFACE.yaml yet.")
	assert.Regexp(t, `sdk/internal/engine/principal\.go:\d+:\d+: undefined: authpi\.PrincipalTypePersonalToken`, string(output))
	assert.Contains(t, string(output), "missing method Rediscover")
}
