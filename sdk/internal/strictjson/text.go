package strictjson

import (
	"encoding"
	"slices"
	"strings"
	"unicode/utf8"
)

// The reasons of a MemberError that several codecs give.
const (
	notString  = "must be a string"
	notList    = "must be a list"
	notUTF8    = "is not valid UTF-8"
	outOfRange = "is out of range"
)

// String reads and writes a string.
func String[S ~string](p *S) Codec { return stringCodec[S]{p} }

type stringCodec[S ~string] struct{ p *S }

func (c stringCodec[S]) empty() bool { return *c.p == "" }

func (c stringCodec[S]) decode(s *Scanner) *MemberError {
	text, ok := s.String()
	if !ok {
		return problem(notString)
	}
	// A copy, lest one short string keep a whole document, with the secrets in it, in memory.
	*c.p = S(strings.Clone(text))
	return nil
}

func (c stringCodec[S]) encode(dst []byte) ([]byte, *MemberError) {
	if !utf8.ValidString(string(*c.p)) {
		return nil, problem(notUTF8)
	}
	return appendString(dst, string(*c.p)), nil
}

// OptionalString reads and writes a string that may be absent, which is nil.
func OptionalString(p **string) Codec { return optional[string]{p, String[string]} }

// Secret reads and writes a string that only Reveal shows, such as an authpi.Secret, whose pointer v is.
func Secret(v interface {
	Reveal() string
	encoding.TextUnmarshaler
}) Codec {
	return secretCodec{v}
}

type secretCodec struct {
	v interface {
		Reveal() string
		encoding.TextUnmarshaler
	}
}

func (c secretCodec) empty() bool { return c.v.Reveal() == "" }

func (c secretCodec) decode(s *Scanner) *MemberError {
	text, ok := s.String()
	if !ok {
		return problem(notString)
	}
	if c.v.UnmarshalText([]byte(text)) != nil {
		return problem("is not accepted")
	}
	return nil
}

func (c secretCodec) encode(dst []byte) ([]byte, *MemberError) {
	text := c.v.Reveal()
	return String(&text).encode(dst)
}

// Redacted reads like Secret and writes what MarshalText returns in place of the secret: for an object that is printed, not
// stored.
func Redacted(v interface {
	Reveal() string
	encoding.TextMarshaler
	encoding.TextUnmarshaler
}) Codec {
	return redactedCodec{secretCodec{v}, v}
}

type redactedCodec struct {
	secretCodec

	marker encoding.TextMarshaler
}

func (c redactedCodec) encode(dst []byte) ([]byte, *MemberError) {
	text, err := c.marker.MarshalText()
	if err != nil {
		return nil, problem("is not accepted")
	}
	marker := string(text)
	return String(&marker).encode(dst)
}

// Strings reads and writes a list of strings. An absent list is nil, an empty one is not.
func Strings(p *[]string) Codec { return stringsCodec{p} }

type stringsCodec struct{ p *[]string }

func (c stringsCodec) empty() bool { return *c.p == nil }

func (c stringsCodec) decode(s *Scanner) *MemberError {
	if !s.Array() {
		return problem(notList)
	}
	var bad *MemberError
	list := []string{}
	for s.Element() {
		var text string
		if err := String(&text).decode(s); err != nil && bad == nil {
			bad = err.within(element(len(list)))
		}
		list = append(list, text)
	}
	if bad == nil {
		*c.p = list
	}
	return bad
}

func (c stringsCodec) encode(dst []byte) ([]byte, *MemberError) {
	dst = append(dst, '[')
	for i := range *c.p {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err *MemberError
		if dst, err = String(&(*c.p)[i]).encode(dst); err != nil {
			return nil, err.within(element(i))
		}
	}
	return append(dst, ']'), nil
}

// OneOrMany reads a string or a list of strings, and writes a list of one as a string.
func OneOrMany(p *[]string) Codec { return oneOrManyCodec{stringsCodec{p}} }

type oneOrManyCodec struct{ stringsCodec }

func (c oneOrManyCodec) decode(s *Scanner) *MemberError {
	if s.Kind() == KindArray {
		return c.stringsCodec.decode(s)
	}
	var text string
	if String(&text).decode(s) != nil {
		return problem("must be a string or a list of strings")
	}
	*c.p = []string{text}
	return nil
}

func (c oneOrManyCodec) encode(dst []byte) ([]byte, *MemberError) {
	if len(*c.p) == 1 {
		return String(&(*c.p)[0]).encode(dst)
	}
	return c.stringsCodec.encode(dst)
}

// Words reads and writes a list of words as one string, separated by spaces, such as a scope. An absent string is nil, an
// empty one is an empty list.
func Words(p *[]string) Codec { return wordsCodec{p} }

type wordsCodec struct{ p *[]string }

func (c wordsCodec) empty() bool { return *c.p == nil }

func (c wordsCodec) decode(s *Scanner) *MemberError {
	var text string
	if err := String(&text).decode(s); err != nil {
		return err
	}
	// Only the space separates: a tab is a character of its word (RFC 6749, section 3.3).
	words := strings.Split(text, " ")
	*c.p = slices.DeleteFunc(words, func(word string) bool { return word == "" })
	return nil
}

func (c wordsCodec) encode(dst []byte) ([]byte, *MemberError) {
	for i, word := range *c.p {
		if word == "" || strings.Contains(word, " ") {
			return nil, problem("has a word that is empty or has a space").within(element(i))
		}
	}
	text := strings.Join(*c.p, " ")
	return String(&text).encode(dst)
}
