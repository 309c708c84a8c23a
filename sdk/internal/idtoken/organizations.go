package idtoken

import (
	"slices"

	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

// The fewest bytes that an element of a list takes.
const (
	minText         = len(`"",`)
	minOrganization = len(`{"id":"a"},`)
)

// add appends to a list. The list grows in large steps, but not beyond what the rest of the payload can have: reading a
// long list otherwise costs less than making room for it again and again.
func add[T any](d *decoder, list []T, element T, minBytes int) []T {
	const usual = 4 // spares usual tokens a second allocation
	if len(list) == cap(list) {
		most := d.Remaining()/minBytes + 1
		list = slices.Grow(list, min(max(usual, 3*len(list)), most))
	}
	return append(list, element)
}

// organizations reads the list. Anything but a list counts as absent and gives no access; an entry that is malformed is
// left out, and does not cost the user the others.
func (d *decoder) organizations() {
	if !d.Array() {
		return
	}
	list := []Organization{}
	for d.Element() {
		if o, ok := d.organization(); ok {
			list = add(d, list, o, minOrganization)
		}
	}
	d.claims.Organizations = list
}

// organization reads an entry and reports whether it is well-formed: an object with an ID, every other member of its
// type, null or absent.
func (d *decoder) organization() (o Organization, ok bool) {
	if !d.Object() {
		return o, false
	}
	ok = true
	for name, more := d.Member(); more; name, more = d.Member() {
		if d.Kind() == strictjson.KindNull {
			d.Skip()
			continue
		}
		valid := true
		switch name {
		case "id":
			o.ID, valid = d.String()
		case "title":
			o.Title, valid = d.String()
		case "scopes":
			o.Scopes, valid = d.scopeList()
		case "joined_at":
			var literal string
			if literal, valid = d.Number(); valid {
				o.JoinedAt, valid = strictjson.ParseUnix(literal)
			}
		default:
			d.Skip()
		}
		ok = ok && valid
	}
	return o, ok && o.ID != ""
}

// scopeList reads a list of strings.
func (d *decoder) scopeList() (list []string, ok bool) {
	if !d.Array() {
		return nil, false
	}
	ok = true
	scopes, start := d.scopes, len(d.scopes)
	for d.Element() {
		scope, isString := d.String()
		scopes = add(d, scopes, scope, minText)
		ok = ok && isString
	}
	if d.scopes = scopes; len(scopes) == start {
		return nil, ok
	}
	return slices.Clip(scopes[start:]), ok
}
