package conformance_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance"
	goadapter "github.com/arbfay/authpi-go/conformance/adapters/go"
	"github.com/arbfay/authpi-go/testdata/fixtures"
)

// altered is what no SDK returns and no case expects.
const altered = "altered by the test"

// TestEachAssertedValueDecides alters, one at a time, every value that a case
// asserts, judges the same transcript again, and requires the verdict to change:
// an assertion that nothing depends on would be none.
func TestEachAssertedValueDecides(t *testing.T) {
	suite, err := conformance.Load(fixtures.Files)
	require.NoError(t, err)
	report, err := conformance.Run(t.Context(), conformance.Options{
		Adapter: conformance.InProcess(goadapter.Serve), Suite: suite, KeepTranscripts: true,
	})
	require.NoError(t, err)
	assert.True(t, report.OK(), summary(t, report))
	sites := 0
	for _, result := range report.Results {
		if result.Verdict != conformance.Pass {
			continue
		}
		c, _ := suite.Case(result.Case)
		require.Empty(t, conformance.Judge(c, result.Transcript))
		for _, site := range assertions(c, result.Transcript) {
			sites++
			undo := site.alter()
			problems := conformance.Judge(c, result.Transcript)
			undo()
			assert.NotEmpty(t, problems, "%s (%s): %s decides nothing", result.Case, result.Flavor, site.path)
		}
	}
	t.Logf("%d asserted values of %d results", sites, len(report.Results))
}

func summary(t *testing.T, report *conformance.Report) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, report.WriteText(&out, "conformance run"))
	return out.String()
}

// site is one asserted value, and the way to alter it.
type site struct {
	path  string
	alter func() (undo func())
}

// assertions returns the values that a case asserts of what was seen.
func assertions(c *conformance.Case, seen *conformance.Transcript) []site {
	var sites []site
	for _, step := range c.Steps {
		sites = append(sites, stepSites(step)...)
	}
	if c.Setup != nil {
		sites = append(sites, treeSites("setup/err", anyOf(c.Setup.Err))...)
	}
	for i, event := range c.ConfigEvents {
		sites = append(sites, treeSites(fmt.Sprintf("config_events/%d", i), anyOf(event))...)
	}
	asked := map[string]bool{}
	for _, request := range seen.Requests {
		asked[request.Exchange] = true
	}
	for _, exchange := range c.Script {
		if !asked[exchange.ID] {
			continue
		}
		path := "script/" + exchange.ID + "/on/"
		sites = append(sites, treeSites(path+"form", anyOf(exchange.On.Form))...)
		sites = append(sites, treeSites(path+"query", anyOf(exchange.On.Query))...)
		sites = append(sites, treeSites(path+"headers", anyOf(exchange.On.Headers))...)
	}
	for name := range c.Counts {
		sites = append(sites, site{"counts/" + name, func() func() {
			c.Counts[name]++
			return func() { c.Counts[name]-- }
		}})
	}
	for i := range c.Sent {
		whole := c.Sent
		sites = append(sites, site{fmt.Sprintf("sent/%d", i), func() func() {
			c.Sent = slices.Delete(slices.Clone(whole), i, i+1)
			return func() { c.Sent = whole }
		}})
	}
	return withoutIdle(c, sites, asked)
}

// withoutIdle leaves out the exchanges that may happen any number of times and
// did not: whether they are listed makes no difference.
func withoutIdle(c *conformance.Case, sites []site, asked map[string]bool) []site {
	return slices.DeleteFunc(sites, func(s site) bool {
		for i, id := range c.Sent {
			if s.path == fmt.Sprintf("sent/%d", i) && !asked[id] {
				return true
			}
		}
		return false
	})
}

func stepSites(step *conformance.Step) []site {
	var sites []site
	path := "steps/" + step.ID + "/"
	if step.OK.Set {
		if inner := treeSites(path+"ok", step.OK.Want); inner != nil {
			sites = append(sites, inner...)
		} else {
			sites = append(sites, site{path + "ok", func() func() {
				was := step.OK.Want
				step.OK.Want = altered
				return func() { step.OK.Want = was }
			}})
		}
	}
	sites = append(sites, treeSites(path+"err", anyOf(step.Err))...)
	for i, event := range step.Events {
		sites = append(sites, treeSites(fmt.Sprintf("%sevents/%d", path, i), anyOf(event))...)
	}
	for name, argument := range step.Args {
		behavior, _ := argument.(map[string]any)
		inner, ok := behavior["call"].(map[string]any)
		if !ok || !strings.HasPrefix(name, "on_") {
			continue
		}
		for _, part := range []string{"ok", "err", "events"} {
			sites = append(sites, treeSites(path+name+"/call/"+part, inner[part])...)
		}
	}
	return sites
}

func anyOf(object map[string]any) any {
	if object == nil {
		return nil
	}
	return object
}

// treeSites returns the leaves of an expectation below its root. An operator is
// one leaf; of those whose parts must all hold, the parts are leaves too.
func treeSites(path string, tree any) []site {
	var sites []site
	switch tree := tree.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(tree)) {
			if strings.HasPrefix(name, "$") && !strings.Contains(" $url $all $closed $contains ", " "+name+" ") {
				return nil // its parent alters it as a whole
			}
			if name != "$contains" && name != "$url" && name != "$all" && name != "$closed" {
				sites = append(sites, leaf(path+"/"+name, tree[name], func(value any) { tree[name] = value })...)
				continue
			}
			sites = append(sites, treeSites(path+"/"+name, tree[name])...)
		}
	case []any:
		for i := range tree {
			sites = append(sites, leaf(fmt.Sprintf("%s/%d", path, i), tree[i], func(value any) { tree[i] = value })...)
		}
	}
	return sites
}

func leaf(path string, was any, set func(any)) []site {
	own := site{path, func() func() {
		set(altered)
		return func() { set(was) }
	}}
	return append(treeSites(path, was), own)
}
