package strictjson

import (
	"encoding/json"
	"slices"
)

// Unknown keeps the members of an object that its table does not name, in their order. They may be secrets of a server's
// own making: an Unknown shows an address at most, under any fmt verb, in a struct too. It is immutable, and its zero
// value is empty.
type Unknown struct {
	// Two pointers: fmt looks through one when it meets a verb that does not fit, such as %s.
	members **[]unknownMember
}

type unknownMember struct {
	name  string
	value json.RawMessage
}

func newUnknown(members []unknownMember) Unknown {
	if len(members) == 0 {
		return Unknown{}
	}
	p := &members
	return Unknown{members: &p}
}

// Get returns a copy of the text of a member, and whether there is one of that name.
func (u *Unknown) Get(name string) (json.RawMessage, bool) {
	for _, m := range u.all() {
		if m.name == name {
			return slices.Clone(m.value), true
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
	if u == nil || u.members == nil {
		return nil
	}
	return **u.members
}
