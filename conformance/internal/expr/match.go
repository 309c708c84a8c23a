package expr

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
)

// Difference is one place where something is not as wanted.
type Difference struct {
	// Path is where, in the expectation.
	Path string `json:"path"`
	// Want says what should be there.
	Want string `json:"want"`
	// Got is what is there.
	Got string `json:"got"`
}

// String prints the difference in one line.
func (d Difference) String() string {
	return fmt.Sprintf("%s: want %s, got %s", d.Path, d.Want, d.Got)
}

// nothing is what stands where a member is missing.
type nothing struct{}

// maxShown bounds how much of a value a difference prints.
const maxShown = 300

func show(tree any) string {
	if _, missing := tree.(nothing); missing {
		return "nothing"
	}
	text := string(jsontree.ToJSON(tree))
	if len(text) > maxShown {
		return fmt.Sprintf("%s… (%d bytes)", text[:maxShown], len(text))
	}
	return text
}

func differ(path, want string, got any) []Difference {
	return []Difference{{path, want, show(got)}}
}

// isNothing says whether a value is one of the forms of nothing: absent, null,
// an empty text, an empty list.
func isNothing(tree any) bool {
	switch tree := tree.(type) {
	case nil, nothing:
		return true
	case string:
		return tree == ""
	case []any:
		return len(tree) == 0
	default:
		return false
	}
}

// Match judges a value. Objects are open: members that are not wanted do not
// matter. Lists are exact.
func (s Scope) Match(path string, want, got any) []Difference {
	if name, argument, ok := Operator(want); ok {
		return s.matchOperator(path, name, argument, got)
	}
	if isNothing(want) {
		if isNothing(got) {
			return nil
		}
		return differ(path, "nothing", got)
	}
	switch want := want.(type) {
	case map[string]any:
		return s.matchOpen(path, want, got)
	case []any:
		return s.matchList(path, want, got)
	default:
		if !jsontree.Equal(want, got) {
			return differ(path, show(want), got)
		}
		return nil
	}
}

func (s Scope) matchOpen(path string, want map[string]any, got any) []Difference {
	object, ok := got.(map[string]any)
	if !ok {
		return differ(path, "an object", got)
	}
	var differences []Difference
	for _, name := range sortedNames(want) {
		var actual any = nothing{}
		if value, there := object[name]; there && value != nil {
			actual = value
		}
		differences = append(differences, s.Match(jsontree.Join(path, name), want[name], actual)...)
	}
	return differences
}

func (s Scope) matchClosed(path string, want map[string]any, got any) []Difference {
	differences := s.matchOpen(path, want, got)
	object, _ := got.(map[string]any)
	for _, name := range sortedNames(object) {
		if _, wanted := want[name]; !wanted {
			differences = append(differences, differ(jsontree.Join(path, name), "nothing", object[name])...)
		}
	}
	return differences
}

func (s Scope) matchList(path string, want []any, got any) []Difference {
	list, ok := got.([]any)
	if !ok {
		return differ(path, "a list", got)
	}
	if len(list) != len(want) {
		return differ(path, fmt.Sprintf("%d elements", len(want)), got)
	}
	var differences []Difference
	for i := range want {
		differences = append(differences, s.Match(jsontree.Join(path, fmt.Sprint(i)), want[i], list[i])...)
	}
	return differences
}

func (s Scope) matchOperator(path, name string, argument, got any) []Difference {
	switch {
	case name == "url":
		return s.matchURL(path, argument, got)
	case name == "time":
		return s.matchTime(path, argument, got)
	case KindOf(name) == Matcher:
		return s.matcher(path, name, argument, got)
	default:
		value, err := s.Resolve(map[string]any{"$" + name: argument})
		if err != nil {
			return []Difference{{path, err.Error(), show(got)}}
		}
		if name == "lit" || !isNothing(value) {
			return s.matchValue(path, value, got)
		}
		return s.Match(path, value, got)
	}
}

// matchValue compares with a value that is not looked into for operators. An
// object stays open.
func (s Scope) matchValue(path string, want, got any) []Difference {
	object, isObject := want.(map[string]any)
	actual, ok := got.(map[string]any)
	if !isObject || !ok {
		if !jsontree.Equal(want, got) {
			return differ(path, show(want), got)
		}
		return nil
	}
	var differences []Difference
	for _, name := range sortedNames(object) {
		value, there := actual[name]
		if !there && isNothing(object[name]) {
			continue
		}
		differences = append(differences, s.matchValue(jsontree.Join(path, name), object[name], value)...)
	}
	return differences
}

func (s Scope) matchTime(path string, argument, got any) []Difference {
	want, err := s.Resolve(map[string]any{"$time": argument})
	if err != nil {
		return []Difference{{path, err.Error(), show(got)}}
	}
	number, ok := got.(json.Number)
	if !ok {
		return differ(path, show(want), got)
	}
	wanted, _ := want.(json.Number).Float64()
	actual, err := number.Float64()
	if err != nil || math.Abs(actual-wanted) > s.Slack {
		return differ(path, show(want), got)
	}
	return nil
}
