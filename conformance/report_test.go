package conformance_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance"
)

func report() *conformance.Report {
	return &conformance.Report{
		SDK: "acme 1.0", Language: "python", Flavors: []string{"sync"}, Seed: "s", Took: 2 * time.Second,
		Results: []conformance.Result{
			{Case: "a.one", Area: "a", Flavor: "sync", Verdict: conformance.Pass, Took: 5 * time.Millisecond},
			{Case: "a.two[x=1]", Area: "a", Flavor: "sync", Verdict: conformance.Fail, Problems: []string{"ok/id: want 1, got 2", "a: crashed: panic\nat line 5"}},
			{Case: "b.one", Area: "b", Flavor: "sync", Verdict: conformance.Skip, Problems: []string{"the SDK lacks the capability clock"}},
			{Case: "b.two", Area: "b", Flavor: "sync", Verdict: conformance.Blocked, Problems: []string{"its control a.two did not pass: fail"}},
		},
	}
}

func TestReportForPeople(t *testing.T) {
	var out strings.Builder
	require.NoError(t, report().WriteText(&out, "conformance run"))
	assert.Equal(t, `acme 1.0, python
sync       a                       1 of 2, 1 NOT OK  5ms
sync       b                       0 of 2, 1 skipped, 1 NOT OK  0s

FAIL a.two[x=1] (sync)
  ok/id: want 1, got 2
  a: crashed: panic
      at line 5
  again: conformance run --case 'a.two[x=1]' --flavor sync --trace

BLOCKED b.two (sync)
  its control a.two did not pass: fail
  again: conformance run --case 'b.two' --flavor sync --trace

skipped: 1 cases: the SDK lacks the capability clock
FAILED: 1 pass, 1 fail, 1 blocked, 1 skip in 2s (2 cases a second), seed s
`, out.String())
}

func TestReportForPrograms(t *testing.T) {
	var out strings.Builder
	require.NoError(t, report().WriteJSON(&out))
	var back conformance.Report
	require.NoError(t, json.Unmarshal([]byte(out.String()), &back))
	assert.Equal(t, report(), &back)

	out.Reset()
	require.NoError(t, report().WriteJUnit(&out))
	var suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Failure string `xml:"failure"`
		} `xml:"testcase"`
	}
	require.NoError(t, xml.Unmarshal([]byte(out.String()), &suite))
	assert.Equal(t, []int{4, 2, 1}, []int{suite.Tests, suite.Failures, suite.Skipped})
	assert.Equal(t, "ok/id: want 1, got 2\na: crashed: panic\nat line 5", suite.Cases[1].Failure)
}

func TestGreenMeansThatSomethingPassed(t *testing.T) {
	empty := &conformance.Report{Took: time.Second}
	assert.False(t, empty.OK(), "no case run is not green")
	var out strings.Builder
	require.NoError(t, empty.WriteText(&out, ""))
	assert.Contains(t, out.String(), "NO CASE RUN")

	skipped := report()
	skipped.Results = skipped.Results[2:3]
	assert.False(t, skipped.OK(), "nor is a run of skips")

	passed := report()
	passed.Results = passed.Results[:1]
	assert.True(t, passed.OK())
	passed.Problems = []string{"a secret stands in the adapter's standard error"}
	assert.False(t, passed.OK())
}
