package spec

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// Suggest returns `; did you mean "x"?` for the candidate nearest to word, or "" if none is near.
func Suggest(word string, candidates []string) string {
	if len(word) > maxName {
		return ""
	}
	best, distance := "", 1+max(1, len(word)/3)
	for _, candidate := range candidates {
		if d := levenshtein.Distance(strings.ToLower(word), strings.ToLower(candidate), nil); d < distance {
			best, distance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}
