// Package jsontree answers one question: how is a JSON document read, compared
// and edited as a tree? A tree is what encoding/json makes of a document with
// numbers kept as text: map[string]any, []any, string, json.Number, bool, nil.
package jsontree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// maxDepth bounds how deep a document may nest.
const maxDepth = 100

// Parse reads one JSON value and nothing after it. A member that stands twice
// in an object is refused: encoding/json would keep the last in silence.
func Parse(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	tree, err := parseValue(decoder, "", 0)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something stands after the value")
	}
	return tree, nil
}

func parseValue(decoder *json.Decoder, path string, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("%s: nested too deeply", Root(path))
	}
	token, err := nextToken(decoder, path)
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return parseObject(decoder, path, depth)
	case json.Delim('['):
		return parseList(decoder, path, depth)
	default:
		return token, nil
	}
}

// nextToken reads one token where one must come.
func nextToken(decoder *json.Decoder, path string) (json.Token, error) {
	token, err := decoder.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Root(path), err)
	}
	return token, nil
}

func parseObject(decoder *json.Decoder, path string, depth int) (any, error) {
	object := map[string]any{}
	for decoder.More() {
		token, err := nextToken(decoder, path)
		if err != nil {
			return nil, err
		}
		name, _ := token.(string) // a member's name is nothing else
		member := Join(path, name)
		if _, twice := object[name]; twice {
			return nil, fmt.Errorf("%s: stands twice", member)
		}
		if object[name], err = parseValue(decoder, member, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := nextToken(decoder, path)
	return object, err
}

func parseList(decoder *json.Decoder, path string, depth int) (any, error) {
	list := []any{}
	for decoder.More() {
		element, err := parseValue(decoder, Join(path, strconv.Itoa(len(list))), depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, element)
	}
	_, err := nextToken(decoder, path)
	return list, err
}

// FromJSON reads a document that is known to be well-formed, such as a frame's
// raw member. It is the fast reader: duplicates are not looked for.
func FromJSON(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	return tree, nil
}

// ToJSON writes a tree without escaping <, > and &. It panics on what is no
// tree.
func ToJSON(tree any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(tree); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// Clone copies a tree.
func Clone(tree any) any {
	switch tree := tree.(type) {
	case map[string]any:
		object := make(map[string]any, len(tree))
		for name, value := range tree {
			object[name] = Clone(value)
		}
		return object
	case []any:
		list := make([]any, len(tree))
		for i, value := range tree {
			list[i] = Clone(value)
		}
		return list
	default:
		return tree
	}
}

// Equal compares two trees; numbers by value, so that 1e3 equals 1000.
func Equal(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for name, value := range a {
			other, there := b[name]
			if !there || !Equal(value, other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !Equal(a[i], b[i]) {
				return false
			}
		}
		return true
	case json.Number:
		b, ok := b.(json.Number)
		return ok && equalNumbers(a, b)
	default:
		return a == b
	}
}

func equalNumbers(a, b json.Number) bool {
	if a == b {
		return true
	}
	x, errX := a.Float64()
	y, errY := b.Float64()
	return errX == nil && errY == nil && x == y
}
