package strictjson

import (
	"encoding/json"
	"errors"
	"reflect"
)

// objectPointer is a pointer to a type that reads and writes itself through this package.
type objectPointer[T any] interface {
	*T
	json.Marshaler
	json.Unmarshaler
}

// Object reads and writes a nested object.
func Object[T any, P objectPointer[T]](p P) Codec { return objectCodec[T, P]{p} }

type objectCodec[T any, P objectPointer[T]] struct{ p P }

func (c objectCodec[T, P]) empty() bool { return reflect.ValueOf(c.p).Elem().IsZero() }

func (c objectCodec[T, P]) decode(s *Scanner) *MemberError {
	if s.Kind() != KindObject {
		s.Skip()
		return problem("must be an object")
	}
	text := s.Raw()
	if s.Err() != nil {
		return nil // reported for the document
	}
	return nestedProblem(c.p.UnmarshalJSON([]byte(text)))
}

func (c objectCodec[T, P]) encode(dst []byte) ([]byte, *MemberError) {
	text, err := c.p.MarshalJSON()
	if err != nil {
		return nil, nestedProblem(err)
	}
	return append(dst, text...), nil
}

// nestedProblem keeps the path of a member error of this package. Another error's text could repeat a value.
func nestedProblem(err error) *MemberError {
	if err == nil {
		return nil
	}
	var nested *MemberError
	if errors.As(err, &nested) {
		return nested.within(".")
	}
	return problem("is malformed")
}

// OptionalObject reads and writes a nested object that may be absent, which is nil.
func OptionalObject[T any, P objectPointer[T]](p *P) Codec {
	return optionalObjectCodec[T, P]{p}
}

type optionalObjectCodec[T any, P objectPointer[T]] struct{ p *P }

func (c optionalObjectCodec[T, P]) empty() bool { return *c.p == nil }

func (c optionalObjectCodec[T, P]) decode(s *Scanner) *MemberError {
	v := P(new(T))
	if err := Object[T](v).decode(s); err != nil {
		return err
	}
	*c.p = v
	return nil
}

func (c optionalObjectCodec[T, P]) encode(dst []byte) ([]byte, *MemberError) {
	if *c.p == nil {
		return append(dst, "null"...), nil
	}
	return Object[T](*c.p).encode(dst)
}

// Objects reads and writes a list of nested objects. An absent list is nil, an empty one is not.
func Objects[T any, P objectPointer[T]](p *[]T) Codec { return objectsCodec[T, P]{p} }

type objectsCodec[T any, P objectPointer[T]] struct{ p *[]T }

func (c objectsCodec[T, P]) empty() bool { return *c.p == nil }

func (c objectsCodec[T, P]) decode(s *Scanner) *MemberError {
	if !s.Array() {
		return problem(notList)
	}
	var bad *MemberError
	list := []T{}
	for s.Element() {
		var v T
		if err := Object[T](P(&v)).decode(s); err != nil && bad == nil {
			bad = err.within(element(len(list)))
		}
		list = append(list, v)
	}
	if bad == nil {
		*c.p = list
	}
	return bad
}

func (c objectsCodec[T, P]) encode(dst []byte) ([]byte, *MemberError) {
	dst = append(dst, '[')
	for i := range *c.p {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err *MemberError
		if dst, err = Object[T](P(&(*c.p)[i])).encode(dst); err != nil {
			return nil, err.within(element(i))
		}
	}
	return append(dst, ']'), nil
}

// LenientObjects reads and writes a list of nested objects like Objects, but leaves out those that are malformed: one of them
// does not cost the reader the others.
func LenientObjects[T any, P objectPointer[T]](p *[]T) Codec {
	return lenientObjectsCodec[T, P]{objectsCodec[T, P]{p}}
}

type lenientObjectsCodec[T any, P objectPointer[T]] struct{ objectsCodec[T, P] }

func (c lenientObjectsCodec[T, P]) decode(s *Scanner) *MemberError {
	if !s.Array() {
		return problem(notList)
	}
	list := []T{}
	for s.Element() {
		var v T
		if Object[T](P(&v)).decode(s) == nil {
			list = append(list, v)
		}
	}
	*c.p = list
	return nil
}

// Raw reads and writes any value as its JSON text.
func Raw(p *json.RawMessage) Codec { return rawCodec{p} }

type rawCodec struct{ p *json.RawMessage }

func (c rawCodec) empty() bool { return *c.p == nil }

func (c rawCodec) decode(s *Scanner) *MemberError {
	*c.p = json.RawMessage(s.Raw())
	return nil
}

func (c rawCodec) encode(dst []byte) ([]byte, *MemberError) {
	if *c.p == nil {
		return append(dst, "null"...), nil
	}
	// What the user put here must not break out of its place in the document.
	var s Scanner
	s.Reset(string(*c.p), MaxMembers)
	s.Skip()
	if s.End() != nil {
		return nil, problem("is not valid JSON")
	}
	return append(dst, *c.p...), nil
}

// optional makes a codec for a variable that is nil where the member is absent.
type optional[T any] struct {
	p  **T
	of func(*T) Codec
}

func (c optional[T]) empty() bool { return *c.p == nil }

func (c optional[T]) decode(s *Scanner) *MemberError {
	v := new(T)
	if err := c.of(v).decode(s); err != nil {
		return err
	}
	*c.p = v
	return nil
}

func (c optional[T]) encode(dst []byte) ([]byte, *MemberError) {
	if *c.p == nil {
		return append(dst, "null"...), nil
	}
	return c.of(*c.p).encode(dst)
}
