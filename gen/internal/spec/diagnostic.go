package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Position is a place in the spec. Line and Column count from one; Column counts characters, not bytes.
type Position struct {
	// Line is the line, from 1. 0 means the file as a whole.
	Line int
	// Column is the character in the line, from 1.
	Column int
}

// String returns line:column.
func (p Position) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// Diagnostic is one thing that is wrong with the spec, or looks wrong.
type Diagnostic struct {
	// Elsewhere is the place to look at in another file, as that file's reader gives it; "" if it is the spec.
	Elsewhere string
	// Position is the place to look at in the spec.
	Position Position
	// Warning says that the spec is valid all the same.
	Warning bool
	// Message says what is wrong, and where it can, what to write instead.
	Message string
}

// maxReported bounds what a hostile file can make us print.
const maxReported = 200

// Diagnostics collects what is wrong with one file.
type Diagnostics struct {
	// File is the name that each diagnostic starts with.
	File  string
	lines []string
	list  []Diagnostic
}

// Errorf adds an error at a place.
func (d *Diagnostics) Errorf(at Position, format string, args ...any) {
	d.list = append(d.list, Diagnostic{Position: d.within(at), Message: fmt.Sprintf(format, args...)})
}

// ErrorAt adds an error at a place of another file.
func (d *Diagnostics) ErrorAt(elsewhere, format string, args ...any) {
	d.list = append(d.list, Diagnostic{Elsewhere: elsewhere, Message: fmt.Sprintf(format, args...)})
}

// Warnf adds a warning at a place.
func (d *Diagnostics) Warnf(at Position, format string, args ...any) {
	d.list = append(d.list, Diagnostic{Position: d.within(at), Warning: true, Message: fmt.Sprintf(format, args...)})
}

// within returns a place of the file: the parser puts what is missing at its end on a line after the last.
func (d *Diagnostics) within(at Position) Position {
	if last := len(d.lines); last > 0 && at.Line > last {
		return Position{Line: last, Column: 1 + utf8.RuneCountInString(d.lines[last-1])}
	}
	return at
}

// Errors returns the number of errors so far.
func (d *Diagnostics) Errors() int {
	count := 0
	for _, item := range d.list {
		if !item.Warning {
			count++
		}
	}
	return count
}

// Sorted returns the diagnostics in the order of their places. Equal ones are returned once.
func (d *Diagnostics) Sorted() []Diagnostic {
	sorted := slices.Clone(d.list)
	slices.SortStableFunc(sorted, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Position.Line, b.Position.Line),
			cmp.Compare(a.Position.Column, b.Position.Column),
			cmp.Compare(a.Elsewhere, b.Elsewhere),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.Compact(sorted)
}

// Render returns the diagnostics as a person reads them: the place and the message, then the line with a caret under
// the place.
func (d *Diagnostics) Render() string {
	var b strings.Builder
	for i, item := range d.Sorted() {
		if i == maxReported {
			fmt.Fprintf(&b, "%s: and %d more\n", d.File, len(d.list)-maxReported)
			break
		}
		severity := ""
		if item.Warning {
			severity = "warning: "
		}
		if item.Position.Line == 0 {
			fmt.Fprintf(&b, "%s: %s%s\n", cmp.Or(item.Elsewhere, d.File), severity, item.Message)
			continue
		}
		fmt.Fprintf(&b, "%s:%s: %s%s\n", d.File, item.Position, severity, item.Message)
		b.WriteString(d.excerpt(item.Position))
	}
	return b.String()
}

// excerptWidth is how much of a long line is shown, in characters.
const excerptWidth = 120

// excerpt returns the line of a place and a caret under it.
func (d *Diagnostics) excerpt(at Position) string {
	if at.Line > len(d.lines) {
		return ""
	}
	line := []rune(printable(d.lines[at.Line-1]))
	column := min(max(at.Column-1, 0), len(line))
	if start := column - excerptWidth/2; start > 0 && len(line) > excerptWidth {
		line, column = line[start:], column-start
	}
	if len(line) > excerptWidth {
		line = line[:excerptWidth]
	}
	text := strings.TrimRight(string(line), " ")
	return "    " + text + "\n    " + strings.Repeat(" ", column) + "^\n"
}

// printable replaces what would disturb a terminal. Each character stays one column wide, so that the caret fits.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unprintable(r) || r == utf8.RuneError:
			return '?'
		default:
			return r
		}
	}, line)
}
