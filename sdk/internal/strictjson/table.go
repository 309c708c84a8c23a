package strictjson

import (
	"slices"
	"strconv"
)

// Member is one row of the table that describes an object.
type Member struct {
	// Name is the member's name on the wire, matched byte for byte.
	Name string

	// Value reads the member into a variable and writes it from there.
	Value Codec

	// Required refuses an object without this member, and writes the member even where its variable has the zero value.
	Required bool
}

// Codec connects a member with a variable; the functions of this package make the codecs that there are.
type Codec interface {
	// decode consumes the scanner's next value, which is not null, and stores it.
	decode(s *Scanner) *MemberError

	// encode appends the variable's JSON.
	encode(dst []byte) ([]byte, *MemberError)

	// empty reports whether the variable has its zero value, which is left out unless the member is required.
	empty() bool
}

// Unmarshal reads one JSON object. Members of the table are stored in their variables; a member that is null counts as
// absent, and an absent one leaves its variable alone. The others are put into unknown, null ones too, or dropped if
// unknown is nil. The error is a *SyntaxError or a *MemberError, and after one the variables may be partly filled.
func Unmarshal(data []byte, members []Member, unknown *Unknown) error {
	return unmarshal(data, members, unknown, func(Member) bool { return true })
}

// UnmarshalLenient reads like Unmarshal an object of which nothing but its required members must be right: any other that is
// of a wrong form counts as absent. The document as a whole must be well-formed.
func UnmarshalLenient(data []byte, members []Member, unknown *Unknown) error {
	return unmarshal(data, members, unknown, func(m Member) bool { return m.Required })
}

// unmarshal reads an object, of which the members that matter must be of their form.
func unmarshal(data []byte, members []Member, unknown *Unknown, matters func(Member) bool) error {
	var s Scanner
	s.Reset(string(data), MaxMembers)
	if !s.Object() {
		s.fail("not an object")
		return s.Err()
	}
	var (
		first  *MemberError
		others []unknownMember
		seen   = make([]bool, len(members))
	)
	for name, ok := s.Member(); ok; name, ok = s.Member() {
		i := slices.IndexFunc(members, func(m Member) bool { return m.Name == name })
		switch {
		case i < 0 && unknown != nil:
			others = append(others, unknownMember{name, s.Raw()})
		case i < 0 || s.Kind() == KindNull:
			s.Skip()
		default:
			seen[i] = true
			if err := members[i].Value.decode(&s); err != nil && first == nil && matters(members[i]) {
				first = err.within(name)
			}
		}
	}
	// That the document is ill-formed says more than what was found wrong in it before that showed.
	if err := s.End(); err != nil {
		if slices.ContainsFunc(members, func(m Member) bool { return s.doubled != "" && m.Name == s.doubled }) {
			return &SyntaxError{Offset: s.err.Offset, Reason: strconv.Quote(s.doubled) + " appears twice"}
		}
		return err
	}
	if first != nil {
		return first
	}
	for i, m := range members {
		if m.Required && !seen[i] {
			return &MemberError{Name: m.Name, Reason: "is missing"}
		}
	}
	if unknown != nil {
		*unknown = newUnknown(others)
	}
	return nil
}

// Marshal writes one JSON object: the members in the order of the table, without those that have the zero value and are
// not required, then the unknown ones in the order in which they were read. A name of the table is never taken from
// unknown. The error is a *MemberError.
func Marshal(members []Member, unknown *Unknown) ([]byte, error) {
	dst := []byte{'{'}
	for _, m := range members {
		if m.Value.empty() && !m.Required {
			continue
		}
		dst = appendName(dst, m.Name)
		var err *MemberError
		if dst, err = m.Value.encode(dst); err != nil {
			return nil, err.within(m.Name)
		}
	}
	for _, other := range unknown.all() {
		if slices.ContainsFunc(members, func(m Member) bool { return m.Name == other.name }) {
			continue
		}
		dst = append(appendName(dst, other.name), other.value...)
	}
	return append(dst, '}'), nil
}

// appendName appends what comes before a member's value.
func appendName(dst []byte, name string) []byte {
	if len(dst) > 1 {
		dst = append(dst, ',')
	}
	return append(appendString(dst, name), ':')
}

// appendString appends a JSON string. The text must be valid UTF-8, which makes escaping a matter of ASCII.
func appendString(dst []byte, text string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for _, c := range []byte(text) {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xF])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// element returns the path of a list's element.
func element(i int) string { return "[" + strconv.Itoa(i) + "]" }
