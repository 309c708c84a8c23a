package emit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/arbfay/authpi-go/gen/internal/model"
)

// dispatchFile renders conformance/adapters/go/dispatch_gen.go: how the adapter calls each operation by its name, in
// both flavors, and how it takes each error class apart.
func dispatchFile(u *unit, iface *model.Interface) {
	u.declare(
		u.clientCalls(iface, callTable{
			name: "blockingCalls", doc: "blockingCalls call the operations of the blocking client.",
			client: "authpisync", result: jen.Any, body: blockingReturn,
		}),
		u.clientCalls(iface, callTable{
			name: "futureCalls", doc: "futureCalls start the operations of the future-based client.",
			client: "authpiasync", result: func() *jen.Statement { return jen.Id("waiter") }, body: futureReturn,
		}),
		u.localCalls(iface),
		u.configOptions(iface),
		u.endpointFields(iface),
		u.errorClasses(iface),
		u.secretMembers(iface),
	)
}

// callTable is what the tables of the flavors differ in.
type callTable struct {
	name, doc, client string
	result            func() *jen.Statement
	body              func(op *model.Operation, call *jen.Statement) []jen.Code
}

// clientCalls renders a table of the calls of one flavor.
//
//	// blockingCalls call the operations of the blocking client.
//	var blockingCalls = map[string]func(context.Context, *authpisync.Client, *arguments) (any, error){
//		"refresh": func(ctx context.Context, c *authpisync.Client, a *arguments) (any, error) {
//			return c.Refresh(ctx, a.agent("agent"), &authpi.RefreshOptions{})
//		},
//	}
func (u *unit) clientCalls(iface *model.Interface, t callTable) jen.Code {
	of := jen.Map(jen.String()).Func().
		Params(u.qual("context", "Context"), jen.Op("*").Add(u.qual(t.client, "Client")), jen.Op("*").Id("arguments")).
		Params(t.result(), jen.Error())
	var rows []jen.Code
	for _, op := range iface.Operations {
		if !op.Client() {
			continue
		}
		ctx, args := "_", "_"
		if op.IO {
			ctx = "ctx"
		}
		if len(op.Visible()) > 0 {
			args = "a"
		}
		call := jen.Id("c").Dot(op.GoName).Custom(callLayout(op), u.callArguments(op)...)
		rows = append(rows, jen.Lit(op.Name).Op(":").Func().
			Params(
				jen.Id(ctx).Add(u.qual("context", "Context")),
				jen.Id("c").Op("*").Add(u.qual(t.client, "Client")),
				jen.Id(args).Op("*").Id("arguments"),
			).Params(t.result(), jen.Error()).Block(t.body(op, call)...))
	}
	return comment(0, t.doc).Var().Id(t.name).Op("=").Add(literal(of, false, rows...))
}

// blockingReturn renders the result of a blocking call; one without a value returns nil for it.
func blockingReturn(op *model.Operation, call *jen.Statement) []jen.Code {
	if op.Result.None {
		return []jen.Code{jen.Return(jen.Nil(), call)}
	}
	return []jen.Code{jen.Return(call)}
}

// futureReturn renders the waiter of a future, or of a result that is there.
func futureReturn(op *model.Operation, call *jen.Statement) []jen.Code {
	if op.IO {
		return []jen.Code{jen.Return(jen.Id("await").Call(call))}
	}
	return []jen.Code{jen.Return(jen.Id("ready").Call(call))}
}

// callArguments renders the arguments of a client's call from the adapter's.
//
//	ctx, a.secret("code"), &authpi.ExchangeCodeOptions{Nonce: a.text("nonce")}
func (u *unit) callArguments(op *model.Operation) []jen.Code {
	var list []jen.Code
	if op.IO {
		list = append(list, jen.Id("ctx"))
	}
	for _, p := range op.Positional() {
		list = append(list, u.argument(p))
	}
	optional := op.Optional()
	fields := make([]jen.Code, len(optional))
	for i, p := range optional {
		fields[i] = keyed(p.GoName, u.argument(p))
	}
	return append(list, literal(jen.Op("&").Add(u.qual("authpi", op.OptionsName())), len(fields) == 0, fields...))
}

// callLayout returns how the arguments of a call are broken: one a line where the line would be too long.
func callLayout(op *model.Operation) jen.Options {
	length := len("        return await(c.(ctx, &authpi.{") + len(op.GoName) + len(op.OptionsName())
	for _, p := range op.Positional() {
		length += len(`a.secret(""), `) + len(p.Name)
		if p.Type.Type != nil {
			length += len("value[authpi.]") + len(p.Type.Type.Name)
		}
	}
	return jen.Options{Open: "(", Close: ")", Separator: ",", Multi: length > width}
}

// argument renders how an argument is read; an absent one is the zero value.
//
//	authpi.TokenTypeHint(a.text("hint"))
func (u *unit) argument(p *model.Param) *jen.Statement {
	read := func(method string) *jen.Statement {
		if p.Presence || p.Variadic {
			method = "optional" + strings.ToUpper(method[:1]) + method[1:]
		}
		return jen.Id("a").Dot(method).Call(jen.Lit(p.Name))
	}
	switch p.Type.Kind {
	case model.KindBool:
		return read("boolean")
	case model.KindInt:
		return read("integer")
	case model.KindSeconds:
		return read("seconds")
	case model.KindSecret:
		return read("secret")
	case model.KindJSON:
		return read("raw")
	case model.KindWords, model.KindStrings:
		return read("texts")
	case model.KindMap:
		return read("mapping")
	case model.KindSwitch:
		return read("toggle")
	case model.KindAgent:
		return read("agent")
	case model.KindCallback:
		return read(map[string]string{"callback.refresh_one": "onRefresh", "callback.error": "onError"}[p.Type.Word])
	case model.KindEnum:
		return u.qual("authpi", p.Type.Enum.Name).Call(read("text"))
	case model.KindType:
		return jen.Id("value").Types(u.qual("authpi", p.Type.Type.GoName)).Call(jen.Id("a"), jen.Lit(p.Name))
	default:
		return read("text")
	}
}

// localCalls renders the calls of local operations, which have no client.
//
//	// localCalls call the functions of the vocabulary and the methods of its types.
//	var localCalls = map[string]func(*arguments) (any, error){
//		"agent.has_access": func(a *arguments) (any, error) {
//			return a.agent("agent").HasAccess(a.text("action"), a.text("resource")), nil
//		},
//	}
func (u *unit) localCalls(iface *model.Interface) jen.Code {
	var rows []jen.Code
	for _, op := range iface.Operations {
		if op.Kind != model.Local {
			continue
		}
		call := u.qual("authpi", op.GoName)
		if op.Receiver != nil {
			call = u.receiver(op).Dot(op.GoName)
		}
		call.CallFunc(func(g *jen.Group) {
			for _, p := range op.Params {
				if p.Variadic {
					g.Id("optional").Call(u.argument(p)).Op("...")
					continue
				}
				g.Add(u.argument(p))
			}
		})
		result := []jen.Code{call, jen.Nil()}
		if op.Result.Nullable {
			result = []jen.Code{jen.Id("nullable").Call(call)}
		}
		rows = append(rows, jen.Lit(op.Name).Op(":").Func().Params(jen.Id("a").Op("*").Id("arguments")).
			Params(jen.Any(), jen.Error()).Block(jen.Return(result...)))
	}
	of := jen.Map(jen.String()).Func().Params(jen.Op("*").Id("arguments")).Params(jen.Any(), jen.Error())
	text := "localCalls call the functions of the vocabulary and the methods of its types, whose value is the first argument."
	return comment(0, text).
		Var().Id("localCalls").Op("=").Add(literal(of, false, rows...))
}

// receiver renders the value that a method is called on; its argument has the name of the type in the operation's name.
func (u *unit) receiver(op *model.Operation) *jen.Statement {
	name, _, _ := strings.Cut(op.Name, ".")
	if op.Receiver.Accessors {
		return jen.Id("a").Dot(name).Call(jen.Lit(name))
	}
	return jen.Id("value").Types(u.qual("authpi", op.Receiver.GoName)).Call(jen.Id("a"), jen.Lit(name))
}

// errorClasses renders the table of error classes, each before the classes above it.
//
//	// errorClasses are the error classes, each before its parent, with the way to the fields that it adds.
//	var errorClasses = []errorClass{
//		{name: "SubjectMismatchError", fields: fieldsOf(func(e *authpi.SubjectMismatchError) map[string]any {
//			return map[string]any{
//				"expected_sub": e.ExpectedSubject,
//			}
//		})},
//	}
func (u *unit) errorClasses(iface *model.Interface) jen.Code {
	var rows []jen.Code
	for _, class := range leavesFirst(iface.Errors) {
		fields := make([]jen.Code, len(class.Fields))
		for i, f := range class.Fields {
			value := jen.Id("e").Dot(f.GoName)
			if f.Accessor {
				value.Call()
			}
			fields[i] = jen.Lit(f.Name).Op(":").Add(value)
		}
		name := "e"
		if len(fields) == 0 {
			name = "_"
		}
		read := jen.Func().Params(jen.Id(name).Op("*").Add(u.qual("authpi", class.Name))).Map(jen.String()).Any().
			Block(jen.Return(literal(jen.Map(jen.String()).Any(), false, fields...)))
		row := []jen.Code{keyed("name", jen.Lit(class.Name)), keyed("fields", jen.Id("fieldsOf").Call(read))}
		rows = append(rows, literal(jen.Null(), true, row...))
	}
	return comment(0, "errorClasses are the error classes, each before its parent, with the way to the fields that it adds.").
		Var().Id("errorClasses").Op("=").Add(literal(jen.Index().Id("errorClass"), false, rows...))
}

// leavesFirst returns the classes with the deepest first, in spec order where they are equally deep.
func leavesFirst(classes []*model.Error) []*model.Error {
	return slices.SortedStableFunc(slices.Values(classes), func(a, b *model.Error) int {
		return cmp.Compare(len(lineage(b)), len(lineage(a)))
	})
}
