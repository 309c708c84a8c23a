package model

import (
	"github.com/arbfay/authpi-go/gen/internal/spec"
)

// errors resolves the error classes. Parents are resolved last, as they may come later in the file.
func (r *resolver) errors(n *spec.Node) {
	for _, item := range n.Items() {
		class := &Error{Name: item.Name}
		class.Doc = r.doc(item, class.Name, "error."+item.Name, "must", true, asSentence)
		r.vocabulary.claim(class.Name, "the error "+class.Name, class.At)
		r.classes[class.Name] = class
		r.out.Errors = append(r.out.Errors, class)
	}
	r.parents(n)
	matches := map[[2]string]spec.Position{}
	for i, item := range n.Items() {
		class := r.out.Errors[i]
		r.codes(class, item.Get("codes"))
		for _, m := range item.Get("match").Items() {
			match := r.newMatch(m)
			id := [2]string{match.Code, m.Get("source").Text()}
			if at, taken := matches[id]; taken {
				r.diags.Errorf(match.At, "the match of %s is that at %s already", match.Code, at)
			}
			matches[id] = match.At
			class.Matches = append(class.Matches, match)
		}
		for _, f := range item.Get("fields").Items() {
			class.Fields = append(class.Fields, r.newErrorField(f, class))
		}
	}
	for _, class := range r.out.Errors {
		r.errorScope(class)
	}
}

// parents resolves the tree and reports a second root and cycles.
func (r *resolver) parents(n *spec.Node) {
	var root *Error
	for i, item := range n.Items() {
		class, parent := r.out.Errors[i], item.Get("parent")
		switch {
		case parent != nil:
			class.Parent = r.classes[parent.Text()]
			if class.Parent == nil {
				r.unknown(parent.Pos, "error class", parent.Text(), keys(r.out.Errors, func(c *Error) string { return c.Name }))
			}
		case root != nil:
			r.diags.Errorf(class.At, "%s lacks the key %q: the root is %s", class.Name, "parent", root.Name)
		default:
			root = class
		}
	}
	for _, class := range r.out.Errors {
		for above, steps := class.Parent, 0; above != nil; above, steps = above.Parent, steps+1 {
			if above == class || steps > len(r.out.Errors) {
				r.diags.Errorf(class.At, "the error class %s is its own ancestor", class.Name)
				class.Parent = nil
				break
			}
		}
	}
}

func (r *resolver) codes(class *Error, n *spec.Node) {
	for _, item := range n.Items() {
		doc := r.doc(item, "", "code."+item.Name, "must", true, asRule)
		class.Codes = append(class.Codes, ErrorCode{Doc: doc, Name: item.Name})
	}
}

func (r *resolver) newMatch(n *spec.Node) Match {
	match := Match{Code: n.Get("code").Text(), At: n.Get("code").At()}
	if source := n.Get("source"); source != nil {
		found := r.source(source)
		match.Source = &found
	}
	return match
}

// source resolves the name of a place that errors come from.
func (r *resolver) source(n *spec.Node) Source {
	s := r.sourceNamed(n.Text())
	if s.GoName == "" {
		names := []string{}
		if enum := r.enums["ErrorSource"]; enum != nil {
			names = keys(enum.Values, func(v EnumValue) string { return v.Wire })
		}
		r.diags.Errorf(n.Pos, "the enum ErrorSource has no value %q%s", n.Text(), spec.Suggest(n.Text(), names))
	}
	return s
}

func (r *resolver) sourceNamed(name string) Source {
	if enum := r.enums["ErrorSource"]; enum != nil {
		for _, value := range enum.Values {
			if value.Wire == name {
				return Source{Name: name, GoName: value.GoName}
			}
		}
	}
	return Source{Name: name}
}

func (r *resolver) newErrorField(n *spec.Node, class *Error) *ErrorField {
	f := &ErrorField{
		Name:     n.Name,
		GoName:   r.goName(n, exported(n.Name)),
		Accessor: n.Get("accessor").Flag(),
	}
	f.Private = argument(f.GoName, "")
	f.Doc = r.doc(n, f.GoName, "field."+class.Name+"."+n.Name, "should", true, asSentence)
	ref, ok := r.ref(n.Get("type"), inErrorField, nil)
	if !ok {
		return f
	}
	f.Type, f.GoType = ref, ref.goType
	if ref.Kind == KindType {
		f.GoType = ref.pointed()
	}
	return f
}

// errorScope reports a field that hides one of a class above or a method of the root.
func (r *resolver) errorScope(class *Error) {
	names := newScope(r.diags)
	names.reserve("a method of every error", "Error", "Unwrap", "Is")
	var line []*Error
	for c := class; c != nil; c = c.Parent {
		line = append([]*Error{c}, line...)
	}
	for i, c := range line {
		if c != class {
			for _, f := range c.Fields {
				names.reserve(c.Name+"'s field "+f.Name, f.GoName)
			}
			names.reserve("the embedded class", c.Name)
			continue
		}
		for _, f := range line[i].Fields {
			names.claim(f.GoName, "the field "+f.Name, f.At)
			if f.Accessor {
				names.claim("With"+f.GoName, "the method that sets "+f.Name, f.At)
			}
		}
	}
}
