package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance"
)

// patch breaks the Go SDK in one place: it takes one check away, or weakens it.
type patch struct {
	ID       string `json:"id"`
	In       string `json:"in"`        // name of the function that has it, if find alone is ambiguous
	Find     string `json:"find"`      // Go tokens that occur exactly once in the SDK
	Replace  string `json:"replace"`   // source that replaces them
	CaughtBy string `json:"caught_by"` // the case that must fail
}

// TestEachRemovedCheckIsCaught removes the checks of the SDK one at a time,
// builds the adapter without each, and requires the named case to fail in every
// flavor: a case that passes for an SDK without the check would prove nothing.
// The sources stay as they are; the compiler sees the patched copy.
func TestEachRemovedCheckIsCaught(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the adapter once for each patch")
	}
	suite, err := load("")
	require.NoError(t, err)
	patches := readPatches(t)

	whole := judged(t, suite, build(t, nil), patches...)
	require.True(t, whole.OK(), "the SDK as it is does not pass: %s", text(t, whole))

	for _, p := range patches {
		t.Run(p.ID, func(t *testing.T) {
			t.Parallel()
			report := judged(t, suite, build(t, &p), p)
			for _, result := range report.Results {
				if result.Case == p.CaughtBy {
					assert.Equal(t, conformance.Fail, result.Verdict,
						"%s (%s) of an SDK with %q in place of %q", result.Case, result.Flavor, p.Replace, p.Find)
				}
			}
		})
	}
}

// TestPatchesAndCasesNameEachOther requires that the case which catches a patch
// names the patch, and that each patch which a case names exists.
func TestPatchesAndCasesNameEachOther(t *testing.T) {
	suite, err := load("")
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, p := range readPatches(t) {
		assert.False(t, seen[p.ID], "%s appears twice", p.ID)
		seen[p.ID] = true
		c, ok := suite.Case(p.CaughtBy)
		if assert.True(t, ok, "%s: there is no case %s", p.ID, p.CaughtBy) {
			assert.Contains(t, c.Kills, p.ID, "the kills of %s", p.CaughtBy)
		}
	}
	for _, c := range suite.Cases {
		for _, id := range c.Kills {
			assert.True(t, seen[id], "%s: there is no variant %s in testdata/broken.json", c.ID, id)
		}
	}
}

// TestPatchesMatchOnce requires each patch to have exactly one place.
func TestPatchesMatchOnce(t *testing.T) {
	files, err := readSDK(filepath.Join("..", "..", "sdk"))
	require.NoError(t, err)
	for _, p := range readPatches(t) {
		_, err := locate(files, p.Find, p.In)
		assert.NoError(t, err, "%s", p.ID)
	}
}

func readPatches(t *testing.T) []patch {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "broken.json"))
	require.NoError(t, err)
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var patches []patch
	require.NoError(t, decoder.Decode(&patches))
	return patches
}

// build builds this command, patched or, for nil, as it is, and returns its
// file.
func build(t *testing.T, p *patch) string {
	t.Helper()
	folder := t.TempDir()
	program := filepath.Join(folder, "conformance")
	// Without what only a debugger or a user of the program would miss.
	arguments := []string{
		"build", "-buildvcs=false", "-ldflags=-s -w", "-o", program,
		"-gcflags=github.com/arbfay/authpi-go/...=-N -l -dwarf=false",
	}
	if p != nil {
		arguments = append(arguments, "-overlay", p.overlay(t, folder))
	}
	output, err := exec.CommandContext(t.Context(), "go", append(arguments, ".")...).CombinedOutput()
	require.NoError(t, err, "the patched SDK does not build:\n%s", output)
	return program
}

// overlay writes the patched copy and the file that puts it in place of the
// original, and returns the latter.
func (p *patch) overlay(t *testing.T, folder string) string {
	t.Helper()
	sdk, err := filepath.Abs(filepath.Join("..", "..", "sdk"))
	require.NoError(t, err)
	files, err := readSDK(sdk)
	require.NoError(t, err)
	found, err := locate(files, p.Find, p.In)
	require.NoError(t, err, "follow the source in testdata/broken.json")
	original := found.file.path
	patched := filepath.Join(folder, filepath.Base(original))
	require.NoError(t, os.WriteFile(patched, []byte(found.patched(p.Replace)), 0o600))
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{original: patched}})
	require.NoError(t, err)
	file := filepath.Join(folder, "overlay.json")
	require.NoError(t, os.WriteFile(file, overlay, 0o600))
	return file
}

// judged runs the cases that catch the patches, and their controls, against the
// adapter that the program is. The judge itself is never the patched one.
func judged(t *testing.T, suite *conformance.Suite, program string, patches ...patch) *conformance.Report {
	t.Helper()
	var cases []*conformance.Case
	for _, p := range patches {
		c, ok := suite.Case(p.CaughtBy)
		require.True(t, ok, "there is no case %s", p.CaughtBy)
		if !slices.Contains(cases, c) {
			cases = append(cases, c)
		}
	}
	report, err := conformance.Run(t.Context(), conformance.Options{
		Adapter: conformance.Command{program, "adapter"}, Suite: suite, Cases: cases,
	})
	require.NoError(t, err)
	return report
}

func text(t *testing.T, report *conformance.Report) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, report.WriteText(&out, rerun))
	return out.String()
}
