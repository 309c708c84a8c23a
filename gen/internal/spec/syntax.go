package spec

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	syntaxLine    = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)
	comment       = regexp.MustCompile(`(?:^|\s)#.*$`)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// noToken is what the parser says of a character that means nothing where it stands, a tab among them.
const noToken = "found character that cannot start any token"

// reportSyntax reports an error of the parser. It knows the line at most, and that only from the second on: the column
// is that of the line's first character.
func reportSyntax(err error, diags *Diagnostics) {
	first := strings.SplitN(err.Error(), "\n", 2)[0]
	line, problem := 1, first
	if found := syntaxLine.FindStringSubmatch(first); found != nil {
		problem = found[2]
		if number, err := strconv.Atoi(found[1]); err == nil {
			line = max(1, min(number, len(diags.lines)))
		}
	}
	if anchor := unknownAnchor.FindStringSubmatch(problem); anchor != nil {
		diags.Errorf(diags.alias(anchor[1]), "an alias: write the value out")
		return
	}
	text := diags.lines[line-1]
	indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
	if tab := strings.IndexByte(indent, '\t'); tab >= 0 && problem == noToken {
		diags.Errorf(Position{Line: line, Column: 1 + tab}, "not YAML: a tab in the indentation; indent with spaces")
		return
	}
	diags.Errorf(Position{Line: line, Column: 1 + len(indent)}, "not YAML: %s", problem)
}

// alias returns the place of the first alias of a name. The parser does not tell it.
func (d *Diagnostics) alias(name string) Position {
	pattern := regexp.MustCompile(`(?:^|[\s\[{,])(\*` + regexp.QuoteMeta(name) + `)(?:$|[\s\]},])`)
	for i, line := range d.lines {
		before := comment.ReplaceAllString(line, "")
		if found := pattern.FindStringSubmatchIndex(before); found != nil {
			return Position{Line: i + 1, Column: 1 + utf8.RuneCountInString(before[:found[2]])}
		}
	}
	return Position{Line: 1, Column: 1}
}
