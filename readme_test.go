package authpigo_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// longRunning marks the samples that only compile: they serve or need an issuer on the network.
const longRunning = `IssuerURL:    "https://`

// TestREADME does what the README says in an empty folder: the two lines that stand for `go get`, then every sample.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	repository, err := filepath.Abs(".")
	require.NoError(t, err)
	samples := goBlock.FindAllStringSubmatch(string(readme), -1)
	require.NotEmpty(t, samples)

	dir := t.TempDir()
	for i, sample := range samples {
		folder := filepath.Join(dir, fmt.Sprintf("sample%d", i+1))
		require.NoError(t, os.Mkdir(folder, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "main.go"), []byte(sample[1]), 0o644))
	}
	shell(t, dir, "go", "mod", "init", "example.com/app")
	replace := readmeLine(t, string(readme), "go mod edit -replace")
	replace = strings.ReplaceAll(replace, "/path/to/authpi-go", repository)
	shell(t, dir, strings.Fields(replace)...)
	shell(t, dir, strings.Fields(readmeLine(t, string(readme), "go mod tidy"))...)
	shell(t, dir, "go", "vet", "./...")
	for i, sample := range samples {
		if !strings.Contains(sample[1], longRunning) {
			shell(t, dir, "go", "run", fmt.Sprintf("./sample%d", i+1))
		}
	}
}

// TestStranger runs, in a module of their own, the programs that a stranger writes first, one per flavor.
func TestStranger(t *testing.T) {
	repository, err := filepath.Abs(".")
	require.NoError(t, err)
	for _, flavor := range []string{"blocking", "future"} {
		t.Run(flavor, func(t *testing.T) {
			dir := t.TempDir()
			program, err := os.ReadFile(filepath.Join("testdata", "stranger", flavor, "main.go"))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), program, 0o644))
			shell(t, dir, "go", "mod", "init", "example.com/stranger")
			shell(t, dir, "go", "mod", "edit", "-replace", "github.com/arbfay/authpi-go="+repository)
			shell(t, dir, "go", "mod", "tidy")
			want := "usr_alice is owner: true\nrefreshed: true expired: false\nafter revocation: true\nlogout: true\n"
			assert.Equal(t, want, shell(t, dir, "go", "run", "."))
		})
	}
}

func readmeLine(t *testing.T, readme, prefix string) string {
	t.Helper()
	for line := range strings.Lines(readme) {
		if strings.HasPrefix(line, prefix) {
			return strings.TrimSpace(line)
		}
	}
	require.FailNow(t, "the README has no line "+prefix)
	return ""
}

func shell(t *testing.T, dir string, command ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), command[0], command[1:]...)
	c.Dir = dir
	output, err := c.CombinedOutput()
	assert.NoError(t, err, "%v: %s", command, output)
	return string(output)
}
