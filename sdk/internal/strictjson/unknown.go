package strictjson

import (
	"encoding/json"
)

// Unknown keeps the members of an object that its table does not name, in their order. They may be secrets of a server's
// own making, so they are [Hidden]. It is immutable, and its zero value is empty.
type Unknown struct {
	object Hidden // a JSON object, or nothing
}

type unknownMember struct {
	name  string
	value string // in JSON
}

func newUnknown(members []unknownMember) Unknown {
	if len(members) == 0 {
		return Unknown{}
	}
	object := []byte{'{'}
	for _, m := range members {
		object = append(appendName(object, m.name), m.value...)
	}
	return Unknown{Hide(string(append(object, '}')))}
}

// Get returns a copy of the text of a member, and whether there is one of that name.
func (u *Unknown) Get(name string) (json.RawMessage, bool) {
	for _, m := range u.all() {
		if m.name == name {
			return json.RawMessage(m.value), true
		}
	}
	return nil, false
}

// Names returns the names of all members, in their order.
func (u *Unknown) Names() []string {
	var names []string
	for _, m := range u.all() {
		names = append(names, m.name)
	}
	return names
}

// all returns the members; a nil Unknown has none.
func (u *Unknown) all() []unknownMember {
	if u == nil || u.object == (Hidden{}) {
		return nil
	}
	var s Scanner
	var members []unknownMember
	s.Reset(u.object.Reveal(), MaxMembers)
	s.Object()
	for name, ok := s.Member(); ok; name, ok = s.Member() {
		members = append(members, unknownMember{name, s.Raw()})
	}
	return members
}
