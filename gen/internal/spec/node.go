package spec

import (
	"fmt"
	"strconv"
)

// Node is one place of a spec that the vocabulary allows: a scalar, a list, or a mapping. Its methods take a nil Node
// for one that is absent, so that a reader can ask for what may not be there. Nodes never change once loaded.
type Node struct {
	// Name is the key that the node stands under; empty for the root and for the items of a list.
	Name string
	// NamePos is the place of that key, or of the node itself where it has none.
	NamePos Position
	// Pos is the place of the node's value.
	Pos Position

	shape    *shape
	text     string
	items    []*Node
	rejected map[string]bool // keys whose values were reported
}

// Get returns the node under a key of a closed mapping, or nil if it is absent. A key that the vocabulary does not have
// is a mistake in the program and panics.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	if n.shape.kind != kindMapping {
		return nil
	}
	if n.shape.key(key) == nil {
		panic(fmt.Sprintf("spec: the vocabulary has no key %q in %s", key, n.shape.what))
	}
	for _, item := range n.items {
		if item.Name == key {
			return item
		}
	}
	return nil
}

// Rejected reports whether a key was written whose value was reported: it is absent, but not missing.
func (n *Node) Rejected(key string) bool { return n != nil && n.rejected[key] }

// Items returns the children of a list or mapping in the order of the file. The slice is the node's own.
func (n *Node) Items() []*Node {
	if n == nil {
		return nil
	}
	return n.items
}

// Text returns a scalar as it was written, without quotes; "" if the node is absent.
func (n *Node) Text() string {
	if n == nil {
		return ""
	}
	return n.text
}

// Flag reports whether the node is there and true.
func (n *Node) Flag() bool { return n.Text() == "true" }

// Number returns a whole number, 0 if the node is absent.
func (n *Node) Number() int64 {
	number, _ := strconv.ParseInt(n.Text(), 10, 64) // the vocabulary let nothing else through
	return number
}

// IsScalar reports whether the node is there and neither a list nor a mapping.
func (n *Node) IsScalar() bool {
	return n != nil && n.shape.kind != kindMapping && n.shape.kind != kindList && n.shape.kind != kindTable
}

// At returns the place to report for the node: its key's, or that of its value where it has no key.
func (n *Node) At() Position {
	if n == nil {
		return Position{}
	}
	return n.NamePos
}
