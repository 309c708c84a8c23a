package spec

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// check returns the Node of n, or nil after reporting why it has none. path names the place in messages.
func (c *checker) check(n *yaml.Node, s *shape, path string) *Node {
	if n.Kind == yaml.MappingNode && s.mapping != nil {
		s = s.mapping
	}
	node := &Node{NamePos: position(n), Pos: position(n), shape: s}
	switch s.kind {
	case kindMapping, kindTable:
		if n.Kind != yaml.MappingNode {
			return c.wrongKind(n, s, path)
		}
		c.entries(n, node, path)
		c.demand(n, node, s, path)
	case kindList:
		if n.Kind != yaml.SequenceNode {
			return c.wrongKind(n, s, path)
		}
		for _, item := range n.Content {
			if child := c.check(item, s.elem, path); child != nil {
				node.items = append(node.items, child)
			}
		}
	case kindType:
		return c.typeName(n, node, path)
	default:
		return c.scalar(n, node, path)
	}
	return node
}

// entries gives a mapping's Node the entries that are right.
func (c *checker) entries(n *yaml.Node, node *Node, path string) {
	s := node.shape
	first := map[string]Position{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Kind != yaml.ScalarNode {
			c.diags.Errorf(position(name), "a key of %s must be a text", path)
			continue
		}
		if at, twice := first[name.Value]; twice {
			c.diags.Errorf(position(name), "duplicate key %q in %s; the first is at %s", clip(name.Value), path, at)
			continue
		}
		first[name.Value] = position(name)
		elem := c.entryShape(name, s, path)
		if elem == nil {
			continue
		}
		if child := c.check(value, elem, inside(path, name.Value)); child != nil {
			child.Name, child.NamePos = name.Value, position(name)
			node.items = append(node.items, child)
			continue
		}
		if node.rejected == nil {
			node.rejected = map[string]bool{}
		}
		node.rejected[name.Value] = true
	}
}

// entryShape returns the shape of the value under a key, or nil after reporting that there is no such key.
func (c *checker) entryShape(name *yaml.Node, s *shape, path string) *shape {
	if s.kind == kindTable {
		if problem := s.rule(name.Value); problem != "" {
			c.diags.Errorf(position(name), "the name %q in %s %s", clip(name.Value), path, problem)
			return nil
		}
		return s.elem
	}
	if key := s.key(name.Value); key != nil {
		return key.shape
	}
	c.diags.Errorf(position(name), "unknown key %q in %s%s", clip(name.Value), path, Suggest(name.Value, s.keyNames()))
	return nil
}

// demand reports the keys that a mapping lacks.
func (c *checker) demand(n *yaml.Node, node *Node, s *shape, path string) {
	written := func(name string) bool {
		for i := 0; i < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				return true
			}
		}
		return false
	}
	for _, key := range s.keys {
		if key.required && !written(key.name) {
			c.diags.Errorf(node.Pos, "%s lacks the key %q", path, key.name)
		}
	}
	if len(s.oneOf) == 0 {
		return
	}
	given := slices.DeleteFunc(slices.Clone(s.oneOf), func(name string) bool { return !written(name) })
	if len(given) != 1 {
		c.diags.Errorf(node.Pos, "%s must have exactly one of %s", path, strings.Join(s.oneOf, ", "))
	}
}

// typeName reads a type: a scalar, or a list of one scalar.
func (c *checker) typeName(n *yaml.Node, node *Node, path string) *Node {
	switch {
	case n.Kind == yaml.SequenceNode && len(n.Content) == 1 && n.Content[0].Kind == yaml.ScalarNode:
		node.text = "[" + n.Content[0].Value + "]"
	case n.Kind == yaml.ScalarNode && n.Tag != "!!null":
		node.text = n.Value
	default:
		return c.wrongKind(n, node.shape, path)
	}
	if problem := wireName(strings.Trim(node.text, "[]")); problem != "" {
		c.diags.Errorf(node.Pos, "the type %q of %s %s", clip(node.text), path, problem)
		return nil
	}
	return node
}

// scalar reads a text, flag, number or word. It takes the text as it is written: no value of YAML's own types is ever
// made of it.
func (c *checker) scalar(n *yaml.Node, node *Node, path string) *Node {
	s := node.shape
	if n.Kind != yaml.ScalarNode {
		return c.wrongKind(n, s, path)
	}
	if n.Tag == "!!null" {
		c.diags.Errorf(node.Pos, "%s is empty", path)
		return nil
	}
	node.text = n.Value
	if n.Style&yaml.FoldedStyle != 0 {
		node.text = strings.TrimSuffix(n.Value, "\n") // the line break with which > ends
	}
	problem := ""
	switch s.kind {
	case kindFlag:
		if node.text != "true" && node.text != "false" {
			problem = "must be true or false"
		}
	case kindNumber:
		problem = numberText(node.text)
	case kindWord:
		if !slices.Contains(s.words, node.text) {
			problem = "must be one of " + sortedWords(s.words) + Suggest(node.text, s.words)
		}
	default:
		problem = s.rule(node.text)
	}
	if problem != "" {
		c.diags.Errorf(node.Pos, "%s %s", path, problem)
		return nil
	}
	return node
}

func (c *checker) wrongKind(n *yaml.Node, s *shape, path string) *Node {
	found := "a text"
	switch n.Kind {
	case yaml.MappingNode:
		found = "a mapping"
	case yaml.SequenceNode:
		found = "a list"
	}
	if n.Tag == "!!null" {
		found = "nothing"
	}
	c.diags.Errorf(position(n), "%s must be %s, not %s", path, s.describe(), found)
	return nil
}

// inside names the place of a value in messages: operations.exchange_code.params.code.
func inside(path, name string) string {
	if path == "the file" {
		return name
	}
	return path + "." + name
}

// clip shortens a text that a message repeats.
func clip(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "..."
	}
	return text
}
