package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Suggest returns `; did you mean "x"?` for the candidate nearest to word, or "" if none is near. The word itself is none.
func Suggest(word string, candidates []string) string {
	if len(word) > maxName {
		return ""
	}
	best, distance := "", 1+max(1, len(word)/3)
	for _, candidate := range candidates {
		d := levenshtein.Distance(strings.ToLower(word), strings.ToLower(candidate), nil)
		if d == 2 && letters(word) == letters(candidate) {
			d = 1 // two letters changed places
		}
		if d < distance && candidate != word {
			best, distance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// letters returns the letters of a word in alphabetical order.
func letters(word string) string {
	return string(slices.Sorted(slices.Values([]rune(strings.ToLower(word)))))
}
