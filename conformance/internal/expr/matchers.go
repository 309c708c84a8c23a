package expr

import (
	"encoding/json"
	"fmt"
	"mime"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
)

// matcher judges a value by one of the matchers. Each holds only for something
// that is there, absent, optional and not aside.
func (s Scope) matcher(path, name string, argument, got any) []Difference {
	switch name {
	case "absent":
		if !isNothing(got) {
			return differ(path, "nothing", got)
		}
		return nil
	case "optional":
		if isNothing(got) {
			return nil
		}
		return s.Match(path, argument, got)
	case "not":
		if len(s.Match(path, argument, got)) == 0 {
			return differ(path, "anything but "+show(argument), got)
		}
		return nil
	}
	if _, missing := got.(nothing); missing || got == nil {
		return differ(path, describe(name, argument), got)
	}
	switch name {
	case "any":
		return nil
	case "in":
		return s.matchIn(path, argument, got)
	case "all":
		return s.matchAll(path, argument, got)
	case "contains":
		return s.matchContains(path, argument, got)
	case "set":
		return s.matchSet(path, argument, got)
	case "words":
		return s.matchWords(path, argument, got)
	case "closed":
		want, _ := argument.(map[string]any)
		return s.matchClosed(path, want, got)
	default:
		if !holds(name, argument, got) {
			return differ(path, describe(name, argument), got)
		}
		return nil
	}
}

func describe(name string, argument any) string {
	if name == "any" {
		return "anything"
	}
	return "$" + name + " " + show(argument)
}

// holds judges by the matchers that need neither scope nor path.
func holds(name string, argument, got any) bool {
	switch name {
	case "type":
		return hasType(argument, got)
	case "re":
		pattern, err := regexp.Compile(argument.(string)) // checked when the case was loaded
		text, ok := got.(string)
		return err == nil && ok && pattern.MatchString(text)
	case "len":
		return length(got) >= 0 && jsontree.Equal(argument, json.Number(fmt.Sprint(length(got))))
	case "min_chars":
		text, ok := got.(string)
		limit, err := argument.(json.Number).Int64()
		return ok && err == nil && int64(utf8.RuneCountInString(text)) >= limit
	case "between":
		return between(argument, got)
	case "media":
		text, _ := got.(string)
		media, _, err := mime.ParseMediaType(text)
		return err == nil && media == argument
	default:
		return false
	}
}

func hasType(argument, got any) bool {
	switch got := got.(type) {
	case string:
		return argument == "string"
	case json.Number:
		return argument == "number" || argument == "integer" && !strings.ContainsAny(got.String(), ".eE")
	case bool:
		return argument == "boolean"
	case []any:
		return argument == "array"
	case map[string]any:
		return argument == "object"
	default:
		return false
	}
}

// length returns the number of elements or characters, or -1.
func length(got any) int {
	switch got := got.(type) {
	case []any:
		return len(got)
	case string:
		return utf8.RuneCountInString(got)
	default:
		return -1
	}
}

func between(argument, got any) bool {
	bounds, _ := argument.([]any)
	if len(bounds) != 2 {
		return false
	}
	value, ok := float(got)
	low, okLow := float(bounds[0])
	high, okHigh := float(bounds[1])
	return ok && okLow && okHigh && low <= value && value <= high
}

func float(tree any) (float64, bool) {
	number, ok := tree.(json.Number)
	if !ok {
		return 0, false
	}
	value, err := number.Float64()
	return value, err == nil
}

func (s Scope) matchIn(path string, argument, got any) []Difference {
	for _, option := range argument.([]any) {
		if len(s.Match(path, option, got)) == 0 {
			return nil
		}
	}
	return differ(path, describe("in", argument), got)
}

func (s Scope) matchAll(path string, argument, got any) []Difference {
	var differences []Difference
	for i, one := range argument.([]any) {
		differences = append(differences, s.Match(jsontree.Join(path, fmt.Sprint(i)), one, got)...)
	}
	return differences
}

func (s Scope) matchContains(path string, argument, got any) []Difference {
	switch got := got.(type) {
	case []any:
		for _, element := range got {
			if len(s.Match(path, argument, element)) == 0 {
				return nil
			}
		}
	case string:
		if part, err := s.Text(argument); err == nil && part != "" && strings.Contains(got, part) {
			return nil
		}
	}
	return differ(path, describe("contains", argument), got)
}

// matchSet pairs each wanted element with one of its own.
func (s Scope) matchSet(path string, argument, got any) []Difference {
	list, ok := got.([]any)
	want := argument.([]any)
	if !ok || len(list) != len(want) {
		return differ(path, describe("set", argument), got)
	}
	rest := slices.Clone(list)
	for _, one := range want {
		i := slices.IndexFunc(rest, func(element any) bool { return len(s.Match(path, one, element)) == 0 })
		if i < 0 {
			return differ(path, describe("set", argument), got)
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return nil
}

func (s Scope) matchWords(path string, argument, got any) []Difference {
	text, ok := got.(string)
	if !ok {
		return differ(path, describe("words", argument), got)
	}
	want, err := s.Resolve(argument)
	if err != nil {
		return []Difference{{path, err.Error(), show(got)}}
	}
	words, err := texts(want)
	if err != nil {
		return []Difference{{path, err.Error(), show(got)}}
	}
	actual := strings.Split(text, " ")
	slices.Sort(words)
	slices.Sort(actual)
	if !slices.Equal(words, actual) {
		return differ(path, describe("words", argument), got)
	}
	return nil
}
