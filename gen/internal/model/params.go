package model

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/arbfay/authpi-go/gen/internal/spec"
)

// params resolves the parameters of an operation.
func (r *resolver) params(op *Operation, n *spec.Node) {
	options, arguments := newScope(r.diags), newScope(r.diags)
	wires := map[[2]string]spec.Position{}
	for i, item := range n.Items() {
		p := r.newParam(item, op)
		if op.Request != nil {
			r.wire(op, p, item, wires)
		} else {
			r.noWire(op, item)
		}
		if p.Variadic && (op.Kind != Local || i != len(n.Items())-1) {
			r.diags.Errorf(p.At, "only the last parameter of a local operation can be variadic")
		}
		if op.Kind == Local && !p.Required && !p.Variadic {
			r.diags.Errorf(p.At, "a parameter of a local operation must be required or variadic")
		}
		if !p.Fixed {
			options.claim(p.GoName, "the parameter "+p.Name, p.At)
			arguments.claim(p.Arg, "the parameter "+p.Name, p.At)
		}
		op.Params = append(op.Params, p)
	}
	if op.Request != nil {
		for _, c := range op.Request.Constants {
			for place, at := range wires {
				if place[1] == c.Name && place[0] != "header" {
					r.diags.Errorf(at, "the parameter goes by the name of the constant %s", c.Name)
				}
			}
		}
	}
	if positional := op.Positional(); op.Client() && len(positional) > maxPositional {
		r.diags.Errorf(op.At, "%s has %d required parameters; a call reads well with at most %d",
			op.Name, len(positional), maxPositional)
	}
}

func (r *resolver) newParam(n *spec.Node, op *Operation) *Param {
	p := &Param{
		Name:     n.Name,
		GoName:   exported(n.Name),
		In:       n.Get("in").Text(),
		Wire:     cmp.Or(n.Get("wire").Text(), n.Name),
		Required: n.Get("required").Flag(),
		Presence: n.Get("presence").Flag(),
		Fixed:    n.Get("fixed").Flag(),
		Variadic: n.Get("variadic").Flag(),
	}
	if given := n.Get("go"); given != nil {
		p.GoName = upperFirst(given.Text())
	}
	p.Arg = argument(p.GoName, op.Descriptor())
	p.Doc = r.doc(n, p.GoName, "param."+op.Name+"."+n.Name, "should", !op.Internal, asSentence)
	at := inCall
	if op.Request != nil {
		at = inRequest
	}
	ref, ok := r.ref(n.Get("type"), at, nil)
	if !ok {
		return p
	}
	p.Type, p.GoType = ref, ref.goType
	r.checkPresence(n, ref, p.Required)
	if ref.Kind == KindType || p.Presence && ref.canBeAbsent() {
		p.GoType = ref.pointed()
	}
	r.paramDefault(p, n.Get("default"), op)
	return p
}

// paramDefault resolves what a parameter is when it is not given.
func (r *resolver) paramDefault(p *Param, n *spec.Node, op *Operation) {
	if n == nil {
		if p.Fixed && op.Request != nil {
			r.diags.Errorf(p.At, "%s is fixed and lacks the key %q", p.Name, "default")
		}
		return
	}
	p.Default = r.option(n)
	switch {
	case p.Default == nil:
		p.DefaultText = n.Text()
		if op.Request != nil {
			r.diags.Errorf(n.Pos, "the default of a request's parameter must be config.x")
		}
	case p.Required && !p.Fixed:
		r.diags.Errorf(n.Pos, "%s is required, so it cannot have a default", p.Name)
	case p.Presence:
		r.diags.Errorf(n.Pos, "%s has a default, so it is never absent", p.Name)
	case p.Default.Negated:
		r.diags.Errorf(n.Pos, "the Go field of %s is its opposite, so it cannot be a default", p.Default.Name)
	case p.Default.GoType != p.GoType:
		r.diags.Errorf(n.Pos, "the option %s has another type than %s", p.Default.Name, p.Name)
	}
}

// wire checks where a parameter goes in its request.
func (r *resolver) wire(op *Operation, p *Param, n *spec.Node, taken map[[2]string]spec.Position) {
	switch {
	case p.In == "" && n.Rejected("in"):
	case p.In == "":
		r.diags.Errorf(p.At, "the parameter %s lacks the key %q", p.Name, "in")
	case op.Kind == URL && p.In != "query":
		r.diags.Errorf(p.At, "a URL carries its parameters in the query, not in %s", p.In)
	case op.Request.Method == http.MethodGet && p.In == "form":
		r.diags.Errorf(p.At, "a GET has no body that a form could stand in, so %s goes elsewhere", p.Name)
	case p.Type.Kind == KindMap && p.In != "query" && p.In != "form":
		r.diags.Errorf(p.At, "a map's entries are parameters of their own, so %s goes in query or form", p.Name)
	case p.In == "bearer" && p.Type.Kind != KindSecret:
		r.diags.Errorf(p.At, "a bearer token is a secret, and %s is %s", p.Name, p.Type.Word)
	case p.In == "header" && p.Type.List():
		r.diags.Errorf(p.At, "a header has one value, and %s is a list", p.Name)
	}
	id := [2]string{p.In, p.Wire}
	switch p.In {
	case "bearer":
		id[1] = "Authorization"
	case "header":
		r.headerName(p, n)
		id[1] = strings.ToLower(p.Wire) // as HTTP compares them
	}
	if at, twice := taken[id]; twice {
		r.diags.Errorf(p.At, "the parameter at %s goes by the name %s in the %s already", at, id[1], p.In)
	}
	taken[id] = p.At
}

// Headers that no parameter can be: what the engine sets, and what the transport makes of the request.
const (
	engineHeaders    = " accept authorization content-type "
	transportHeaders = " accept-encoding connection content-length expect host keep-alive proxy-connection te trailer " +
		"transfer-encoding upgrade "
)

// headerName reports a name that is no header's, or that of a header that is not the caller's to set.
func (r *resolver) headerName(p *Param, n *spec.Node) {
	at, name := p.At, strings.ToLower(p.Wire)
	if wire := n.Get("wire"); wire != nil {
		at = wire.Pos
	}
	switch {
	case strings.ContainsAny(name, ":/"):
		r.diags.Errorf(at, "a header's name has neither : nor /: give %s another with `wire`, such as X-Trace", p.Name)
	case name == "authorization":
		r.diags.Errorf(at,
			"the engine sets the header %s itself: a token goes `in: bearer`, and the client's own secret by `auth: client`", p.Wire)
	case known(engineHeaders, name):
		r.diags.Errorf(at, "the engine sets the header %s itself and would overwrite %s: leave the parameter out", p.Wire, p.Name)
	case known(transportHeaders, name):
		r.diags.Errorf(at, "HTTP itself sets the header %s, so %s would not arrive: leave the parameter out", p.Wire, p.Name)
	}
}

// noWire reports keys that only a request's parameters have.
func (r *resolver) noWire(op *Operation, n *spec.Node) {
	for _, name := range []string{"in", "wire", "fixed"} {
		if key := n.Get(name); key != nil {
			r.diags.Errorf(key.NamePos, "%s is for http and url operations, and %s is %s", name, op.Name, op.Kind)
		}
	}
}
