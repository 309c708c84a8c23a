package model

import (
	"strconv"
	"strings"

	"github.com/arbfay/authpi-go/gen/internal/spec"
)

// config resolves the options. Defaults that name another option are resolved last, as they may name a later one.
func (r *resolver) config(n *spec.Node) {
	fields := newScope(r.diags)
	fields.reserve("a method of Config", "MarshalJSON", "LogValue", "String")
	for _, item := range n.Items() {
		option := r.newOption(item)
		fields.claim(option.GoName, "the option "+option.Name, option.At)
		r.options[option.Name] = option
		r.out.Config = append(r.out.Config, option)
	}
	for i, item := range n.Items() {
		r.defaultOf(r.out.Config[i], item.Get("default"))
	}
}

// optionName derives the Go name of an option. The Go type tells the unit, so the name does not.
func optionName(n *spec.Node) string {
	if n.Get("type").Text() == "seconds" {
		return exported(strings.TrimSuffix(n.Name, "_seconds"))
	}
	return exported(n.Name)
}

func (r *resolver) newOption(n *spec.Node) *Option {
	option := &Option{Name: n.Name, Required: n.Get("required").Flag()}
	option.Type, _ = r.ref(n.Get("type"), inConfig, nil)
	option.GoType = option.Type.goType
	option.GoName = optionName(n)
	if named := n.Get("go"); named.IsScalar() {
		option.GoName = r.exportedOnly(named)
	} else if named != nil {
		option.GoName, option.Negated = r.negated(named, option.GoName)
	}
	option.Doc = r.doc(n, option.GoName, "config."+n.Name, "should", true, asSentence)
	if option.Negated {
		option.Go = r.link(option.GoName + " turns this off: " + lowerFirst(option.Text))
	}
	return option
}

// negated reads the mapping form of `go`.
func (r *resolver) negated(n *spec.Node, name string) (goName string, negated bool) {
	if negate := n.Get("negate"); negate != nil {
		return r.exportedOnly(negate), true
	}
	if given := n.Get("name"); given != nil {
		return r.exportedOnly(given), false
	}
	return name, false
}

// exportedOnly returns a Go name that must be exported.
func (r *resolver) exportedOnly(n *spec.Node) string {
	if name := n.Text(); name != upperFirst(name) {
		r.diags.Errorf(n.Pos, "the Go name %s must be exported: %s", name, upperFirst(name))
		return upperFirst(name)
	}
	return n.Text()
}

// defaultOf resolves what an option's zero value means.
func (r *resolver) defaultOf(option *Option, n *spec.Node) {
	kind := option.Type.Kind
	switch {
	case kind == KindBool:
		if (n.Text() == "true") != option.Negated {
			r.diags.Errorf(option.At,
				"a bool is false by default in Go: %s needs `go: {negate: ...}` exactly if its default is true", option.Name)
		}
		option.Default = n.Text()
	case option.Negated:
		r.diags.Errorf(option.At, "only a bool can be negated, and %s is none", option.Name)
	case n == nil:
	case option.Required:
		r.diags.Errorf(n.Pos, "%s is required and cannot have a default", option.Name)
	case strings.HasPrefix(n.Text(), "config."):
		option.DefaultOption = r.option(n)
		if other := option.DefaultOption; other != nil && other.GoType != option.GoType {
			r.diags.Errorf(n.Pos, "%s has another type than %s", other.Name, option.Name)
		}
	case kind == KindInt || kind == KindSeconds:
		option.Default = n.Text()
		if number, err := strconv.ParseInt(n.Text(), 10, 32); err != nil || number <= 0 {
			r.diags.Errorf(n.Pos, "the default of %s must be a positive whole number", option.Name)
		}
	case option.Type.text() || kind == KindEnum:
		option.Default = n.Text()
	default:
		r.diags.Errorf(n.Pos, "an option of the type %s cannot have a default", option.Type.Word)
	}
}

// endpoints resolves the addresses.
func (r *resolver) endpoints(n *spec.Node) {
	fields := newScope(r.diags)
	metadata := map[string]spec.Position{}
	for _, item := range n.Items() {
		e := &Endpoint{
			Name:     item.Name,
			GoName:   r.goName(item, exported(item.Name)),
			Metadata: item.Get("metadata").Text(),
			Path:     item.Get("path").Text(),
		}
		e.Const = "endpoint" + e.GoName
		e.Doc = r.doc(item, e.GoName, "endpoint."+item.Name, "should", true, asSentence)
		fields.claim(e.GoName, "the endpoint "+e.Name, e.At)
		r.engine.claim(e.Const, "the endpoint "+e.Name, e.At)
		if at, taken := metadata[e.Metadata]; taken && e.Metadata != "" {
			r.diags.Errorf(item.Get("metadata").Pos, "the metadata member %s is that of the endpoint at %s already", e.Metadata, at)
		}
		metadata[e.Metadata] = e.At
		r.endpointMap[e.Name] = e
		r.out.Endpoints = append(r.out.Endpoints, e)
	}
	r.engine.claim("endpointCount", "the number of endpoints", spec.Position{})
}

// goName returns the name that a node gives itself, else the derived one.
func (r *resolver) goName(n *spec.Node, derived string) string {
	if given := n.Get("go"); given != nil {
		return r.exportedOnly(given)
	}
	return derived
}
