package strictjson

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// quoted consumes a string. Without escapes the value is a part of the text; with escapes it is in s.scratch, so that
// skipping a string allocates nothing.
func (s *Scanner) quoted() (value string, escaped, ok bool) {
	text, start := s.text, s.pos+1
	for i := start; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			s.pos = i + 1
			return text[start:i], false, true
		case c == '\\':
			s.scratch = append(s.scratch[:0], text[start:i]...)
			s.pos = i
			return "", true, s.unescape()
		case c < 0x20:
			s.pos = i
			s.fail("a control character in a string")
			return "", false, false
		}
	}
	s.fail("unterminated string")
	return "", false, false
}

// unescape appends the rest of a string, from its first escape on, to s.scratch.
func (s *Scanner) unescape() bool {
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		s.pos++
		switch {
		case c == '"':
			return true
		case c < 0x20:
			s.fail("a control character in a string")
			return false
		case c != '\\':
			s.scratch = append(s.scratch, c)
		case !s.escape():
			return false
		}
	}
	s.fail("unterminated string")
	return false
}

// escape consumes what follows a backslash.
func (s *Scanner) escape() bool {
	const short, meaning = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	if s.pos == len(s.text) {
		s.fail("unterminated string")
		return false
	}
	c := s.text[s.pos]
	s.pos++
	if c != 'u' {
		i := strings.IndexByte(short, c)
		if i < 0 {
			s.fail("an unknown escape")
			return false
		}
		s.scratch = append(s.scratch, meaning[i])
		return true
	}
	r, ok := s.hex()
	if ok && utf16.IsSurrogate(r) {
		// A lone surrogate is no character; readers differ in what they put in its place.
		var low rune
		if !strings.HasPrefix(s.text[s.pos:], `\u`) {
			s.fail("a lone surrogate")
			return false
		}
		s.pos += len(`\u`)
		low, ok = s.hex()
		r = utf16.DecodeRune(r, low)
		if ok && r == utf8.RuneError {
			s.fail("a lone surrogate")
			return false
		}
	}
	s.scratch = utf8.AppendRune(s.scratch, r)
	return ok
}

// hex consumes four hexadecimal digits.
func (s *Scanner) hex() (rune, bool) {
	const digits = 4
	if len(s.text)-s.pos < digits {
		s.fail("unterminated string")
		return 0, false
	}
	var r rune
	for _, c := range []byte(s.text[s.pos : s.pos+digits]) {
		switch {
		case isDigit(c):
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			s.fail("an unknown escape")
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	s.pos += digits
	return r, true
}

// number consumes a number: RFC 8259, section 6, to the letter. A leading zero ends the integer part, and what follows it
// is refused as a missing comma.
func (s *Scanner) number() (string, bool) {
	text, i := s.text, s.pos
	if text[i] == '-' {
		i++
	}
	end := digits(text, i)
	ok := end > i
	if ok && text[i] == '0' {
		end = i + 1
	}
	if i = end; ok && i < len(text) && text[i] == '.' {
		end = digits(text, i+1)
		ok = end > i+1
		i = end
	}
	if ok && i < len(text) && text[i]|0x20 == 'e' {
		if i++; i < len(text) && (text[i] == '-' || text[i] == '+') {
			i++
		}
		end = digits(text, i)
		ok = end > i
	}
	start := s.pos
	if s.pos = end; !ok {
		s.fail("a digit is expected")
		return "", false
	}
	return text[start:end], true
}

// digits returns the end of the digits that start at i.
func digits(text string, i int) int {
	for i < len(text) && isDigit(text[i]) {
		i++
	}
	return i
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// Decimal returns the value of a JSON number, exactly down to the nanos, billionths, that follow the whole; both have the
// number's sign, and what is smaller is cut off. It reports false if the whole does not fit. No floating point is
// involved: 1e300 does not become an infinity, nor a large integer its neighbor.
func Decimal(literal string) (whole, nanos int64, ok bool) {
	digits, negative := strings.CutPrefix(literal, "-")
	exponent := 0
	if i := strings.IndexAny(digits, "eE"); i >= 0 {
		exponent = clampedExponent(digits[i+1:])
		digits = digits[:i]
	}
	integer, fraction, _ := strings.Cut(digits, ".")
	// digit(i) is the digit that stands i places after the start of the integer part, zero outside the literal.
	digit := func(i int) int64 {
		switch {
		case i < 0 || i >= len(integer)+len(fraction):
			return 0
		case i < len(integer):
			return int64(integer[i] - '0')
		default:
			return int64(fraction[i-len(integer)] - '0')
		}
	}
	point := len(integer) + exponent
	first := 0
	for first < len(integer)+len(fraction) && digit(first) == 0 {
		first++
	}
	if first == len(integer)+len(fraction) {
		return 0, 0, true
	}
	const maxDigits = 19 // of an int64
	if point-first > maxDigits {
		return 0, 0, false
	}
	for i := first; i < point; i++ {
		if whole > (math.MaxInt64-digit(i))/10 {
			return 0, 0, false
		}
		whole = 10*whole + digit(i)
	}
	for i := point; i < point+9; i++ {
		nanos = 10*nanos + digit(i)
	}
	if negative {
		whole, nanos = -whole, -nanos
	}
	return whole, nanos, true
}

// clampedExponent reads an exponent; far beyond every number that fits, its exact value does not matter.
func clampedExponent(literal string) int {
	const limit = 1 << 30
	n, err := strconv.Atoi(literal)
	if err != nil && literal[0] == '-' {
		return -limit
	} else if err != nil {
		return limit
	}
	return max(-limit, min(n, limit))
}
