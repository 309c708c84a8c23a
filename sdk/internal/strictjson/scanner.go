package strictjson

import (
	"strings"
	"unicode/utf8"
)

// Kind is the type of a JSON value.
type Kind int

const (
	// KindInvalid is no value: reading has failed, or fails here.
	KindInvalid Kind = iota
	// KindNull is the literal null.
	KindNull
	// KindBool is true or false.
	KindBool
	// KindNumber is a number.
	KindNumber
	// KindString is a string.
	KindString
	// KindArray is an array.
	KindArray
	// KindObject is an object.
	KindObject
)

// Scanner reads one JSON document in one pass. Its methods consume the document value by value; a method that meets a
// value of another type skips it and says so, which leaves the scanner after the value in every case:
//
//	s.Reset(text, strictjson.MaxMembers)
//	if !s.Object() { ... }
//	for name, ok := s.Member(); ok; name, ok = s.Member() {
//		switch name {
//		case "iss":
//			issuer, isString = s.String()
//		default:
//			s.Skip()
//		}
//	}
//	return s.End()
//
// Each member and each element must be consumed by exactly one call. The first syntax error is kept: from then on every
// method returns its zero value, loops end, and End returns the error. Names and strings share memory with the text
// unless they contain escapes.
//
// A Scanner does not allocate for usual documents; declare it as a variable and Reset it.
type Scanner struct {
	text    string
	pos     int
	err     *SyntaxError
	limit   int
	depth   int
	frames  [MaxDepth]frame
	names   nameSet
	doubled string // the name that appears twice in the outermost object, if there is one
	scratch []byte
}

// frame is an open object or array.
type frame struct {
	isObject bool
	count    int // of members or elements so far
}

// Reset starts reading text, in which no object may have more than maxMembers members.
func (s *Scanner) Reset(text string, maxMembers int) {
	s.text, s.pos, s.err, s.limit, s.depth, s.doubled = text, 0, nil, maxMembers, 0, ""
	s.names.reset()
	// Whole-text validation is several times faster than looking at each rune of each string; outside strings the
	// grammar has only ASCII.
	if !utf8.ValidString(text) {
		s.fail("text is not valid UTF-8")
	}
}

// Err returns the first syntax error, if any, as a *SyntaxError.
func (s *Scanner) Err() error {
	if s.err == nil {
		return nil
	}
	return s.err
}

// End returns the first syntax error, or an error if anything but white space follows the value that was read.
func (s *Scanner) End() error {
	if s.err == nil {
		s.space()
		if s.depth > 0 || s.pos < len(s.text) {
			s.fail("text after the value")
		}
	}
	return s.Err()
}

// Remaining returns the number of bytes that have not been read: a bound of what can still come.
func (s *Scanner) Remaining() int { return len(s.text) - s.pos }

// Kind returns the type of the next value without consuming it.
func (s *Scanner) Kind() Kind {
	if s.err != nil {
		return KindInvalid
	}
	s.space()
	if s.pos == len(s.text) {
		return s.fail("unexpected end")
	}
	switch c := s.text[s.pos]; c {
	case '"':
		return KindString
	case '{':
		return KindObject
	case '[':
		return KindArray
	case 't', 'f':
		return KindBool
	case 'n':
		return KindNull
	default:
		if c == '-' || isDigit(c) {
			return KindNumber
		}
		return s.fail("a value is expected")
	}
}

// Object enters the next value and reports true if it is an object; Member then reads it. It skips any other value.
func (s *Scanner) Object() bool {
	if s.Kind() != KindObject {
		s.Skip()
		return false
	}
	return s.open(true)
}

// Member reads the name of the object's next member; its value is next. At the object's end it reports false, and the
// object is consumed.
func (s *Scanner) Member() (name string, ok bool) {
	name, escaped, ok := s.member()
	if ok && escaped {
		name = string(s.scratch)
	}
	return name, ok
}

// Array enters the next value and reports true if it is an array; Element then reads it. It skips any other value.
func (s *Scanner) Array() bool {
	if s.Kind() != KindArray {
		s.Skip()
		return false
	}
	return s.open(false)
}

// Element reports whether the array has a further element, which is next. After false the array is consumed.
func (s *Scanner) Element() bool {
	return s.more(']')
}

// String consumes the next value and returns it, unescaped, if it is a string.
func (s *Scanner) String() (value string, ok bool) {
	if !s.before('"') && s.Kind() != KindString {
		s.Skip()
		return "", false
	}
	value, escaped, ok := s.quoted()
	if ok && escaped {
		value = string(s.scratch)
	}
	return value, ok
}

// before reports whether reading goes on with c at once. Kind, which it spares, also looks behind white space.
func (s *Scanner) before(c byte) bool {
	return s.err == nil && s.pos < len(s.text) && s.text[s.pos] == c
}

// Number consumes the next value and returns its literal if it is a number; Decimal reads it.
func (s *Scanner) Number() (literal string, ok bool) {
	if s.Kind() != KindNumber {
		s.Skip()
		return "", false
	}
	return s.number()
}

// Bool consumes the next value and returns it if it is true or false.
func (s *Scanner) Bool() (value, ok bool) {
	if s.Kind() != KindBool {
		s.Skip()
		return false, false
	}
	value = s.text[s.pos] == 't'
	if value {
		return true, s.literal("true")
	}
	return false, s.literal("false")
}

// Raw consumes the next value and returns its text, which is well-formed unless reading has failed.
func (s *Scanner) Raw() string {
	s.space()
	start := s.pos
	s.Skip()
	if s.err != nil {
		return ""
	}
	return s.text[start:s.pos]
}

// Skip consumes the next value, all rules applied to what is in it.
func (s *Scanner) Skip() {
	outer := s.depth
	s.skipOne()
	for s.depth > outer && s.err == nil {
		// On to the next value of what is open, or out of it.
		if s.frames[s.depth-1].isObject {
			if _, _, ok := s.member(); ok {
				s.skipOne()
			}
		} else if s.skipIntegers(); s.more(']') {
			s.skipOne()
		}
	}
}

// skipIntegers consumes elements of an array that are plain integers of one digit or more, each with the comma before it,
// for as long as they are. It does nothing that more and skipOne would not do: a long list costs a fraction of that.
func (s *Scanner) skipIntegers() {
	text, i := s.text, s.pos
	f := &s.frames[s.depth-1]
	if f.count == 0 { // the first element has no comma before it
		return
	}
	for i+2 < len(text) && text[i] == ',' && '1' <= text[i+1] && text[i+1] <= '9' {
		end := digits(text, i+2)
		if end == len(text) || (text[end] != ',' && text[end] != ']') {
			break
		}
		i = end
		f.count++
	}
	s.pos = i
}

// skipOne consumes a value, or enters it if it is an object or an array.
func (s *Scanner) skipOne() {
	s.space()
	if s.pos == len(s.text) || s.err != nil {
		s.fail("unexpected end")
		return
	}
	switch c := s.text[s.pos]; c {
	case '"':
		s.quoted()
	case '[':
		s.open(false)
	case '{':
		s.open(true)
	case 't':
		s.literal("true")
	case 'f':
		s.literal("false")
	case 'n':
		s.literal("null")
	default:
		if c != '-' && !isDigit(c) {
			s.fail("a value is expected")
			return
		}
		s.number()
	}
}

// member reads a name, notes it, and stands before the value. An escaped name is in s.scratch.
func (s *Scanner) member() (name string, escaped, ok bool) {
	if !s.more('}') {
		return "", false, false
	}
	if s.frames[s.depth-1].count > s.limit {
		s.fail("too many members in one object")
		return "", false, false
	}
	s.space()
	if s.pos == len(s.text) || s.text[s.pos] != '"' {
		s.fail("a member name is expected")
		return "", false, false
	}
	if name, escaped, ok = s.quoted(); !ok {
		return "", false, false
	}
	if escaped {
		ok = s.names.addBytes(s.depth, s.scratch)
	} else {
		ok = s.names.addString(s.depth, name)
	}
	if !ok {
		if s.depth == 1 && !escaped {
			s.doubled = name
		}
		s.fail("a member name is given twice in one object")
		return "", false, false
	}
	s.space()
	if s.pos == len(s.text) || s.text[s.pos] != ':' {
		s.fail("a colon is expected")
		return "", false, false
	}
	s.pos++
	return name, escaped, true
}

// open steps into the object or array at the current position.
func (s *Scanner) open(isObject bool) bool {
	if s.depth == MaxDepth {
		s.fail("nested too deeply")
		return false
	}
	s.frames[s.depth] = frame{isObject: isObject}
	s.depth++
	s.pos++
	return true
}

// more steps to the next member or element, or out of the object or array that closing ends.
func (s *Scanner) more(closing byte) bool {
	if s.err != nil {
		return false
	}
	s.space()
	if s.pos == len(s.text) {
		s.fail("unexpected end")
		return false
	}
	f := &s.frames[s.depth-1]
	c := s.text[s.pos]
	if c == closing {
		if f.isObject && s.depth > 1 { // after the outermost, no names come
			s.names.leave(f.count)
		}
		s.pos++
		s.depth--
		return false
	}
	if f.count > 0 {
		if c != ',' {
			s.fail("a comma is expected")
			return false
		}
		// What follows a comma is read as a value or a name, so that a trailing comma is refused.
		s.pos++
	}
	f.count++
	return true
}

// literal consumes exactly word.
func (s *Scanner) literal(word string) bool {
	if !strings.HasPrefix(s.text[s.pos:], word) {
		s.fail("a value is expected")
		return false
	}
	s.pos += len(word)
	return true
}

// space skips white space; the test is small enough to be inlined everywhere, and there is rarely more to do.
func (s *Scanner) space() {
	if s.pos < len(s.text) && s.text[s.pos] <= ' ' {
		s.skipSpace()
	}
}

// skipSpace skips the four white-space characters of RFC 8259, section 2.
func (s *Scanner) skipSpace() {
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// fail keeps the first error; its result lets Kind return in one line.
func (s *Scanner) fail(reason string) Kind {
	if s.err == nil {
		s.err = &SyntaxError{Offset: s.pos, Reason: reason}
	}
	return KindInvalid
}
