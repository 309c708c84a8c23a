package expr

import (
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/arbfay/authpi-go/conformance/internal/suggest"
)

// Check refuses, by path, every operator that is unknown, that is not allowed at
// its place, or whose argument has the wrong form.
func Check(tree any, path string, allowed ...Kind) error {
	return Visit(tree, path, func(path, operator string, argument any) error {
		kind := KindOf(operator)
		if kind == Unknown {
			var known []string
			for _, one := range allowed {
				known = append(known, operators(one)...)
			}
			return fmt.Errorf("%s: unknown operator $%s%s", path, operator, suggest.Name(operator, known))
		}
		permitted := false
		for _, one := range allowed {
			permitted = permitted || one == kind
		}
		if !permitted {
			return fmt.Errorf("%s: $%s may not be used here", path, operator)
		}
		if err := checkArgument(operator, argument); err != nil {
			return fmt.Errorf("%s: $%s: %w", path, operator, err)
		}
		return nil
	})
}

func checkArgument(operator string, argument any) error {
	switch operator {
	case "issuer", "origin", "other", "dead", "secret", "token", "result", "object", "config", "hex":
		return wantText(argument)
	case "time":
		return checkTime(argument)
	case "join", "in", "all", "set":
		return wantList(argument, -1)
	case "words":
		return wantList(argument, -1)
	case "basic", "at_hash", "repeat":
		return wantList(argument, 2)
	case "between":
		return checkBounds(argument)
	case "any", "absent":
		if argument != "" {
			return fmt.Errorf(`want ""`)
		}
	case "url":
		_, _, err := urlParts(argument)
		return err
	case "re":
		return checkPattern(argument)
	case "type":
		return checkType(argument)
	case "len", "min_chars":
		return wantCount(argument)
	case "media":
		return wantText(argument)
	case "closed":
		if _, ok := argument.(map[string]any); !ok {
			return fmt.Errorf("want an object")
		}
	}
	return nil
}

func checkTime(argument any) error {
	text, ok := argument.(string)
	if !ok {
		return fmt.Errorf("want a text such as +5m")
	}
	_, err := Duration(text)
	return err
}

func checkPattern(argument any) error {
	text, ok := argument.(string)
	if !ok {
		return fmt.Errorf("want a pattern")
	}
	_, err := regexp.Compile(text)
	return err
}

func checkType(argument any) error {
	switch argument {
	case "string", "number", "integer", "boolean", "array", "object":
		return nil
	default:
		return fmt.Errorf("want string, number, integer, boolean, array or object")
	}
}

func wantText(argument any) error {
	if _, ok := argument.(string); !ok {
		return fmt.Errorf("want a text")
	}
	return nil
}

// checkBounds wants two numbers, the lower one first: nothing is between others.
func checkBounds(argument any) error {
	if err := wantList(argument, 2); err != nil {
		return err
	}
	bounds, _ := argument.([]any)
	low, okLow := float(bounds[0])
	high, okHigh := float(bounds[1])
	if !okLow || !okHigh || low > high {
		return fmt.Errorf("want two numbers, the lower one first")
	}
	return nil
}

// wantCount wants a whole number from 0.
func wantCount(argument any) error {
	number, _ := argument.(json.Number)
	if count, err := number.Int64(); err != nil || count < 0 {
		return fmt.Errorf("want a whole number from 0")
	}
	return nil
}

// wantList wants a list of that length; -1 is any.
func wantList(argument any, length int) error {
	list, ok := argument.([]any)
	if !ok || (length >= 0 && len(list) != length) {
		if length >= 0 {
			return fmt.Errorf("want a list of %d", length)
		}
		return fmt.Errorf("want a list")
	}
	return nil
}
