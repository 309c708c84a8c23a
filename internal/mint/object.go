package mint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Member is one member of an [Object].
type Member struct {
	// Name is the member's name, encoded as it is.
	Name string
	// Value is anything that encoding/json can encode.
	Value any
}

// Object is a JSON object whose members keep their order and may repeat.
type Object []Member

// NewObject returns the object of these names and values, in turn, as log/slog
// takes them. It panics where a name is no string or has no value.
func NewObject(namesAndValues ...any) Object {
	object := make(Object, 0, len(namesAndValues)/2)
	for pair := range slices.Chunk(namesAndValues, 2) {
		name, isString := pair[0].(string)
		if !isString || len(pair) != 2 {
			panic(fmt.Sprintf("mint: member %d has no name or no value", len(object)))
		}
		object = append(object, Member{name, pair[1]})
	}
	return object
}

// Add returns a copy with one more member at the end, even where the name is
// there already: that is how a duplicate is made.
func (o Object) Add(name string, value any) Object {
	return append(slices.Clone(o), Member{name, value})
}

// With returns a copy in which the first member of that name has the value, or
// which has the member at its end.
func (o Object) With(name string, value any) Object {
	copied := slices.Clone(o)
	for i := range copied {
		if copied[i].Name == name {
			copied[i].Value = value
			return copied
		}
	}
	return append(copied, Member{name, value})
}

// Without returns a copy that has no member of that name.
func (o Object) Without(name string) Object {
	return slices.DeleteFunc(slices.Clone(o), func(m Member) bool { return m.Name == name })
}

// Get returns the value of the first member of that name.
func (o Object) Get(name string) (any, bool) {
	for _, m := range o {
		if m.Name == name {
			return m.Value, true
		}
	}
	return nil, false
}

// MarshalJSON encodes the members in order, duplicates included.
func (o Object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			out.WriteByte(',')
		}
		name, err := encode(m.Name)
		if err != nil {
			return nil, err
		}
		value, err := encode(m.Value)
		if err != nil {
			return nil, fmt.Errorf("mint: member %s: %w", name, err)
		}
		out.Write(name)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// Bytes returns the object's JSON. It panics where a value cannot be encoded: a
// test wrote a value that is none.
func (o Object) Bytes() []byte {
	encoded, err := o.MarshalJSON()
	if err != nil {
		panic(err)
	}
	return encoded
}

// encode is json.Marshal without its escaping of <, > and &.
func encode(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
