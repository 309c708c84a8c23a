package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// lexeme is a Go token with its place in the source.
type lexeme struct {
	text       string
	start, end int
}

// goFile is a file of the SDK as the matcher sees it.
type goFile struct {
	path    string
	source  string
	lexemes []lexeme
}

// place is a range of bytes of a file.
type place struct {
	file       *goFile
	start, end int
}

// lex splits source into tokens. Comments and line breaks do not count.
func lex(source string) []lexeme {
	set := token.NewFileSet()
	file := set.AddFile("", -1, len(source))
	var s scanner.Scanner
	s.Init(file, []byte(source), func(token.Position, string) {}, 0)
	var all []lexeme
	for {
		pos, tok, literal := s.Scan()
		switch {
		case tok == token.EOF:
			return all
		case tok == token.SEMICOLON && literal == "\n", tok == token.SEMICOLON && literal == "":
			continue // inserted by the scanner
		case tok.IsOperator():
			literal = tok.String()
		}
		start := file.Offset(pos)
		all = append(all, lexeme{text: literal, start: start, end: start + len(literal)})
	}
}

// readSDK reads every Go file below the folder except the tests.
func readSDK(folder string) ([]*goFile, error) {
	var files []*goFile
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		files = append(files, &goFile{path: path, source: string(source), lexemes: lex(string(source))})
		return err
	})
	return files, err
}

// locate returns the only place where the tokens of find occur. If in is not
// empty, only functions and methods of that name are searched.
func locate(files []*goFile, find, in string) (place, error) {
	pattern := lex(find)
	if len(pattern) == 0 {
		return place{}, fmt.Errorf("find has no Go tokens: %q", find)
	}
	var found []place
	for _, file := range files {
		matches := file.matches(pattern)
		if in != "" && len(matches) > 0 {
			var err error
			if matches, err = file.within(matches, in); err != nil {
				return place{}, err
			}
		}
		found = append(found, matches...)
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return place{}, fmt.Errorf("matches nowhere (in %q): %s\nupdate find or in", in, find)
	}
	var lines []string
	for _, p := range found {
		line := 1 + strings.Count(p.file.source[:p.start], "\n")
		lines = append(lines, fmt.Sprintf("%s:%d", p.file.path, line))
	}
	return place{}, fmt.Errorf("matches %d places: %s; name the function in `in`, or lengthen find: %s",
		len(found), strings.Join(lines, ", "), find)
}

func (f *goFile) matches(pattern []lexeme) []place {
	var found []place
next:
	for i := range len(f.lexemes) - len(pattern) + 1 {
		for j, want := range pattern {
			if f.lexemes[i+j].text != want.text {
				continue next
			}
		}
		found = append(found, place{f, f.lexemes[i].start, f.lexemes[i+len(pattern)-1].end})
	}
	return found
}

// within keeps the places inside functions or methods of the name.
func (f *goFile) within(places []place, name string) ([]place, error) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, f.path, f.source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var kept []place
	for _, declaration := range parsed.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Name.Name != name {
			continue
		}
		start, end := set.Position(function.Pos()).Offset, set.Position(function.End()).Offset
		for _, p := range places {
			if start <= p.start && p.end <= end {
				kept = append(kept, p)
			}
		}
	}
	return kept, nil
}

// patched returns the source of the file with the place replaced.
func (p place) patched(replacement string) string {
	return p.file.source[:p.start] + replacement + p.file.source[p.end:]
}
