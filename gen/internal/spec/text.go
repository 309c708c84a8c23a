package spec

import (
	"go/token"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A rule says what is wrong with a text, or "" if nothing is. Every text of a spec ends in a comment, a name or a
// literal of Go, Markdown or JSON: the rules are what keeps it from ending there as anything else.
type rule func(text string) string

var (
	snakePattern  = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	camelPattern  = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
	dottedPattern = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[a-z][a-z0-9]*(_[a-z0-9]+)*)?$`)
	wirePattern   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.:/+*-]*$`)
	valuePattern  = regexp.MustCompile(`^[ -!#-\[\]-_a-~]+$`)
	pathPattern   = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)+$`)
	modulePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*(/[A-Za-z0-9._~-]+)*$`)
	clausePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[A-Za-z0-9][A-Za-z0-9_:+-]*)+$`)
	numberPattern = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,17})$`)
)

func matching(pattern *regexp.Regexp, form string) rule {
	return func(text string) string {
		if len(text) > maxName {
			return "is too long"
		}
		if !pattern.MatchString(text) {
			return form
		}
		return ""
	}
}

// maxName bounds a name, in bytes.
const maxName = 128

var (
	snakeName  = matching(snakePattern, "must be lower-case words joined by _, such as client_id")
	camelName  = matching(camelPattern, "must be capitalized words, such as TokenSet")
	dottedName = matching(dottedPattern,
		"must be lower-case words joined by _, such as exchange_code, after a type's name and a dot for a method")
	wireName   = matching(wirePattern, "must be letters, digits and _ . : / + * - only")
	valueText  = matching(valuePattern, "must be printable ASCII without quotes, backquotes and backslashes")
	pathText   = matching(pathPattern, "must be a path such as /token")
	moduleText = matching(modulePattern, "must be a module path such as example.com/sdk")
	clauseID   = matching(clausePattern, "must be words joined by dots, such as op.exchange_code")
	numberText = matching(numberPattern, "must be a whole number in decimal digits")
)

// goName accepts one identifier of Go, so that no name can bring a declaration of its own.
func goName(text string) string {
	ascii := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
	if !token.IsIdentifier(text) || !ascii || strings.HasPrefix(text, "_") || len(text) > maxName {
		return "must be one Go identifier"
	}
	return ""
}

// maxProse bounds one text, in bytes: documentation has more than one node to stand in.
const maxProse = 1000

// prose accepts one paragraph that stays text in a Go comment and in a Markdown table.
func prose(text string) string {
	switch {
	case strings.TrimSpace(text) == "":
		return "is empty"
	case len(text) > maxProse:
		return "is longer than 1000 bytes"
	case strings.ContainsAny(text, "\n\r"):
		return "must be one paragraph: fold it with >- and leave no blank line in it"
	case strings.ContainsFunc(text, unprintable):
		return "has a character that does not print"
	case strings.Contains(text, "`"):
		return "has a backquote"
	case strings.Contains(text, "*/"), strings.Contains(text, "/*"):
		return "has the mark of a Go comment"
	case strings.HasPrefix(text, "//"), strings.HasPrefix(text, "#"), strings.Contains(text, "//go:"), strings.Contains(text, "]:"):
		return "has the mark of a Go directive, heading or link"
	case strings.ContainsAny(text, "<>|"):
		return "has a < > or | that Markdown would read as markup"
	}
	return ""
}

// sentence accepts prose that starts with a capital and ends in a full stop.
func sentence(text string) string {
	if problem := prose(text); problem != "" {
		return problem
	}
	first, _ := utf8.DecodeRuneInString(text)
	if unicode.IsSpace(first) || !strings.HasSuffix(text, ".") {
		return "must be sentences that end in a full stop"
	}
	return ""
}

// unprintable reports control characters and those that reorder or hide text.
func unprintable(r rune) bool {
	return r != ' ' && !unicode.IsGraphic(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}
