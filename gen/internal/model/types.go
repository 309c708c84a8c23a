package model

import (
	"slices"
	"strconv"

	"github.com/arbfay/authpi-go/gen/internal/spec"
)

// declareEnums resolves the enums.
func (r *resolver) declareEnums(n *spec.Node) {
	for _, item := range n.Items() {
		enum := &Enum{Name: item.Name}
		enum.Doc = r.doc(item, enum.Name, "enum."+item.Name, "should", true, asSentence)
		r.vocabulary.claim(enum.Name, "the enum "+enum.Name, enum.At)
		for _, v := range item.Get("values").Items() {
			value := EnumValue{Wire: v.Name, GoName: enum.Name + r.goName(v, exported(v.Name))}
			value.Doc = r.doc(v, value.GoName, "value."+item.Name+"."+v.Name, "should", true, asValue)
			r.vocabulary.claim(value.GoName, "the value "+v.Name, value.At)
			enum.Values = append(enum.Values, value)
		}
		if len(enum.Values) == 0 {
			r.diags.Errorf(enum.At, "the enum %s has no values", enum.Name)
		}
		r.enums[enum.Name] = enum
		r.out.Enums = append(r.out.Enums, enum)
	}
}

// declareTypes makes the types known by name; fields fills them, as they may name each other.
func (r *resolver) declareTypes(n *spec.Node) {
	for _, item := range n.Items() {
		t := &Type{
			Name:        item.Name,
			GoName:      r.goName(item, item.Name),
			Internal:    item.Get("internal").Flag(),
			Storage:     item.Get("storage").Flag(),
			KeepUnknown: item.Get("unknown").Text() == "keep",
			Lenient:     item.Get("lenient").Flag(),
			Accessors:   item.Get("accessors").Flag(),
			Data:        item.Get("data").Flag(),
		}
		if t.Internal {
			t.GoName = unexported(t.GoName)
		}
		t.Doc = r.doc(item, t.GoName, "type."+item.Name, "should", true, asSentence)
		if t.Internal {
			r.engine.claim(t.GoName, "the type "+t.Name, t.At)
		} else {
			r.vocabulary.claim(t.GoName, "the type "+t.Name, t.At)
		}
		r.checkFlags(t)
		r.types[t.Name] = t
		r.out.Types = append(r.out.Types, t)
	}
}

// checkFlags reports flags that contradict each other.
func (r *resolver) checkFlags(t *Type) {
	if t.Accessors && (t.Internal || t.Storage || t.KeepUnknown || t.Lenient || t.Data) {
		r.diags.Errorf(t.At,
			"the Go type of %s is written by hand (accessors), so internal, storage, unknown, lenient and data say nothing", t.Name)
	}
	if t.Data && (t.Storage || t.KeepUnknown || t.Lenient) {
		r.diags.Errorf(t.At, "%s is never JSON (data), so storage, unknown and lenient say nothing", t.Name)
	}
	if t.Storage && t.Lenient {
		r.diags.Errorf(t.At, "%s is a storage form, which is read strictly: what is malformed there was tampered with", t.Name)
	}
	if t.Storage && t.Internal {
		r.diags.Errorf(t.At, "%s is internal, so nobody stores it", t.Name)
	}
}

// fields resolves the fields of the types.
func (r *resolver) fields(n *spec.Node) {
	for _, item := range n.Items() {
		t := r.types[item.Name]
		names := newScope(r.diags)
		if !t.Accessors {
			names.reserve("a method of "+t.GoName, "MarshalJSON", "UnmarshalJSON", "LogValue", "Extra", "String")
		}
		for _, f := range item.Get("fields").Items() {
			field := r.newField(f, t)
			names.claim(field.GoName, "the field "+field.Name, field.At)
			t.Fields = append(t.Fields, field)
		}
	}
	for _, t := range r.out.Types {
		r.checkNesting(t, nil)
		r.checkSecrets(t)
	}
}

// checkSecrets reports a type with secrets inside of another: what is redacted would be stored so, or what is stored
// would be printed.
func (r *resolver) checkSecrets(t *Type) {
	if t.Internal || t.Accessors || t.Data {
		return
	}
	for _, f := range t.Fields {
		held := f.Type.Type
		if held != nil && held.hasSecret(nil) && (!t.Storage || !held.Storage) {
			r.diags.Errorf(f.At, "%s holds secrets, so only a field of an internal type can hold it, or storage in storage", held.Name)
		}
	}
}

// hasSecret reports whether a type holds a secret, itself or in a type that it holds.
func (t *Type) hasSecret(above []*Type) bool {
	if slices.Contains(above, t) {
		return false
	}
	above = append(above, t)
	return slices.ContainsFunc(t.Fields, func(f *Field) bool {
		return f.Type.Kind == KindSecret || f.Type.Type != nil && f.Type.Type.hasSecret(above)
	})
}

// Secrets returns the fields that are secrets.
func (t *Type) Secrets() []*Field {
	var secrets []*Field
	for _, f := range t.Fields {
		if f.Type.Kind == KindSecret {
			secrets = append(secrets, f)
		}
	}
	return secrets
}

func (r *resolver) newField(n *spec.Node, t *Type) *Field {
	f := &Field{
		Name:     n.Name,
		GoName:   r.goName(n, exported(n.Name)),
		Required: n.Get("required").Flag(),
		Presence: n.Get("presence").Flag(),
	}
	f.Doc = r.doc(n, f.GoName, "field."+t.Name+"."+n.Name, "should", !t.Internal, asSentence)
	ref, ok := r.ref(n.Get("type"), inField, t)
	if !ok {
		return f
	}
	f.Type, f.GoType = ref, ref.goType
	switch {
	case ref.Kind == KindInt && !t.Data && !t.Accessors:
		f.GoType = "int64" // what the wire can carry
	case ref.Kind == KindType && t.Accessors:
		f.GoType = ref.pointed()
	}
	if ref.Type != nil && (ref.Type.Data || ref.Type.Accessors) && !t.Accessors && !t.Data {
		r.diags.Errorf(n.Get("type").Pos, "%s has no JSON form, so %s cannot hold it", ref.Type.Name, t.Name)
	}
	if ref.Type != nil {
		ref.Type.Nested = true
	}
	r.checkPresence(n, ref, f.Required)
	if f.Presence && ref.canBeAbsent() && !t.Accessors {
		f.GoType = ref.pointed()
	}
	r.fieldDefault(f, t, n.Get("default"))
	return f
}

// fieldDefault resolves what an absent member counts as.
func (r *resolver) fieldDefault(f *Field, t *Type, n *spec.Node) {
	if n == nil {
		return
	}
	f.Default = n.Text()
	kind := f.Type.Kind
	switch {
	case t.Accessors || t.Data:
		r.diags.Errorf(n.Pos, "%s is not read from JSON, so no member of it is absent", t.Name)
	case t.Storage:
		r.diags.Errorf(n.Pos, "%s is stored and read back: a zero would come back as the default", t.Name)
	case f.Required || f.Presence:
		r.diags.Errorf(n.Pos, "%s is required or tells absence apart, so it cannot have a default", f.Name)
	case kind == KindInt || kind == KindSeconds:
		if number, err := strconv.ParseInt(f.Default, 10, 32); err != nil || number <= 0 {
			r.diags.Errorf(n.Pos, "the default of %s must be a positive whole number", f.Name)
		}
	case !f.Type.text() && kind != KindEnum:
		r.diags.Errorf(n.Pos, "a field of the type %s cannot have a default", f.Type.Word)
	}
}

// checkPresence reports a presence that means nothing.
func (r *resolver) checkPresence(n *spec.Node, ref Ref, required bool) {
	presence := n.Get("presence")
	switch {
	case !presence.Flag():
	case required:
		r.diags.Errorf(presence.NamePos, "%s is required, so it is never absent", n.Name)
	case !ref.canBeAbsent():
		r.diags.Errorf(presence.NamePos, "presence is for string, bool, seconds and types: the zero value of %s is absence already",
			ref.Word)
	}
}

// checkNesting reports a type that holds itself by value.
func (r *resolver) checkNesting(t *Type, above []*Type) {
	if slices.Contains(above, t) {
		if above[0] == t {
			r.diags.Errorf(t.At, "the type %s contains itself; a list can", t.Name)
		}
		return
	}
	above = append(above, t)
	for _, f := range t.Fields {
		if f.Type.Kind == KindType && !t.Accessors {
			r.checkNesting(f.Type.Type, above)
		}
	}
}
