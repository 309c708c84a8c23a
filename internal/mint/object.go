package mint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Member is one member of a JSON object.
type Member struct {
	// Name is the member's name.
	Name string
	// Value is any value that encoding/json can encode.
	Value any
}

// Object is a JSON object that keeps the order of its members and may have duplicates.
type Object []Member

// NewObject returns an object from alternating names and values, as in log/slog. It
// panics if a name is not a string or has no value.
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

// Add returns a copy with one more member at the end. If the name exists already, the
// copy has a duplicate.
func (o Object) Add(name string, value any) Object {
	return append(slices.Clone(o), Member{name, value})
}

// With returns a copy in which the first member with this name has the value. If there is
// none, it is added at the end.
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

// Without returns a copy without the members with this name.
func (o Object) Without(name string) Object {
	return slices.DeleteFunc(slices.Clone(o), func(m Member) bool { return m.Name == name })
}

// Get returns the value of the first member with this name.
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

// Bytes returns the object's JSON. It panics if a value cannot be encoded, which is a
// mistake in the test.
func (o Object) Bytes() []byte {
	encoded, err := o.MarshalJSON()
	if err != nil {
		panic(err)
	}
	return encoded
}

// encode is json.Marshal without the escaping of <, > and &.
func encode(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
