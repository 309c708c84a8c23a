package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A program cannot be imported: its test stands inside the package.
func TestRunWritesItsReports(t *testing.T) {
	folder := t.TempDir()
	command := runCommand{
		Case: []string{"flow.*", "flow.login"}, Area: []string{"flow"}, Trace: true,
		JSON: filepath.Join(folder, "report.json"), JUnit: filepath.Join(folder, "report.xml"),
	}
	require.NoError(t, command.Run())
	for file, want := range map[string]string{"report.json": `"verdict": "pass"`, "report.xml": `<testcase classname="blocking.flow" name="flow.login"`} {
		data, err := os.ReadFile(filepath.Join(folder, file))
		require.NoError(t, err)
		assert.Contains(t, string(data), want)
	}
}

func TestRunRefuses(t *testing.T) {
	for name, command := range map[string]runCommand{
		"no such case":    {Case: []string{"flow.none"}},
		"no such area":    {Area: []string{"kitchen"}},
		"no such folder":  {Cases: "/nowhere"},
		"no such adapter": {Case: []string{"flow.login"}, Adapter: "/nowhere/adapter --x"},
		"no such flavor":  {Case: []string{"flow.login"}, Flavor: []string{"sideways"}},
		"unwritable":      {Case: []string{"flow.login"}, JSON: "/nowhere/report.json"},
	} {
		assert.Error(t, command.Run(), name)
	}
}

func TestRerunRepeatsTheFlags(t *testing.T) {
	command := runCommand{Adapter: "python a.py", Cases: "cases"}
	assert.Equal(t, "go run ./cmd/conformance run --adapter 'python a.py' --cases cases", command.rerun())
}

func TestList(t *testing.T) {
	for _, command := range []listCommand{{}, {Clauses: true}} {
		require.NoError(t, command.Run())
	}
	assert.Error(t, (&listCommand{Cases: "/nowhere"}).Run())
}
