package emit

import (
	"net/http"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/arbfay/authpi-go/gen/internal/model"
)

// operationsFile renders sdk/internal/engine/ops_gen.go: a descriptor and a method for each http and url operation, and
// what the engine has to bring for the composed ones.
func operationsFile(u *unit, iface *model.Interface) {
	for _, op := range iface.Operations {
		if op.Request == nil {
			continue
		}
		u.declare(u.descriptor(op))
		if op.Internal && len(op.Visible()) > 0 {
			u.declare(u.paramsStruct(op))
		}
		u.declare(u.requestMethod(op))
	}
	u.declare(u.composedInterface(iface))
	u.declare(jen.Var().Id("_").Id("composed").Op("=").Parens(jen.Op("*").Id("Engine")).Call(jen.Nil()))
}

// descriptor renders what the engine interprets.
//
//	// opTokenCode describes token_code. See RFC 6749, section 4.1.3.
//	var opTokenCode = operation{
//		name:     "token_code",
//		method:   http.MethodPost,
//		endpoint: endpointToken,
//		auth:     authClient,
//		...
//	}
func (u *unit) descriptor(op *model.Operation) jen.Code {
	r := op.Request
	rows := []jen.Code{keyed("name", jen.Lit(op.Name))}
	if op.Kind == model.HTTP {
		rows = append(rows, keyed("method", u.method(r.Method)))
	}
	rows = append(rows, keyed("endpoint", jen.Id(r.Endpoint.Const)))
	if op.Kind == model.HTTP {
		rows = append(rows, keyed("auth", jen.Id("auth"+strings.ToUpper(r.Auth[:1])+r.Auth[1:])))
	}
	if len(r.Constants) > 0 {
		pairs := make([]jen.Code, len(r.Constants))
		for i, c := range r.Constants {
			pairs[i] = literal(jen.Null(), true, jen.Lit(c.Name), jen.Lit(c.Value))
		}
		rows = append(rows, keyed("constants", literal(jen.Index().Id("pair"), false, pairs...)))
	}
	if len(op.Params) > 0 {
		params := make([]jen.Code, len(op.Params))
		for i, p := range op.Params {
			params[i] = paramRow(p)
		}
		rows = append(rows, keyed("params", literal(jen.Index().Id("param"), false, params...)))
	}
	if op.Kind == model.HTTP {
		rows = append(rows, u.answerRows(r)...)
	}
	return comment(0, sentences(op.Descriptor()+" describes "+op.Name+".", see(op.Source))).
		Var().Id(op.Descriptor()).Op("=").Add(literal(jen.Id("operation"), false, rows...))
}

func (u *unit) method(name string) jen.Code {
	constants := map[string]string{
		http.MethodGet: "MethodGet", http.MethodPost: "MethodPost", http.MethodPut: "MethodPut",
		http.MethodPatch: "MethodPatch", http.MethodDelete: "MethodDelete",
	}
	return u.qual("http", constants[name])
}

// paramRow renders one parameter of a descriptor.
//
//	{name: "Code", wire: "code", in: inForm, required: true}
func paramRow(p *model.Param) jen.Code {
	row := []jen.Code{
		keyed("name", jen.Lit(p.GoName)),
		keyed("wire", jen.Lit(p.Wire)),
		keyed("in", jen.Id("in"+strings.ToUpper(p.In[:1])+p.In[1:])),
	}
	if p.In == "bearer" {
		row = slices.Delete(row, 1, 2) // it goes by no name
	}
	if p.Required {
		row = append(row, keyed("required", jen.True()))
	}
	return literal(jen.Null(), true, row...)
}

// answerRows renders what a descriptor says about the answer.
func (u *unit) answerRows(r *model.Request) []jen.Code {
	statuses := []jen.Code{u.qual("http", "StatusOK")}
	if len(r.Status) > 0 {
		statuses = nil
		for _, s := range r.Status {
			statuses = append(statuses, u.status(s))
		}
	}
	rows := []jen.Code{keyed("status", literal(jen.Index().Int(), true, statuses...))}
	if r.MaxBytes > 0 {
		rows = append(rows, keyed("maxBytes", jen.Lit(int(r.MaxBytes))))
	}
	if r.MaxBytesOption != nil {
		rows = append(rows, keyed("limit", jen.Func().Params(jen.Id("c").Add(u.qual("authpi", "Config"))).Int().
			Block(jen.Return(jen.Id("c").Dot(r.MaxBytesOption.GoName)))))
	}
	return append(rows, keyed("source", u.source(r.Source)))
}

// status renders a status of success by its constant where net/http has one.
func (u *unit) status(code int64) jen.Code {
	constants := map[int64]string{
		http.StatusOK: "StatusOK", http.StatusCreated: "StatusCreated", http.StatusAccepted: "StatusAccepted",
		http.StatusNoContent: "StatusNoContent", http.StatusResetContent: "StatusResetContent",
	}
	if name, found := constants[code]; found {
		return u.qual("http", name)
	}
	return jen.Lit(int(code))
}

// paramsStruct renders the parameters of an internal operation, which are all named.
//
//	// tokenCodeParams are the parameters of tokenCode.
//	type tokenCodeParams struct {
//		// Code is the authorization code.
//		Code authpi.Secret
//	}
func (u *unit) paramsStruct(op *model.Operation) jen.Code {
	doc := comment(0, op.GoName+"Params are the parameters of "+op.GoName+".")
	return doc.Type().Id(op.GoName + "Params").StructFunc(func(g *jen.Group) {
		for _, p := range op.Visible() {
			text := paramText(p)
			if p.Go == "" {
				text = sentences(p.GoName+" is the parameter "+p.Name+".", text)
			}
			g.Add(comment(1, text).Id(p.GoName).Add(u.goType(p.GoType)))
		}
	})
}

// requestMethod renders the method of an http or url operation. An internal one takes its parameters as a struct; a
// public one has the signature of the clients.
//
//	// tokenCode exchanges an authorization code for tokens.
//	func (e *Engine) tokenCode(ctx context.Context, p tokenCodeParams) (*tokenResponse, error) {
//		values := []any{p.Code, p.RedirectURI}
//		out := new(tokenResponse)
//		if err := e.send(ctx, &opTokenCode, values, out); err != nil {
//			return nil, err
//		}
//		return out, nil
//	}
func (u *unit) requestMethod(op *model.Operation) jen.Code {
	s := op.Signature()
	if op.Internal {
		s.Arguments = nil
		if op.IO {
			s.Arguments = append(s.Arguments, model.Argument{Name: "ctx", GoType: "context.Context"})
		}
		if len(op.Visible()) > 0 {
			s.Arguments = append(s.Arguments, model.Argument{Name: "p", GoType: op.GoName + "Params"})
		}
	} else if len(op.Optional()) == 0 {
		s.Arguments[len(s.Arguments)-1].Name = "_"
	}
	text := op.Go
	if text == "" {
		text = op.GoName + " carries out " + op.Name + "."
	}
	return comment(0, text).Func().Params(jen.Id("e").Op("*").Id("Engine")).Id(op.GoName).
		Add(u.parameters("func (e *Engine) "+op.GoName, s)).BlockFunc(func(g *jen.Group) {
		if !op.Internal && len(op.Optional()) > 0 {
			g.Id("o").Op(":=").Id("orZero").Call(jen.Id("opts"))
		}
		values := jen.Nil()
		if len(op.Params) > 0 {
			g.Id("values").Op(":=").Add(valuesOf(op))
			values = jen.Id("values")
		}
		if op.Kind == model.URL {
			render := "renderPublic"
			if op.Internal {
				render = "render"
			}
			g.Return(jen.Id("e").Dot(render).Call(jen.Op("&").Id(op.Descriptor()), values))
			return
		}
		u.sendBody(g, op, values)
	})
}

// sendBody renders the sending part of a method.
func (u *unit) sendBody(g *jen.Group, op *model.Operation, values jen.Code) {
	send := "perform"
	if op.Internal {
		send = "send"
	}
	call := func(out jen.Code) *jen.Statement {
		return jen.Id("e").Dot(send).Call(jen.Id("ctx"), jen.Op("&").Id(op.Descriptor()), values, out)
	}
	if op.Result.None {
		g.Return(call(jen.Nil()))
		return
	}
	out, result := jen.Id("rawBody"), jen.Id("out").Dot("message").Call()
	if !op.Request.RawResponse {
		out, result = u.goType(strings.TrimPrefix(op.Result.GoType, "*")), jen.Id("out")
	}
	g.Id("out").Op(":=").New(out)
	g.If(jen.Err().Op(":=").Add(call(jen.Id("out"))), jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err()))
	g.Return(result, jen.Nil())
}

// valuesOf renders the values of an operation's parameters in their order.
//
//	[]any{p.Code, p.RedirectURI, words(p.Scopes), string(p.Hint)}
func valuesOf(op *model.Operation) jen.Code {
	values, length := make([]jen.Code, len(op.Params)), len("    values := []any{}")
	for i, p := range op.Params {
		text := value(op, p)
		values[i], length = jen.Id(text), length+len(text)+len(", ")
	}
	return literal(jen.Index().Any(), length <= width, values...)
}

// value returns the Go expression of one parameter's value as the engine encodes it.
func value(op *model.Operation, p *model.Param) string {
	text := "o." + p.GoName
	switch {
	case p.Fixed:
		text = "e.config." + p.Default.GoName
	case op.Internal:
		text = "p." + p.GoName
	case p.Required:
		text = p.Arg
	}
	if p.Default != nil && !p.Fixed {
		or := "or"
		if p.Type.List() {
			or = "orList"
		}
		text = or + "(" + text + ", e.config." + p.Default.GoName + ")"
	}
	switch p.Type.Kind {
	case model.KindEnum:
		return "string(" + text + ")"
	case model.KindWords:
		return "words(" + text + ")"
	default:
		return text
	}
}

// composedInterface renders what hand-written code brings; that *Engine has it is checked by the compiler.
//
//	// composed are the operations that the engine carries out by hand-written code.
//	type composed interface {
//		ExchangeCode(ctx context.Context, code, codeVerifier authpi.Secret, opts *authpi.ExchangeCodeOptions) (*authpi.Agent, error)
//	}
func (u *unit) composedInterface(iface *model.Interface) jen.Code {
	doc := comment(0, "composed are the operations that hand-written code carries out. The compiler checks that it does.")
	return doc.Type().Id("composed").InterfaceFunc(func(g *jen.Group) {
		for _, op := range iface.Operations {
			if op.Kind == model.Composed {
				g.Id(op.GoName).Add(u.parameters("    "+op.GoName, op.Signature()))
			}
		}
	})
}
