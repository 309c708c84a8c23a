package idtoken

import "github.com/arbfay/authpi-go/sdk/internal/strictjson"

// usual is the capacity that spares usual tokens a second allocation.
const usual = 4

// organizationID reads org_id.
func (d *decoder) organizationID() {
	if d.Kind() == strictjson.KindNull {
		d.Skip()
		return
	}
	d.text("org_id", &d.claims.OrganizationID)
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
			if cap(list) == 0 {
				list = make([]Organization, 0, usual)
			}
			list = append(list, o)
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
			o.Title, o.HasTitle = d.String()
			valid = o.HasTitle
		case "scopes":
			o.Scopes, valid = d.scopes()
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

// scopes reads a list of strings.
func (d *decoder) scopes() (list []string, ok bool) {
	if !d.Array() {
		return nil, false
	}
	ok = true
	for d.Element() {
		if list == nil {
			list = make([]string, 0, usual)
		}
		scope, isString := d.String()
		list = append(list, scope)
		ok = ok && isString
	}
	return list, ok
}
