package model

import (
	"net/http"
	"strings"

	"github.com/arbfay/authpi-go/gen/internal/spec"
)

// maxPositional bounds what a caller gives by position, the context left out.
const maxPositional = 3

// operations resolves the operations. References between them are resolved last, as they may come later in the file.
func (r *resolver) operations(n *spec.Node) {
	for _, item := range n.Items() {
		op := r.newOperation(item)
		r.ops[op.Name] = op
		r.out.Operations = append(r.out.Operations, op)
	}
	for i, item := range n.Items() {
		op, composed := r.out.Operations[i], item.Get("composed")
		op.Sends = r.uses(op, composed.Get("sends"), HTTP)
		op.Builds = r.uses(op, composed.Get("builds"), URL)
		op.IO = op.Kind == HTTP || len(op.Sends) > 0
		r.checkResult(op)
	}
}

func (r *resolver) newOperation(n *spec.Node) *Operation {
	op := &Operation{Name: n.Name, Internal: n.Get("internal").Flag()}
	_, method, isMethod := strings.Cut(n.Name, ".")
	if !isMethod {
		method = n.Name
	}
	op.GoName = r.goName(n, exported(method))
	switch {
	case n.Get("http") != nil:
		op.Kind = HTTP
		r.http(op, n.Get("http"))
	case n.Get("url") != nil:
		op.Kind = URL
		url := n.Get("url")
		op.Request = &Request{Endpoint: r.endpoint(url.Get("endpoint")), Constants: constants(url.Get("constants"))}
		op.Result = Result{Type: Ref{Word: "url", Kind: KindURL, goType: "string"}, GoType: "string"}
	case n.Get("local") != nil:
		op.Kind = Local
		r.local(op, n.Get("local"), n.At())
	case n.Get("composed") != nil:
		op.Kind = Composed
		r.composed(op, n.Get("composed"))
	default:
		op.Kind, op.Result = Composed, Result{None: true} // its kind was reported
	}
	if op.Internal {
		op.GoName = unexported(op.GoName)
	}
	op.Doc = r.doc(n, op.GoName, "op."+n.Name, "must", !op.Internal, asSentence)
	if op.Text != "" && joins(op.Text) && !thirdPerson(op.Text) {
		r.diags.Errorf(n.Get("doc").Pos, "the doc of an operation must start with a verb such as %q", "Returns")
	}
	r.claimOperation(op)
	r.params(op, n.Get("params"))
	if isMethod && op.Kind != Local {
		r.diags.Errorf(op.At, "only a local operation is a method of a type")
	}
	return op
}

// claimOperation takes the Go names that an operation brings.
func (r *resolver) claimOperation(op *Operation) {
	what := "the operation " + op.Name
	switch {
	case op.Internal:
		r.methods.claim(op.GoName, what, op.At)
		r.engine.claim(op.GoName+"Params", what, op.At)
	case op.Client():
		r.client.claim(op.GoName, what, op.At)
		r.vocabulary.claim(op.OptionsName(), what, op.At)
	case op.Receiver == nil:
		r.vocabulary.claim(op.GoName, what, op.At)
	}
	if op.Request != nil {
		r.engine.claim(op.Descriptor(), what, op.At)
	}
}

func (r *resolver) http(op *Operation, n *spec.Node) {
	op.Request = &Request{
		Method:    n.Get("method").Text(),
		Endpoint:  r.endpoint(n.Get("endpoint")),
		Auth:      n.Get("auth").Text(),
		Constants: constants(n.Get("constants")),
	}
	if op.Request.Method == http.MethodGet && op.Request.Auth != "none" {
		r.diags.Errorf(n.Get("auth").At(), "a GET has no body that a client could authenticate in: its auth is none")
	}
	for _, status := range n.Get("status").Items() {
		if number := status.Number(); number < 200 || number > 299 {
			r.diags.Errorf(status.Pos, "a status of success is between 200 and 299")
		}
		op.Request.Status = append(op.Request.Status, status.Number())
	}
	r.maxBytes(op.Request, n.Get("max_bytes"))
	if source := n.Get("source"); source != nil {
		op.Request.Source = r.source(source)
	} else if op.Request.Endpoint != nil {
		op.Request.Source = r.sourceNamed(op.Request.Endpoint.Name)
	}
	response := n.Get("response")
	ref, ok := r.ref(response, inResponse, nil)
	switch {
	case !ok, ref.Kind == KindNone:
		op.Result = Result{None: true}
	case ref.Kind == KindJSON:
		op.Request.RawResponse = true
		op.Result = Result{Type: ref, GoType: ref.goType}
	default:
		if !op.Internal && ref.Type.Internal {
			r.diags.Errorf(response.Pos, "the type %s is internal and cannot be the answer of a public operation", ref.Word)
		}
		if ref.Type.Data || ref.Type.Accessors {
			r.diags.Errorf(response.Pos, "the type %s has no JSON form", ref.Word)
		}
		op.Result = Result{Type: ref, GoType: ref.pointed()}
	}
}

func (r *resolver) maxBytes(request *Request, n *spec.Node) {
	if n == nil {
		return
	}
	if option := r.option(n); option != nil {
		request.MaxBytesOption = option
		if option.Type.Kind != KindInt {
			r.diags.Errorf(n.Pos, "%s is no int", option.Name)
		}
		return
	}
	request.MaxBytes = n.Number()
	if request.MaxBytes <= 0 && !strings.HasPrefix(n.Text(), "config.") {
		r.diags.Errorf(n.Pos, "max_bytes must be a positive whole number or config.x")
	}
}

func (r *resolver) endpoint(n *spec.Node) *Endpoint {
	if n == nil {
		return nil
	}
	e := r.endpointMap[n.Text()]
	if e == nil {
		r.unknown(n.Pos, "endpoint", n.Text(), keys(r.out.Endpoints, func(e *Endpoint) string { return e.Name }))
	}
	return e
}

func constants(n *spec.Node) []Constant {
	var list []Constant
	for _, item := range n.Items() {
		list = append(list, Constant{Name: item.Name, Value: item.Text()})
	}
	return list
}

func (r *resolver) composed(op *Operation, n *spec.Node) {
	if op.Internal {
		r.diags.Errorf(n.At(), "an internal step of the engine is no operation: %s is composed", op.Name)
	}
	returns := n.Get("returns")
	if returns == nil {
		op.Result = Result{None: true}
		return
	}
	ref, ok := r.ref(returns, inResult, nil)
	if !ok {
		return
	}
	op.Result = Result{Type: ref, GoType: ref.goType}
	if ref.Kind == KindType {
		op.Result.GoType = ref.pointed()
	}
}

// local resolves a function of the vocabulary, or a method of the type that its name starts with: agent.is_expired.
func (r *resolver) local(op *Operation, n *spec.Node, at spec.Position) {
	if receiver, _, isMethod := strings.Cut(op.Name, "."); isMethod {
		op.Receiver = r.types[exported(receiver)]
		if op.Receiver == nil {
			r.unknown(at, "type", exported(receiver), keys(r.out.Types, func(t *Type) string { return t.Name }))
		}
	}
	ref, ok := r.ref(n.Get("returns"), inResult, nil)
	if ok {
		op.Result = Result{Type: ref, GoType: ref.goType, Nullable: n.Get("nullable").Flag()}
	}
}

// uses resolves the operations that a composed one sends or builds.
func (r *resolver) uses(op *Operation, n *spec.Node, kind OperationKind) []*Operation {
	var list []*Operation
	for _, item := range n.Items() {
		used := r.ops[item.Text()]
		switch {
		case used == nil:
			r.unknown(item.Pos, "operation", item.Text(), keys(r.out.Operations, func(o *Operation) string { return o.Name }))
		case used.Kind != kind:
			r.diags.Errorf(item.Pos, "%s of %s must be %s operations, and %s is %s", n.Name, op.Name, kind, used.Name, used.Kind)
		default:
			r.used[used] = true
			list = append(list, used)
		}
	}
	return list
}

// checkResult reports a result that a future cannot hold: one shape of pointer for all keeps the compiler's work small.
func (r *resolver) checkResult(op *Operation) {
	kind := op.Result.Type.Kind
	if op.Client() && op.IO && !op.Result.None && op.Result.GoType != "" && kind != KindType {
		r.diags.Errorf(op.At, "%s does I/O, so it must return a type or nothing, not %s", op.Name, op.Result.Type.Word)
	}
}
