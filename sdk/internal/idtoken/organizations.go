package idtoken

import (
	"slices"

	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

// The minimum size in bytes of a list element.
const (
	minText         = len(`"",`)
	minOrganization = len(`{"id":"a"},`)
)

// add appends to a list. The list grows in large steps, because growing a long list often
// costs more than reading it, but never beyond the number of elements that fit in the
// rest of the payload.
func add[T any](d *decoder, list []T, element T, minBytes int) []T {
	const usual = 4 // enough for most tokens without a second allocation
	if len(list) == cap(list) {
		most := d.Remaining()/minBytes + 1
		list = slices.Grow(list, min(max(usual, 3*len(list)), most))
	}
	return append(list, element)
}

// organizations reads the list. If the claim is not a list, it counts as absent and
// grants no access. A malformed element is skipped; the others stay.
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

// organization reads an element and reports whether it is well-formed: an object with an
// ID whose other members are absent, null or of the right type.
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
