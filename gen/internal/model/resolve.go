package model

import (
	"cmp"
	"go/types"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/gen/internal/spec"
)

// Resolve returns the interface that a spec means and reports what does not fit together. The result is only complete
// if diags has no errors afterwards; root may lack nodes that were reported already.
func Resolve(root *spec.Node, diags *spec.Diagnostics) *Interface {
	r := newResolver(diags)
	r.links = goLinks(root)
	r.sdk(root.Get("sdk"))
	// Everything that a type can name comes first, then whatever names types.
	r.declareEnums(root.Get("enums"))
	r.declareTypes(root.Get("types"))
	r.config(root.Get("config"))
	r.endpoints(root.Get("endpoints"))
	r.fields(root.Get("types"))
	r.errors(root.Get("errors"))
	r.operations(root.Get("operations"))
	r.rules(root.Get("scopes").Get("rules"), "scope.")
	r.rules(root.Get("clauses"), "")
	r.finish()
	return r.out
}

// resolver holds what was resolved so far, by the names of the spec.
type resolver struct {
	diags *spec.Diagnostics
	out   *Interface

	options     map[string]*Option
	endpointMap map[string]*Endpoint
	enums       map[string]*Enum
	types       map[string]*Type
	classes     map[string]*Error
	ops         map[string]*Operation
	clauses     map[string]spec.Position
	origins     map[string]string   // of the nodes that hold others, by path
	links       map[string]string   // Go names by the names that texts mention
	used        map[*Operation]bool // internal operations that something refers to

	vocabulary *scope // package authpi
	engine     *scope // package engine
	client     *scope // the methods of Client
	methods    *scope // the unexported methods of Engine
}

func newResolver(diags *spec.Diagnostics) *resolver {
	r := &resolver{
		diags:       diags,
		out:         &Interface{},
		options:     map[string]*Option{},
		endpointMap: map[string]*Endpoint{},
		enums:       map[string]*Enum{},
		types:       map[string]*Type{},
		classes:     map[string]*Error{},
		ops:         map[string]*Operation{},
		clauses:     map[string]spec.Position{},
		origins:     map[string]string{},
		used:        map[*Operation]bool{},
		vocabulary:  newScope(diags),
		engine:      newScope(diags),
		client:      newScope(diags),
		methods:     newScope(diags),
	}
	r.vocabulary.reserve("the vocabulary itself", "Config", "Endpoints", "Secret", "NewSecret", "Switch", "Hooks",
		"AgentData", "NewAgent", "PanicError", "ErrTemporary", "ErrNetwork", "ErrInvalidResponse", "ErrClosed")
	r.client.reserve("the client itself", "New", "Close", "MarshalJSON")
	r.reserveEngine()
	return r
}

// reserveEngine takes the names that internal types and operations cannot have, whatever hand-written code declares.
func (r *resolver) reserveEngine() {
	r.methods.reserveWords()
	r.engine.reserveWords()
	r.engine.reserve("a predeclared identifier of Go", types.Universe.Names()...)
	r.engine.reserve("an import", strings.Fields(imports)...)
	r.engine.reserve("a variable of generated code", strings.Fields(engineLocals)...)
	r.engine.reserve("the generated code itself", strings.Fields(engineNames)...)
	r.engine.reserve("the functions that Go runs first", "init")
}

func (r *resolver) sdk(n *spec.Node) {
	r.out.SDK = SDK{
		Name:    n.Get("name").Text(),
		Version: n.Get("version").Text(),
		Module:  n.Get("module").Text(),
		BasedOn: n.Get("based_on").Text(),
		Doc:     n.Get("doc").Text(),
	}
}

// docForm is how a node's text becomes a Go comment.
type docForm int

const (
	asSentence docForm = iota // the name and the text make one sentence
	asValue                   // the name stands for what the text says
	asRule                    // there is no name: the text is the comment
)

// doc reads the common keys of a node and registers its clause. Public nodes must have a text.
func (r *resolver) doc(n *spec.Node, goName, path, level string, public bool, form docForm) Doc {
	d := Doc{
		Text:      n.Get("doc").Text(),
		Clause:    cmp.Or(n.Get("clause").Text(), path),
		Level:     cmp.Or(n.Get("level").Text(), level),
		Source:    n.Get("source").Text(),
		Since:     n.Get("since").Text(),
		Deviation: n.Get("deviation").Text(),
		At:        n.At(),
	}
	d.Origin = r.origin(d, path)
	switch {
	case d.Text == "" && public && !n.Rejected("doc"):
		r.diags.Errorf(d.At, "%s lacks the key %q: it is public", n.Name, "doc")
	case d.Text == "":
	case form == asValue && !known(articles, strings.ToLower(firstWord(d.Text))):
		r.diags.Errorf(n.Get("doc").Pos,
			"the doc of the enum value %s must be a noun with its article, such as %q: the comment reads %q", n.Name, "The token endpoint.", goName+" stands for ...")
	case form != asRule && !joins(d.Text):
		r.diags.Errorf(n.Get("doc").Pos,
			"the doc of %s must start with an article, with a word such as Whether or How, or with a verb such as Returns", n.Name)
	case form == asSentence:
		d.Go = r.link(sentence(goName, d.Text))
	case form == asValue:
		d.Go = r.link(goName + " stands for " + lowerFirst(d.Text))
	}
	r.clause(d)
	return d
}

// clause registers the clause of a node.
func (r *resolver) clause(d Doc) {
	if at, taken := r.clauses[d.Clause]; taken {
		r.diags.Errorf(d.At, "the clause %s is that of the node at %s already", d.Clause, at)
		return
	}
	r.clauses[d.Clause] = d.At
	r.out.Clauses = append(r.out.Clauses, Clause{
		ID: d.Clause, Level: d.Level, Doc: d.Text, Source: d.Origin, Since: d.Since, Deviation: d.Deviation, At: d.At,
	})
}

// OwnOrigin is the origin of what has no other: neither a source nor the SDK that the interface is based on.
const OwnOrigin = "this interface"

// containers are the nodes that a path stands in, by the path's first part: type.T around field.T.f.
var containers = map[string][]string{
	"field": {"type.", "error."}, "value": {"enum."}, "param": {"op."},
}

// origin says where a node comes from: its own source, its container's, or the SDK that the interface is based on. What the
// spec says is new, and behavior that belongs to no node, is this interface's own.
func (r *resolver) origin(d Doc, path string) string {
	kind, rest, _ := strings.Cut(path, ".")
	origin := d.Source
	for _, prefix := range containers[kind] {
		if name, _ := splitLast(rest); origin == "" && d.Since == "" {
			origin = r.origins[prefix+name]
		}
	}
	basis, _, _ := strings.Cut(r.out.SDK.BasedOn, " ")
	switch {
	case origin != "":
	case d.Since != "" && d.Since != "go":
		origin = basis + " " + d.Since
	case d.Since == "go" || kind == "code" || !slices.Contains(nodeKinds, kind):
		origin = OwnOrigin
	default:
		origin = r.out.SDK.BasedOn
	}
	r.origins[path] = origin
	return origin
}

// nodeKinds are the first parts of the paths of nodes; other clauses are behavior that belongs to none.
var nodeKinds = []string{"config", "endpoint", "type", "field", "enum", "value", "error", "op", "param", "scope"}

// splitLast splits a path before its last part.
func splitLast(path string) (before, last string) {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)], path[i+1:]
}

// rules reads nodes that are nothing but clauses.
func (r *resolver) rules(n *spec.Node, prefix string) {
	for _, item := range n.Items() {
		r.out.Rules = append(r.out.Rules, r.doc(item, "", prefix+item.Name, "must", true, asRule))
	}
}

// ref resolves the type of a node for the place where it stands. It returns false after reporting a type that does not
// fit.
func (r *resolver) ref(n *spec.Node, at place, inside *Type) (Ref, bool) {
	if n == nil {
		return Ref{}, false
	}
	text := n.Text()
	if w, found := findWord(text); found {
		if w.places&at == 0 {
			r.diags.Errorf(n.Pos, "the type %s cannot stand here; what can: %s", text, strings.Join(wordsAt(at), ", "))
			return Ref{}, false
		}
		return Ref{Word: text, Kind: w.kind, goType: w.goType}, true
	}
	if enum := r.enums[text]; enum != nil && at&(always|inCall) != 0 {
		return Ref{Word: text, Kind: KindEnum, Enum: enum, goType: "authpi." + enum.Name}, true
	}
	name, list := strings.CutPrefix(text, "[")
	name = strings.TrimSuffix(name, "]")
	t := r.types[name]
	switch {
	case t == nil:
		r.noType(n, name, list, at)
		return Ref{}, false
	case at&(inConfig|inRequest) != 0, list && at&(inResponse|inErrorField) != 0:
		r.diags.Errorf(n.Pos, "the type %s cannot stand here; what can: %s", text, strings.Join(wordsAt(at), ", "))
		return Ref{}, false
	case t.Internal && (inside == nil || !inside.Internal) && at != inResponse:
		r.diags.Errorf(n.Pos, "the type %s is internal and cannot stand in what is public", text)
		return Ref{}, false
	}
	if list {
		return Ref{Word: text, Kind: KindTypes, Type: t, goType: "[]" + t.goText()}, true
	}
	return Ref{Word: text, Kind: KindType, Type: t, goType: t.goText()}, true
}

// noType reports a type that is not there, or that is there and has no such form.
func (r *resolver) noType(n *spec.Node, name string, list bool, at place) {
	_, isWord := findWord(name)
	switch enum := r.enums[name]; {
	case list && (isWord || enum != nil):
		r.diags.Errorf(n.Pos, "there are no lists of %s; what can stand here: %s", name, strings.Join(wordsAt(at), ", "))
	case enum != nil && at == inResponse:
		r.diags.Errorf(n.Pos, "the enum %s cannot be an answer: write json, none, or a type with a field of the type %s", name, name)
	case enum != nil:
		r.diags.Errorf(n.Pos, "the enum %s cannot stand here; what can: %s", name, strings.Join(wordsAt(at), ", "))
	default:
		r.unknown(n.Pos, "type", name, r.typeNames(at))
	}
}

// goText returns the type as seen from the engine.
func (t *Type) goText() string {
	if t.Internal {
		return t.GoName
	}
	return "authpi." + t.GoName
}

func (r *resolver) typeNames(at place) []string {
	names := wordsAt(at)
	for _, enum := range r.out.Enums {
		names = append(names, enum.Name)
	}
	for _, t := range r.out.Types {
		names = append(names, t.Name)
	}
	return names
}

// option resolves a reference to a config option, config.x.
func (r *resolver) option(n *spec.Node) *Option {
	name, found := strings.CutPrefix(n.Text(), "config.")
	if !found {
		return nil
	}
	option := r.options[name]
	if option == nil {
		r.unknown(n.Pos, "config option", name, keys(r.out.Config, func(o *Option) string { return o.Name }))
	}
	return option
}

// unknown reports a name that refers to nothing.
func (r *resolver) unknown(at spec.Position, what, name string, candidates []string) {
	r.diags.Errorf(at, "unknown %s %s%s", what, name, spec.Suggest(name, candidates))
}

func keys[T any](items []T, name func(T) string) []string {
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = name(item)
	}
	return names
}

// finish warns of what nothing refers to. After an error that would only tell of the reference that is wrong.
func (r *resolver) finish() {
	if r.diags.Errors() > 0 {
		return
	}
	for _, op := range r.out.Operations {
		if op.Internal && !r.used[op] {
			r.diags.Warnf(op.At, "nothing sends or builds the internal operation %s", op.Name)
		}
	}
}
