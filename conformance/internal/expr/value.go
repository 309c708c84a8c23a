package expr

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
)

// maxRepeat bounds the text that {"$repeat": [text, n]} makes: 16 MiB.
const maxRepeat = 16 << 20

// Resolve replaces every value operator in a tree by its value. A matcher or an
// operator that the scope cannot tell is an error.
func (s Scope) Resolve(tree any) (any, error) {
	if name, argument, ok := Operator(tree); ok {
		value, err := s.value(name, argument)
		if err != nil {
			return nil, fmt.Errorf("$%s: %w", name, err)
		}
		return value, nil
	}
	switch tree := tree.(type) {
	case map[string]any:
		object := make(map[string]any, len(tree))
		for name, value := range tree {
			resolved, err := s.Resolve(value)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			object[name] = resolved
		}
		return object, nil
	case []any:
		list := make([]any, len(tree))
		for i, value := range tree {
			resolved, err := s.Resolve(value)
			if err != nil {
				return nil, fmt.Errorf("%d: %w", i, err)
			}
			list[i] = resolved
		}
		return list, nil
	default:
		return tree, nil
	}
}

// Text resolves a tree that must yield a text. A number counts as its digits.
func (s Scope) Text(tree any) (string, error) {
	value, err := s.Resolve(tree)
	if err != nil {
		return "", err
	}
	switch value := value.(type) {
	case string:
		return value, nil
	case json.Number:
		return value.String(), nil
	default:
		return "", fmt.Errorf("%s is no text", jsontree.ToJSON(value))
	}
}

func (s Scope) value(name string, argument any) (any, error) {
	if name == "lit" {
		return argument, nil
	}
	if KindOf(name) != Value && KindOf(name) != Handle {
		return nil, fmt.Errorf("not a value")
	}
	if name == "url" {
		return s.buildURL(argument)
	}
	argument, err := s.Resolve(argument)
	if err != nil {
		return nil, err
	}
	switch name {
	case "join":
		return join(argument)
	case "repeat":
		return repeat(argument)
	case "json":
		return string(jsontree.ToJSON(argument)), nil
	case "hex":
		text, _ := argument.(string)
		decoded, err := hex.DecodeString(text)
		return string(decoded), err
	case "s256":
		text, ok := argument.(string)
		if !ok {
			return nil, fmt.Errorf("want a text")
		}
		sum := sha256.Sum256([]byte(text))
		return base64.RawURLEncoding.EncodeToString(sum[:]), nil
	case "basic":
		return basic(argument)
	default:
		return s.Lookup(name, argument)
	}
}

func texts(argument any) ([]string, error) {
	list, _ := argument.([]any)
	parts := make([]string, len(list))
	for i, element := range list {
		switch element := element.(type) {
		case string:
			parts[i] = element
		case json.Number:
			parts[i] = element.String()
		default:
			return nil, fmt.Errorf("element %d is no text", i)
		}
	}
	return parts, nil
}

func join(argument any) (any, error) {
	parts, err := texts(argument)
	return strings.Join(parts, ""), err
}

func repeat(argument any) (any, error) {
	parts, err := texts(argument)
	if err != nil || len(parts) != 2 {
		return nil, fmt.Errorf("want a text and a number")
	}
	count, err := strconv.Atoi(parts[1])
	if err != nil || count < 0 || count*len(parts[0]) > maxRepeat {
		return nil, fmt.Errorf("want a number that makes at most %d bytes", maxRepeat)
	}
	return strings.Repeat(parts[0], count), nil
}

// basic renders RFC 6749, section 2.3.1: both parts form-encoded first.
func basic(argument any) (any, error) {
	parts, err := texts(argument)
	if err != nil || len(parts) != 2 {
		return nil, fmt.Errorf("want an id and a secret")
	}
	credentials := url.QueryEscape(parts[0]) + ":" + url.QueryEscape(parts[1])
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(credentials)), nil
}

// Duration reads a number with a unit: ms, s, m, h or d.
func Duration(text string) (time.Duration, error) {
	if strings.HasSuffix(text, "d") {
		days, err := strconv.Atoi(strings.TrimSuffix(text, "d"))
		if err != nil || days > 36500 || days < -36500 {
			return 0, fmt.Errorf("%q is no duration", text)
		}
		return time.Duration(days) * 24 * time.Hour, nil
	}
	if !regexp.MustCompile(`^[+-]?[0-9]+(ms|s|m|h)$`).MatchString(text) {
		return 0, fmt.Errorf("%q is no duration such as +5m", text)
	}
	return time.ParseDuration(text)
}
