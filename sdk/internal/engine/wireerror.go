package engine

import (
	"strings"

	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

// wireError holds the error members of a response, unchecked: they may contain what was sent.
type wireError struct{ code, description string }

// readError reads the members error and error_description of a JSON object, even if the rest of it is malformed: whether a
// session has ended must not depend on the encoding of a description. If error appears twice, both are ignored, since two
// readers would see two errors.
func readError(body []byte) (wire wireError) {
	text := strings.TrimLeft(string(body), jsonSpace)
	if !strings.HasPrefix(text, "{") {
		return wireError{}
	}
	const noName, afterValue = "", "," // a name comes next; a comma comes next
	depth, name, found := 0, noName, 0
	for i := 0; i < len(text) && (i == 0 || depth > 0); i++ {
		switch c := text[i]; {
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case c == ',' && depth == 1:
			name = noName
		case c == '"':
			end := stringEnd(text, i)
			quoted, next := text[i:end], nextByte(text[end:])
			i = end - 1
			switch {
			case depth != 1:
			case name == noName && next == ':':
				if name = unquoted(quoted); name == "error" {
					found++
				}
			default:
				if next == ',' || next == '}' || next == 0 { // otherwise a quote inside the string is not escaped
					wire.set(name, quoted)
				}
				name = afterValue
			}
		}
	}
	if found > 1 {
		return wireError{}
	}
	return wire
}

// set keeps the value of a member.
func (w *wireError) set(name, quoted string) {
	switch name {
	case "error":
		w.code = unquoted(quoted)
	case "error_description":
		w.description = unquoted(printable(quoted))
	}
}

// jsonSpace is the white space of RFC 8259, section 2.
const jsonSpace = " \t\r\n"

// stringEnd returns the end of the string that starts at i. The string may contain any bytes.
func stringEnd(text string, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// nextByte returns the first byte of text after white space, or 0 at the end.
func nextByte(text string) byte {
	for i := range len(text) {
		if strings.IndexByte(jsonSpace, text[i]) < 0 {
			return text[i]
		}
	}
	return 0
}

// unquoted returns the value of a JSON string, or "" if it is malformed.
func unquoted(text string) string {
	if inner, ok := strings.CutSuffix(text[1:], `"`); ok && !strings.Contains(inner, `\`) && printable(inner) == inner {
		return inner
	}
	var s strictjson.Scanner
	s.Reset(text, 0)
	value, ok := s.String()
	if !ok || s.End() != nil {
		return ""
	}
	return value
}
