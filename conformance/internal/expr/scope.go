// Package expr answers one question: what do the $ operators of a case mean?
// Values ({"$secret": "at"}) stand for something that is known only while the
// case runs; matchers ({"$re": "^usr_"}) say what a result must be like. Both
// sets are closed.
package expr

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
)

// Scope gives the values that depend on the run: of issuer, origin, other,
// dead, secret, token, time, result, object, config and at_hash.
type Scope struct {
	// Lookup returns the value of such an operator. Its argument is resolved.
	Lookup func(operator string, argument any) (any, error)
	// Slack is the number of seconds by which an observed time may be off. It is
	// 0 where the clock stands still.
	Slack float64
}

// Kind says what an operator may be used for.
type Kind int

// The kinds of operator.
const (
	// Unknown is no operator.
	Unknown Kind = iota
	// Value stands for a value, in arguments, replies and expectations.
	Value
	// Handle stands for an object that a call returned, in arguments only.
	Handle
	// Matcher holds or does not hold for a value, in expectations only.
	Matcher
	// Variable stands for a value of the matrix and is gone when a case runs.
	Variable
)

// KindOf returns the kind of an operator, named without its $.
func KindOf(operator string) Kind {
	for _, kind := range []Kind{Value, Handle, Matcher, Variable} {
		if slices.Contains(operators(kind), operator) {
			return kind
		}
	}
	return Unknown
}

// operators returns the operators of a kind, without their $.
func operators(kind Kind) []string {
	switch kind {
	case Value:
		return []string{
			"issuer", "origin", "other", "dead", "secret", "token", "time", "result", "config", "at_hash",
			"join", "repeat", "json", "hex", "s256", "basic", "url", "lit",
		}
	case Handle:
		return []string{"object"}
	case Matcher:
		return []string{
			"any", "absent", "optional", "type", "re", "in", "not", "all", "contains", "set", "words",
			"len", "min_chars", "between", "media", "closed",
		}
	case Variable:
		return []string{"var"}
	default:
		return nil
	}
}

// Operator splits {"$name": argument}. An object with a $ key beside others is
// none; [Check] refuses it.
func Operator(tree any) (name string, argument any, ok bool) {
	object, isObject := tree.(map[string]any)
	if !isObject || len(object) != 1 {
		return "", nil, false
	}
	for key, value := range object {
		if name, ok = strings.CutPrefix(key, "$"); ok {
			return name, value, true
		}
	}
	return "", nil, false
}

// Visit calls back for every operator in a tree, outermost first, with the path
// at which it stands. The argument of lit is not looked into. The error joins
// those of the callback, and those of operators that do not stand alone.
func Visit(tree any, path string, found func(path, operator string, argument any) error) error {
	if name, argument, ok := Operator(tree); ok {
		err := found(path, name, argument)
		if name == "lit" {
			return err
		}
		return errors.Join(err, Visit(argument, jsontree.Join(path, "$"+name), found))
	}
	var errs []error
	switch tree := tree.(type) {
	case map[string]any:
		for _, name := range sortedNames(tree) {
			if strings.HasPrefix(name, "$") {
				errs = append(errs, fmt.Errorf("%s: an operator stands alone in its object", jsontree.Join(path, name)))
			}
			errs = append(errs, Visit(tree[name], jsontree.Join(path, name), found))
		}
	case []any:
		for i, element := range tree {
			errs = append(errs, Visit(element, jsontree.Join(path, fmt.Sprint(i)), found))
		}
	}
	return errors.Join(errs...)
}

func sortedNames(object map[string]any) []string {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
