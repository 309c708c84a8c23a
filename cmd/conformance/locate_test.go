package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLocate(t *testing.T) {
	const first = "package a\n\nfunc (c *Cache) attempt() {\n\tif x /* why */ ==\n\t\t1 { // so\n\t\tgo f()\n\t}\n\ty = 2\n}\n"
	const second = "package b\n\nfunc other() { y = 2; z = 3 }\n"
	for _, test := range []struct {
		name, find, in, matched, err string
	}{
		{name: "unique", find: "z = 3", matched: "z = 3"},
		{name: "comments and breaks", find: "if x == 1 {\ngo f()", matched: "if x /* why */ ==\n\t\t1 { // so\n\t\tgo f()"},
		{name: "in a method", find: "y=2", in: "attempt", matched: "y = 2"},
		{name: "ambiguous", find: "y = 2", err: "matches 2 places: a.go:8, b.go:3; name the function in `in`"},
		{name: "none", find: "y = 4", err: "matches nowhere"},
		{name: "other function", find: "z = 3", in: "attempt", err: "matches nowhere"},
		{name: "no tokens", find: "// only", err: "no Go tokens"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := locate([]*goFile{goSource("a.go", first), goSource("b.go", second)}, test.find, test.in)
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.matched, p.file.source[p.start:p.end])
		})
	}
}

// TestLocateFollowsMoves finds a function that moved to another package and
// changed its receiver.
func TestLocateFollowsMoves(t *testing.T) {
	const other = "package b\n\nfunc other() { y = 2 }\n"
	const moved = "package b\n\n// attempt moved.\nfunc attempt() { y = /* two */ 2 }\n"
	p, err := locate([]*goFile{goSource("b.go", other), goSource("moved.go", moved)}, "y = 2", "attempt")
	require.NoError(t, err)
	assert.Equal(t, "moved.go", p.file.path)
	assert.Equal(t, "package b\n\n// attempt moved.\nfunc attempt() { y = 3 }\n", p.patched("y = 3"))
}

func goSource(path, source string) *goFile {
	return &goFile{path: path, source: source, lexemes: lex(source)}
}
