package emit

import (
	"strings"
	"unicode/utf8"

	"github.com/dave/jennifer/jen"
)

// width is the column that comments and signatures stay within.
const width = 100

// comment renders paragraphs as the doc comment of what follows it. Every line gets its own //: a comment that jennifer
// would render as a block could be closed by its text.
//
//	// TokenSet holds the tokens of one login.
//	//
//	// Extra returns members without a field.
func comment(indent int, paragraphs ...string) *jen.Statement {
	s := jen.Null()
	first := true
	for _, p := range paragraphs {
		if p == "" {
			continue
		}
		if !first {
			s.Comment("//").Line()
		}
		first = false
		for _, line := range wrap(p, width-4*indent-len("// ")) {
			s.Comment("// " + line).Line()
		}
	}
	return s
}

// wrap breaks a paragraph into lines. No line starts with what gofmt would take for the mark of a list or a heading.
func wrap(text string, columns int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > columns && !marks(word):
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// marks reports whether a word means something to a doc comment at the start of a line.
func marks(word string) bool {
	switch word {
	case "#", "-", "*", "+", "\u2022":
		return true
	default:
		number := strings.TrimRight(word, ".)")
		return number != word && strings.Trim(number, "0123456789") == ""
	}
}

// sentences joins what is not empty.
func sentences(parts ...string) string {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, " ")
}

// see refers to the source of a rule.
func see(source string) string {
	if source == "" {
		return ""
	}
	return "See " + source + "."
}
