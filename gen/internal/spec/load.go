package spec

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

const (
	// maxSize bounds the text of a spec. The largest that anyone would read is far below.
	maxSize = 8 << 20 // 8 MiB
	// maxDepth bounds the nesting that is looked at: the vocabulary needs nine levels. The parser has a bound of its
	// own.
	maxDepth = 32
)

// Load reads a spec and returns its root, which is nil if the text is no YAML mapping at all. file is the name that
// diagnostics start with. What is wrong with one node is reported and the node left out, so that the rest can still be
// checked.
func Load(file string, source []byte) (*Node, *Diagnostics) {
	diags := &Diagnostics{File: file}
	if len(source) > maxSize {
		diags.Errorf(Position{}, "the file is larger than %d bytes", maxSize)
		return nil, diags
	}
	diags.lines = strings.Split(strings.ReplaceAll(string(source), "\r\n", "\n"), "\n")
	if !checkEncoding(source, diags) {
		return nil, diags
	}
	document := parse(source, diags)
	if document == nil {
		return nil, diags
	}
	c := checker{diags: diags}
	if !c.plain(document, 0) {
		return nil, diags
	}
	return c.check(document.Content[0], vocabulary(), "the file"), diags
}

// checkEncoding refuses what a YAML reader would quietly read in another way: a byte order mark, NUL, or text that is
// not UTF-8.
func checkEncoding(source []byte, diags *Diagnostics) bool {
	if bytes.HasPrefix(source, []byte("\ufeff")) {
		diags.Errorf(Position{Line: 1, Column: 1}, "the file starts with a byte order mark")
		return false
	}
	for i, line := range diags.lines {
		if at := strings.IndexByte(line, 0); at >= 0 {
			diags.Errorf(Position{Line: i + 1, Column: 1 + utf8.RuneCountInString(line[:at])}, "the file has a NUL character")
			return false
		}
		if !utf8.ValidString(line) {
			diags.Errorf(Position{Line: i + 1, Column: 1}, "the line is not valid UTF-8")
			return false
		}
	}
	return true
}

// parse returns the one document of the text, or nil after reporting why there is none.
func parse(source []byte, diags *Diagnostics) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	var document, second yaml.Node
	err := decoder.Decode(&document)
	switch {
	case errors.Is(err, io.EOF):
		diags.Errorf(Position{}, "the file is empty")
		return nil
	case err != nil:
		reportSyntax(err, diags)
		return nil
	}
	switch err := decoder.Decode(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		reportSyntax(err, diags)
	default:
		diags.Errorf(Position{Line: second.Line, Column: second.Column}, "a second YAML document; the spec is one")
	}
	return &document
}

// checker holds YAML nodes to the vocabulary and turns them into Nodes.
type checker struct {
	diags *Diagnostics
}

func position(n *yaml.Node) Position { return Position{Line: n.Line, Column: n.Column} }

// plain refuses what would give a node a second place or a hidden type: anchors, aliases, merge keys and tags.
func (c *checker) plain(n *yaml.Node, depth int) bool {
	ok := true
	switch {
	case depth > maxDepth:
		c.diags.Errorf(position(n), "nested too deep")
		return false
	case n.Kind == yaml.AliasNode:
		c.diags.Errorf(position(n), "an alias: write the value out")
		return false
	case n.Anchor != "":
		c.diags.Errorf(position(n), "an anchor: the spec has none")
		ok = false
	case n.Style&yaml.TaggedStyle != 0:
		c.diags.Errorf(position(n), "a tag: the vocabulary decides the type")
		ok = false
	}
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && child.Tag == "!!merge" {
			c.diags.Errorf(position(child), "a merge key: write the keys out")
			ok = false
		}
		ok = c.plain(child, depth+1) && ok
	}
	return ok
}

// sortedWords returns the words in alphabetical order, for messages.
func sortedWords(words []string) string {
	return strings.Join(slices.Sorted(slices.Values(words)), ", ")
}

// Read returns the text of a file, or as much of it as shows Load that it is too large.
func Read(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, maxSize+1))
}
