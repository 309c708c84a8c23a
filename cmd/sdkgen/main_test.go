package main_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const sample = `sdk: {name: sample, version: 0.1.0, module: example.com/sample, doc: Shows the command.}
enums:
  ErrorSource: {doc: The place., values: {sdk: {doc: The SDK itself.}}}
errors:
  OAuthError: {doc: The base of every error.}
`

// outcome is what a run of the command left behind.
type outcome struct {
	code           int
	stdout, stderr string
}

// TestCommand builds the command and runs it as a user does.
func TestCommand(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "sdkgen")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(output))
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	run := func(args ...string) outcome {
		var stdout, stderr bytes.Buffer
		command := exec.CommandContext(t.Context(), binary, args...)
		command.Dir, command.Stdout, command.Stderr = dir, &stdout, &stderr
		err := command.Run()
		if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
			require.NoError(t, err)
		}
		return outcome{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}
	}

	// Usage.
	assert.Equal(t, 0, run("--help").code)
	for _, args := range [][]string{{}, {"genrate"}, {"generate", "--force"}, {"check", "-C", "nowhere"}} {
		assert.Equal(t, 2, run(args...).code, args)
	}

	// No spec, a wrong spec.
	elsewhere := run("validate")
	assert.Equal(t, 2, elsewhere.code)
	assert.Contains(t, elsewhere.stderr, "there is no spec: open INTERFACE.yaml")
	assert.Contains(t, elsewhere.stderr, "\nRun sdkgen in the root of the module, or name the root with -C.\n")
	write("INTERFACE.yaml", sample+"operatons: {}\n")
	for _, command := range []string{"validate", "check", "generate"} {
		wrong := run(command)
		assert.Equal(t, outcome{2, "", "INTERFACE.yaml:6:1: unknown key \"operatons\" in the file; did you mean \"operations\"?\n" +
			"    operatons: {}\n    ^\n"}, wrong, command)
	}
	assert.NoDirExists(t, filepath.Join(dir, "docs"))

	// All is missing, all is made, all is well.
	write("INTERFACE.yaml", sample)
	assert.Equal(t, outcome{0, "INTERFACE.yaml is valid\n", ""}, run("validate"))
	missing := run("check")
	assert.Equal(t, 1, missing.code)
	assert.Contains(t, missing.stderr, "missing docs/INTERFACE.md\n")
	made := run("generate", "-C", ".", "--spec", "INTERFACE.yaml")
	assert.Equal(t, 0, made.code, made.stderr)
	assert.Contains(t, made.stdout, "created sdk/authpi/errors_gen.go\n")
	assert.Contains(t, made.stdout, "14 created, 0 updated, 0 removed, 0 unchanged\n")
	assert.Equal(t, outcome{0, "14 files up to date\n", ""}, run("check"))

	// An edit by hand is drift, and generating again mends it.
	write("docs/INTERFACE.md", "edited\n")
	drift := run("check")
	assert.Equal(t, 1, drift.code)
	assert.Contains(t, drift.stdout, "--- a/docs/INTERFACE.md\n+++ b/docs/INTERFACE.md\n")
	assert.Contains(t, drift.stderr, "differs docs/INTERFACE.md\n")
	assert.Contains(t, run("generate").stdout, "updated docs/INTERFACE.md\n0 created, 1 updated, 0 removed, 13 unchanged\n")
	assert.Equal(t, 0, run("check").code)
}
