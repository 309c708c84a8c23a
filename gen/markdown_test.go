package gen_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMarkdownLinks holds that each link in docs/INTERFACE.md leads to one heading.
func TestMarkdownLinks(t *testing.T) {
	text := string(renderOwn(t)["docs/INTERFACE.md"])
	headings := map[string]int{}
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		anchor := strings.ReplaceAll(strings.ToLower(strings.NewReplacer(".", "", ",", "").Replace(heading[1])), " ", "-")
		headings[anchor]++
	}
	links := regexp.MustCompile(`\]\(#([^)]*)\)`).FindAllStringSubmatch(text, -1)
	require.NotEmpty(t, links)
	for _, link := range links {
		assert.Equal(t, 1, headings[link[1]], "#%s", link[1])
	}
}

// TestMarkdownTables holds that each row has the cells of its head, so that no text breaks out of a cell.
func TestMarkdownTables(t *testing.T) {
	cells := 0
	for _, line := range strings.Split(string(renderOwn(t)["docs/INTERFACE.md"]), "\n") {
		switch {
		case !strings.HasPrefix(line, "|"):
			cells = 0
		case cells == 0:
			cells = strings.Count(line, "|")
		default:
			assert.Equal(t, cells, strings.Count(line, "|"), line)
		}
	}
}

// TestMarkdownOrigins holds that each rule says where it comes from, in sentences.
func TestMarkdownOrigins(t *testing.T) {
	text := string(renderOwn(t)["docs/INTERFACE.md"])
	assert.NotContains(t, text, ". .")
	assert.NotContains(t, text, ". this interface")
	_, rules, found := strings.Cut(text, "\n## Rules\n")
	require.True(t, found)
	rules, _, _ = strings.Cut(rules, "\n## ")
	rows := regexp.MustCompile("(?m)^\\| `.*$").FindAllString(rules, -1)
	require.NotEmpty(t, rows)
	for _, row := range rows {
		assert.Regexp(t, `(RFC \d+|OpenID|OAuth|authpi-idp|This interface's own|WHATWG|NIST|section|SDK).*\. \|$`, row)
	}
	assert.Contains(t, rules, "section ", "a rule of a standard names it")
}
