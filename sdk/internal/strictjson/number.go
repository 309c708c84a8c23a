package strictjson

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Bool reads and writes true or false; false is the zero value.
func Bool(p *bool) Codec { return boolCodec{p} }

type boolCodec struct{ p *bool }

func (c boolCodec) empty() bool { return !*c.p }

func (c boolCodec) decode(s *Scanner) *MemberError {
	value, ok := s.Bool()
	if !ok {
		return problem("must be true or false")
	}
	*c.p = value
	return nil
}

func (c boolCodec) encode(dst []byte) ([]byte, *MemberError) {
	return strconv.AppendBool(dst, *c.p), nil
}

// OptionalBool reads and writes true or false, or nil for neither.
func OptionalBool(p **bool) Codec { return optional[bool]{p, Bool} }

// Int reads and writes a whole number; 3600.0 and 36e2 are whole numbers.
func Int(p *int64) Codec { return intCodec{p} }

type intCodec struct{ p *int64 }

func (c intCodec) empty() bool { return *c.p == 0 }

func (c intCodec) decode(s *Scanner) *MemberError {
	literal, ok := s.Number()
	if !ok {
		return problem("must be a number")
	}
	whole, nanos, ok := Decimal(literal)
	if !ok {
		return problem(outOfRange)
	}
	if nanos != 0 {
		return problem("must be a whole number")
	}
	*c.p = whole
	return nil
}

func (c intCodec) encode(dst []byte) ([]byte, *MemberError) {
	return strconv.AppendInt(dst, *c.p, 10), nil
}

// Seconds reads and writes a duration as a number of seconds, which may have a fraction.
func Seconds(p *time.Duration) Codec { return secondsCodec{p} }

type secondsCodec struct{ p *time.Duration }

func (c secondsCodec) empty() bool { return *c.p == 0 }

func (c secondsCodec) decode(s *Scanner) *MemberError {
	literal, ok := s.Number()
	if !ok {
		return problem("must be a number")
	}
	d, exact := duration(literal)
	if !exact {
		return problem(outOfRange)
	}
	*c.p = d
	return nil
}

func (c secondsCodec) encode(dst []byte) ([]byte, *MemberError) {
	seconds, nanos := *c.p/time.Second, *c.p%time.Second
	if *c.p < 0 {
		dst = append(dst, '-')
		seconds, nanos = -seconds, -nanos
	}
	dst = strconv.AppendInt(dst, int64(seconds), 10)
	if nanos != 0 {
		// A second more has the digit in front that keeps the leading zeros.
		fraction := strconv.FormatInt(int64(time.Second+nanos), 10)[1:]
		dst = append(append(dst, '.'), strings.TrimRight(fraction, "0")...)
	}
	return dst, nil
}

// OptionalSeconds is Seconds where absent, which is nil, differs from zero.
func OptionalSeconds(p **time.Duration) Codec { return optional[time.Duration]{p, Seconds} }

// LenientSeconds reads a duration that must never be the reason to refuse a document: a number of seconds, or a string of
// digits. What is too large becomes the longest duration; anything else counts as absent, which is nil.
func LenientSeconds(p **time.Duration) Codec {
	return lenientCodec{optional[time.Duration]{p, Seconds}}
}

type lenientCodec struct{ optional[time.Duration] }

func (c lenientCodec) decode(s *Scanner) *MemberError {
	if d, ok := lenient(s); ok {
		*c.p = &d
	}
	return nil
}

// lenient consumes a value of any type and reports whether it is a duration.
func lenient(s *Scanner) (time.Duration, bool) {
	var literal string
	var ok bool
	if s.Kind() == KindString {
		literal, ok = s.String()
		ok = ok && literal != "" && strings.Trim(literal, "0123456789") == ""
	} else {
		literal, ok = s.Number()
	}
	if !ok {
		return 0, false
	}
	d, _ := duration(literal)
	return d, true
}

// duration returns a number of seconds, and whether it fits; if not, the duration is the nearest that does.
func duration(literal string) (d time.Duration, fits bool) {
	const maxSeconds = int64(math.MaxInt64/time.Second) - 1 // one less leaves room for any fraction
	whole, nanos, ok := Decimal(literal)
	switch {
	case ok && -maxSeconds <= whole && whole <= maxSeconds:
		return time.Duration(whole)*time.Second + time.Duration(nanos), true
	case strings.HasPrefix(literal, "-"):
		return -math.MaxInt64, false
	default:
		return math.MaxInt64, false
	}
}

// UnixTime reads a time as a number of seconds since 1970, which may have a fraction, and writes it without one. Times are
// in UTC and in the years 1 to 9999.
func UnixTime(p *time.Time) Codec { return timeCodec{p} }

type timeCodec struct{ p *time.Time }

func (c timeCodec) empty() bool { return c.p.IsZero() }

func (c timeCodec) decode(s *Scanner) *MemberError {
	literal, ok := s.Number()
	if !ok {
		return problem("must be a number")
	}
	t, ok := ParseUnix(literal)
	if !ok {
		return problem(outOfRange)
	}
	*c.p = t
	return nil
}

func (c timeCodec) encode(dst []byte) ([]byte, *MemberError) {
	seconds := c.p.Unix()
	if seconds < minUnix || seconds > maxUnix {
		return nil, problem(outOfRange)
	}
	return strconv.AppendInt(dst, seconds, 10), nil
}

// The first second of the year 1 and the last one of 9999: beyond, neither time.Time's own JSON nor most readers follow.
const (
	minUnix = -62135596800
	maxUnix = 253402300799
)

// ParseUnix returns the time that a JSON number of seconds since 1970 stands for, in UTC. It reports false outside the
// years 1 to 9999.
func ParseUnix(literal string) (time.Time, bool) {
	whole, nanos, ok := Decimal(literal)
	if !ok || whole < minUnix || whole > maxUnix {
		return time.Time{}, false
	}
	return time.Unix(whole, nanos).UTC(), true
}
