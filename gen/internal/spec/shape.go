package spec

import "slices"

// kind is what a node may be.
type kind int

const (
	kindText    kind = iota // a scalar that its rule accepts
	kindFlag                // true or false
	kindNumber              // a whole number
	kindWord                // one of a closed list of words
	kindType                // a type: a name, or [name]
	kindList                // a list, each item of the shape elem
	kindTable               // an open mapping: names that the rule accepts, each value of the shape elem
	kindMapping             // a closed mapping with the given keys
)

// shape is what the vocabulary allows at one place. The shapes are a tree of values made once per load; nothing writes
// to them.
type shape struct {
	what    string // as a message names it: "an operation"
	kind    kind
	rule    rule     // of a text, or of the names of a table
	words   []string // of a word
	elem    *shape   // of a list or a table
	keys    []key    // of a mapping
	oneOf   []string // keys of a mapping of which exactly one must be there
	mapping *shape   // what a text may be instead
}

// key is one key of a closed mapping.
type key struct {
	name     string
	required bool
	shape    *shape
	doc      string
}

func (s *shape) key(name string) *key {
	i := slices.IndexFunc(s.keys, func(k key) bool { return k.name == name })
	if i < 0 {
		return nil
	}
	return &s.keys[i]
}

func (s *shape) keyNames() []string {
	names := make([]string, len(s.keys))
	for i, k := range s.keys {
		names[i] = k.name
	}
	return names
}

// describe says what a reader of a message is expected to write.
func (s *shape) describe() string {
	switch s.kind {
	case kindList:
		return "a list"
	case kindTable, kindMapping:
		return "a mapping"
	case kindFlag:
		return "true or false"
	case kindNumber:
		return "a whole number"
	case kindType:
		return "a type, or a type in brackets"
	default:
		return "a text"
	}
}

func text(r rule) *shape          { return &shape{kind: kindText, rule: r} }
func flag() *shape                { return &shape{kind: kindFlag} }
func number() *shape              { return &shape{kind: kindNumber} }
func word(words ...string) *shape { return &shape{kind: kindWord, words: words} }
func typeName() *shape            { return &shape{kind: kindType} }
func list(elem *shape) *shape     { return &shape{kind: kindList, elem: elem} }
func must(name string, s *shape, doc string) key {
	return key{name: name, required: true, shape: s, doc: doc}
}
func may(name string, s *shape, doc string) key { return key{name: name, shape: s, doc: doc} }

func table(what string, names rule, elem *shape) *shape {
	return &shape{what: what, kind: kindTable, rule: names, elem: elem}
}

func mapping(what string, keys ...key) *shape {
	return &shape{what: what, kind: kindMapping, keys: keys}
}

func (s *shape) exactlyOne(names ...string) *shape {
	s.oneOf = names
	return s
}
