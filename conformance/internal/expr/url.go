package expr

import (
	"fmt"
	"net/url"
	"strings"
)

// urlParts takes {"at": …, "query": {…}} apart.
func urlParts(argument any) (at any, query map[string]any, err error) {
	object, ok := argument.(map[string]any)
	if !ok {
		return nil, nil, fmt.Errorf("want an object with at and query")
	}
	for name := range object {
		if name != "at" && name != "query" {
			return nil, nil, fmt.Errorf("unknown key %s", name)
		}
	}
	if query, ok = object["query"].(map[string]any); !ok && object["query"] != nil {
		return nil, nil, fmt.Errorf("query: want an object")
	}
	if _, there := object["at"]; !there {
		return nil, nil, fmt.Errorf("at: is missing")
	}
	return object["at"], query, nil
}

func (s Scope) buildURL(argument any) (any, error) {
	base, parameters, err := urlParts(argument)
	if err != nil {
		return nil, err
	}
	at, err := s.Text(base)
	if err != nil {
		return nil, fmt.Errorf("at: %w", err)
	}
	query := url.Values{}
	for name, parameter := range parameters {
		values, isList := parameter.([]any)
		if !isList {
			values = []any{parameter}
		}
		for _, value := range values {
			text, err := s.Text(value)
			if err != nil {
				return nil, fmt.Errorf("query/%s: %w", name, err)
			}
			query.Add(name, text)
		}
	}
	separator := "?"
	if strings.Contains(at, "?") {
		separator = "&"
	}
	return at + separator + query.Encode(), nil
}

// matchURL judges a URL: what stands before the question mark, and exactly this
// query.
func (s Scope) matchURL(path string, argument, got any) []Difference {
	text, ok := got.(string)
	if !ok {
		return differ(path, "a URL", got)
	}
	at, query, _ := urlParts(argument)
	before, after, _ := strings.Cut(text, "?")
	differences := s.Match(path+"/at", at, before)
	values, err := url.ParseQuery(after)
	if err != nil {
		return append(differences, Difference{path + "/query", "a well-formed query", err.Error()})
	}
	return append(differences, s.MatchParameters(path+"/query", query, values)...)
}

// MatchParameters judges a form or a query. It is closed: a parameter that is
// not wanted may not be there. A list wants the parameter that often, in that
// order.
func (s Scope) MatchParameters(path string, want map[string]any, got url.Values) []Difference {
	actual := make(map[string]any, len(got))
	for name, values := range got {
		if _, listed := want[name].([]any); len(values) == 1 && !listed {
			actual[name] = values[0]
			continue
		}
		list := make([]any, len(values))
		for i, value := range values {
			list[i] = value
		}
		actual[name] = list
	}
	if want == nil {
		want = map[string]any{}
	}
	return s.matchClosed(path, want, actual)
}
