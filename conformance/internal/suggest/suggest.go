// Package suggest answers one question: which name was meant by one that is
// unknown?
package suggest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// maxName bounds the names that are compared: nothing longer is a slip of the
// pen.
const maxName = 64

// Name returns `; did you mean "x"?` for the candidate nearest to a name, or ""
// where none is near. Of several as near, it is the first in the alphabet.
func Name(name string, candidates []string) string {
	if len(name) > maxName {
		return ""
	}
	best, least := "", 1+max(1, len(name)/3)
	for _, candidate := range slices.Sorted(slices.Values(candidates)) {
		d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(candidate), nil)
		if d == 2 && letters(name) == letters(candidate) {
			d = 1 // two letters changed places
		}
		if d < least {
			best, least = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// letters returns the letters of a name in alphabetical order.
func letters(name string) string {
	return string(slices.Sorted(slices.Values([]rune(strings.ToLower(name)))))
}

// Key does the same with the keys of a map.
func Key[V any](name string, candidates map[string]V) string {
	return Name(name, slices.Collect(maps.Keys(candidates)))
}
