package conformance

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Report is the outcome of a run.
type Report struct {
	// SDK is the SDK's name and version.
	SDK string `json:"sdk"`
	// Language is its language.
	Language string `json:"language"`
	// Flavors are the flavors that were judged.
	Flavors []string `json:"flavors"`
	// Seed repeats the run's secrets.
	Seed string `json:"seed"`
	// Took is the time that the run took.
	Took time.Duration `json:"took"`
	// Results are the verdicts by flavor, then by case.
	Results []Result `json:"results"`
	// Problems are those of the run as a whole.
	Problems []string `json:"problems,omitempty"`
}

// Count returns how many results have a verdict.
func (r *Report) Count(verdict Verdict) int {
	count := 0
	for _, result := range r.Results {
		if result.Verdict == verdict {
			count++
		}
	}
	return count
}

// OK says whether the run is green: at least one case passed, and each that did
// not was skipped.
func (r *Report) OK() bool {
	passed, skipped := r.Count(Pass), r.Count(Skip)
	return passed > 0 && passed+skipped == len(r.Results) && len(r.Problems) == 0
}

// WriteText writes the report for people: one line for each flavor and area, then
// what went wrong, with the line that runs it again. Rerun is what that line
// begins with.
func (r *Report) WriteText(w io.Writer, rerun string) error {
	var out strings.Builder
	fmt.Fprintf(&out, "%s, %s\n", r.SDK, r.Language)
	for _, group := range r.groups() {
		fmt.Fprintf(&out, "%-10s %-20s %s\n", group.flavor, group.area, group)
	}
	for _, result := range r.Results {
		switch result.Verdict {
		case Pass, Skip:
		default:
			fmt.Fprintf(&out, "\n%s %s (%s)\n", strings.ToUpper(string(result.Verdict)), result.Case, result.Flavor)
			for _, problem := range result.Problems {
				fmt.Fprintf(&out, "  %s\n", indented(problem))
			}
			fmt.Fprintf(&out, "  again: %s --case '%s' --flavor %s --trace\n", rerun, result.Case, result.Flavor)
		}
	}
	for _, reason := range r.skips() {
		fmt.Fprintf(&out, "\nskipped: %s", reason)
	}
	for _, problem := range r.Problems {
		fmt.Fprintf(&out, "\nproblem: %s", indented(problem))
	}
	fmt.Fprintf(&out, "\n%s\n", r.summary())
	_, err := io.WriteString(w, out.String())
	return err
}

// indented keeps the further lines of a text apart from what stands around it.
func indented(text string) string { return strings.ReplaceAll(text, "\n", "\n      ") }

// summary is the last line of the report.
func (r *Report) summary() string {
	parts := []string{}
	for _, verdict := range []Verdict{Pass, Fail, Blocked, Crash, Timeout, Skip} {
		if count := r.Count(verdict); count > 0 || verdict == Pass || verdict == Fail {
			parts = append(parts, fmt.Sprintf("%d %s", count, verdict))
		}
	}
	state := "FAILED"
	switch {
	case len(r.Results) == 0:
		state = "NO CASE RUN"
	case r.OK():
		state = "ok"
	}
	rate := float64(len(r.Results)) / r.Took.Seconds()
	return fmt.Sprintf("%s: %s in %s (%.0f cases a second), seed %s",
		state, strings.Join(parts, ", "), r.Took.Round(time.Millisecond), rate, r.Seed)
}

// group counts the results of one flavor and area.
type group struct {
	flavor, area                 string
	cases, passed, skipped, left int
	took                         time.Duration
}

// String prints the counts.
func (g *group) String() string {
	text := fmt.Sprintf("%4d of %d", g.passed, g.cases)
	if g.skipped > 0 {
		text += fmt.Sprintf(", %d skipped", g.skipped)
	}
	if g.left > 0 {
		text += fmt.Sprintf(", %d NOT OK", g.left)
	}
	return fmt.Sprintf("%s  %s", text, g.took.Round(time.Millisecond))
}

func (r *Report) groups() []*group {
	var groups []*group
	for _, result := range r.Results {
		i := slices.IndexFunc(groups, func(g *group) bool { return g.flavor == result.Flavor && g.area == result.Area })
		if i < 0 {
			i = len(groups)
			groups = append(groups, &group{flavor: result.Flavor, area: result.Area})
		}
		g := groups[i]
		g.cases++
		g.took += result.Took
		switch result.Verdict {
		case Pass:
			g.passed++
		case Skip:
			g.skipped++
		default:
			g.left++
		}
	}
	return groups
}

// skips returns each reason for a skip with the number of cases.
func (r *Report) skips() []string {
	counts := map[string]int{}
	var reasons []string
	for _, result := range r.Results {
		if result.Verdict != Skip {
			continue
		}
		reason := strings.Join(result.Problems, "; ")
		if counts[reason]++; counts[reason] == 1 {
			reasons = append(reasons, reason)
		}
	}
	for i, reason := range reasons {
		reasons[i] = fmt.Sprintf("%d cases: %s", counts[reason], reason)
	}
	return reasons
}

// WriteJSON writes the report for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitMessage `xml:"failure,omitempty"`
	Skipped *junitMessage `xml:"skipped,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the report as JUnit XML.
func (r *Report) WriteJUnit(w io.Writer) error {
	suite := junitSuite{
		Name: "conformance of " + r.SDK, Tests: len(r.Results), Skipped: r.Count(Skip),
		Failures: len(r.Results) - r.Count(Pass) - r.Count(Skip), Time: seconds(r.Took),
	}
	for _, result := range r.Results {
		entry := junitCase{Class: result.Flavor + "." + result.Area, Name: result.Case, Time: seconds(result.Took)}
		message := &junitMessage{Message: string(result.Verdict), Text: strings.Join(result.Problems, "\n")}
		switch result.Verdict {
		case Pass:
		case Skip:
			entry.Skipped = message
		default:
			entry.Failure = message
		}
		suite.Cases = append(suite.Cases, entry)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	return encoder.Encode(suite)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
