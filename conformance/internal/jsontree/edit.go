package jsontree

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Join adds one segment to a path: members with / between, as in RFC 6901 but
// without the leading one.
func Join(path, segment string) string {
	segment = strings.ReplaceAll(strings.ReplaceAll(segment, "~", "~0"), "/", "~1")
	if path == "" {
		return segment
	}
	return path + "/" + segment
}

// Root prints a path, and the empty one as "(root)".
func Root(path string) string {
	if path == "" {
		return "(root)"
	}
	return path
}

func segments(path string) []string {
	if path == "" {
		return nil
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		parts[i] = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
	}
	return parts
}

// Get returns what stands at a path. An element of a list is named by its
// member id, where it has one, or by its number.
func Get(tree any, path string) (any, error) {
	at := ""
	for _, segment := range segments(path) {
		next, there := child(tree, segment)
		if !there {
			return nil, fmt.Errorf("%s: nothing is there", Join(at, segment))
		}
		tree, at = next, Join(at, segment)
	}
	return tree, nil
}

func child(tree any, segment string) (any, bool) {
	switch tree := tree.(type) {
	case map[string]any:
		value, there := tree[segment]
		return value, there
	case []any:
		if i := index(tree, segment); i >= 0 {
			return tree[i], true
		}
	}
	return nil, false
}

// index returns the place of a list's element, or -1.
func index(list []any, segment string) int {
	for i, element := range list {
		if object, ok := element.(map[string]any); ok && object["id"] == segment {
			return i
		}
	}
	if i, err := strconv.Atoi(segment); err == nil && i >= 0 && i < len(list) {
		return i
	}
	return -1
}

// Change returns the value that is to stand in place of the old one, which is
// nil where there was none; keep false takes it away.
type Change func(old any, there bool) (value any, keep bool)

// Edit changes what stands at a path, in place as far as it can, and returns the
// tree. Objects missing on the way are made; list elements are not.
func Edit(tree any, path string, change Change) (any, error) {
	return edit(tree, "", segments(path), change)
}

func edit(tree any, at string, rest []string, change Change) (any, error) {
	if len(rest) == 0 {
		value, _ := change(tree, true)
		return value, nil
	}
	name := rest[0]
	switch tree := tree.(type) {
	case map[string]any:
		return tree, editMember(tree, at, rest, change)
	case []any:
		i := index(tree, name)
		if i < 0 {
			return nil, fmt.Errorf("%s: no such element", Join(at, name))
		}
		if len(rest) > 1 {
			value, err := edit(tree[i], Join(at, name), rest[1:], change)
			tree[i] = value
			return tree, err
		}
		value, keep := change(tree[i], true)
		if !keep {
			return slices.Delete(tree, i, i+1), nil
		}
		tree[i] = value
		return tree, nil
	default:
		return nil, fmt.Errorf("%s: neither object nor list", Root(at))
	}
}

func editMember(object map[string]any, at string, rest []string, change Change) error {
	name := rest[0]
	old, there := object[name]
	if len(rest) > 1 {
		if !there {
			old = map[string]any{}
		}
		value, err := edit(old, Join(at, name), rest[1:], change)
		if err == nil {
			object[name] = value
		}
		return err
	}
	value, keep := change(old, there)
	if !keep {
		delete(object, name)
		return nil
	}
	object[name] = value
	return nil
}

// Insert puts a value before the list element at a path.
func Insert(tree any, path string, value any) (any, error) {
	if path == "" {
		return nil, fmt.Errorf("%s: no list element", Root(path))
	}
	parent, last := "", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		parent, last = path[:i], path[i+1:]
	}
	var failed error
	tree, err := Edit(tree, parent, func(old any, _ bool) (any, bool) {
		list, ok := old.([]any)
		if old != nil && !ok {
			failed = fmt.Errorf("%s: no list", Root(parent))
			return old, true
		}
		i := index(list, last)
		if i < 0 && last == strconv.Itoa(len(list)) {
			i = len(list)
		}
		if i < 0 {
			failed = fmt.Errorf("%s: no such element", path)
			return old, true
		}
		return slices.Insert(list, i, value), true
	})
	if err != nil {
		return nil, err
	}
	return tree, failed
}

// Merge lays a patch over a tree (RFC 7396) and returns the result; neither
// argument is changed.
func Merge(target, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return Clone(patch)
	}
	object, ok := Clone(target).(map[string]any)
	if !ok {
		object = map[string]any{}
	}
	for name, value := range changes {
		switch {
		case value == nil:
			delete(object, name)
		case isOperator(value):
			object[name] = Clone(value) // {"$secret": "x"} is one value, not an object to merge into
		default:
			object[name] = Merge(plain(object[name]), value)
		}
	}
	return object
}

// plain keeps an operator that is in the way from being merged into.
func plain(tree any) any {
	if isOperator(tree) {
		return nil
	}
	return tree
}

func isOperator(tree any) bool {
	object, ok := tree.(map[string]any)
	if !ok || len(object) != 1 {
		return false
	}
	for name := range object {
		return strings.HasPrefix(name, "$")
	}
	return false
}
