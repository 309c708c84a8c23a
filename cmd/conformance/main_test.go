package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A program cannot be imported: its test stands inside the package.
func TestRunWritesItsReports(t *testing.T) {
	folder := t.TempDir()
	command := runCommand{
		Case: []string{"flow.*", "flow.login"}, Area: []string{"flow"}, Trace: true,
		JSON: argument(filepath.Join(folder, "report.json")), JUnit: argument(filepath.Join(folder, "report.xml")),
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
		"no such area":    {Area: []string{"flow", "kitchen"}},
		"none of both":    {Case: []string{"flow.*"}, Area: []string{"scopes"}},
		"no such folder":  {Cases: "/nowhere"},
		"no such adapter": {Case: []string{"flow.login"}, Adapter: "/nowhere/adapter --x"},
		"no such flavor":  {Case: []string{"flow.login"}, Flavor: []string{"sideways"}},
	} {
		assert.Error(t, command.Run(), name)
	}
}

// TestReportsAreOpenedBeforeTheRun gives an adapter that is not there: only a run would find that out.
func TestReportsAreOpenedBeforeTheRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report")
	link := file + ".link"
	require.NoError(t, os.Symlink(file, link))
	for name, test := range map[string]struct {
		json, junit argument
		want        string
	}{
		"unwritable":         {"/nowhere/report.json", "", "--json: open /nowhere/report.json"},
		"both unwritable":    {"/nowhere/a", "/nowhere/b", "--junit: open /nowhere/b"},
		"one file":           {argument(file), argument(file), "--json and --junit: want two files, not one"},
		"one file, two ways": {argument(file), argument(link), "--json and --junit: want two files, not one"},
	} {
		command := runCommand{Case: []string{"flow.login"}, Adapter: "/nowhere/adapter", JSON: test.json, JUnit: test.junit}
		assert.ErrorContains(t, command.Run(), test.want, name)
	}
}

func TestCommandLineRefuses(t *testing.T) {
	for line, want := range map[string]string{
		"run --adapter=":       "--adapter: is empty; give a value, or leave the flag out",
		"run --adapter=\t":     "--adapter: is empty",
		"run --json=":          "--json: is empty",
		"run --junit=":         "--junit: is empty",
		"run --seed=":          "--seed: is empty",
		"run --parallel=-3":    "--parallel=-3: give a number from 1",
		"run --budget=0":       "--budget=0s: give the time",
		"run --budget=0s":      "--budget=0s: give the time that one case may take, such as 10s",
		"run --budget=-1s":     "--budget=-1s: give the time",
		"run --cases=/nowhere": "no such file",
	} {
		_, err := newParser(&cli{}).Parse(strings.Split(line, " "))
		assert.ErrorContains(t, err, want, line)
	}
	var parsed cli
	_, err := newParser(&parsed).Parse([]string{"run", "--adapter", "python a.py", "--parallel", "2"})
	require.NoError(t, err)
	assert.Equal(t, argument("python a.py"), parsed.Run.Adapter)
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

// TestEveryRuleHasItsCases requires a case for and a case against each clause
// of level must.
func TestEveryRuleHasItsCases(t *testing.T) {
	assert.NoError(t, (&listCommand{Strict: true}).Run())
}
