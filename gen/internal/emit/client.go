package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/arbfay/authpi-go/gen/internal/model"
)

// shape is what the flavors differ in. All else about a client is one emitter.
type shape struct {
	about string // what the client's documentation says beyond the SDK's own words
	// result wraps the type that an I/O operation returns.
	result func(model.Signature) []string
	// body renders an I/O operation.
	body func(u *unit, g *jen.Group, op *model.Operation, call *jen.Statement)
}

// blocking returns the shape whose calls return when they are done.
func blocking() shape {
	return shape{
		about:  "Each call returns when it is done, or when its context ends.",
		result: func(s model.Signature) []string { return s.Results },
		body:   blockingBody,
	}
}

// future returns the shape whose I/O calls return at once.
func future() shape {
	return shape{
		about: "A call that does I/O starts at once, runs under its context and returns a Future; " +
			"any other call returns its result.",
		result: func(s model.Signature) []string { return []string{"*Future[" + futureOf(s) + "]"} },
		body:   futureBody,
	}
}

// futureOf returns the type that a future of the operation holds.
func futureOf(s model.Signature) string {
	if len(s.Results) > 1 {
		return s.Results[0]
	}
	return "struct{}"
}

// file renders the client of a flavor: sdk/sync/client_gen.go or sdk/async/client_gen.go.
func (s shape) file(u *unit, iface *model.Interface) {
	u.declare(s.clientStruct(u, iface), clientNew(u), clientClose(u))
	for _, op := range iface.Operations {
		if op.Client() {
			u.declare(s.method(u, op))
		}
	}
	u.declare(clientMarshal(u))
}

// clientStruct renders the client.
//
//	// Client logs people in with AuthPI. It is safe for concurrent use by multiple goroutines.
//	type Client struct {
//		engine *engine.Engine
//	}
func (s shape) clientStruct(u *unit, iface *model.Interface) jen.Code {
	about := "Client " + strings.ToLower(iface.SDK.Doc[:1]) + iface.SDK.Doc[1:]
	use := " A Client is safe for concurrent use by multiple goroutines. Make it with New, once, and Close it."
	return comment(0, about, s.about+use).
		Type().Id("Client").Struct(jen.Id("engine").Op("*").Add(u.qual("engine", "Engine")))
}

// clientNew renders the constructor.
//
//	// New checks the configuration and returns a client. It does no I/O.
//	func New(config authpi.Config) (*Client, error) {
//		e, err := engine.New(config)
//		if err != nil {
//			return nil, err
//		}
//		return &Client{engine: e}, nil
//	}
func clientNew(u *unit) jen.Code {
	text := "New checks the configuration and returns a client. It does no I/O. The error is an *authpi.ConfigurationError."
	return comment(0, text).
		Func().Id("New").Params(jen.Id("config").Add(u.qual("authpi", "Config"))).Params(jen.Op("*").Id("Client"), jen.Error()).
		Block(
			jen.List(jen.Id("e"), jen.Err()).Op(":=").Add(u.qual("engine", "New")).Call(jen.Id("config")),
			jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err())),
			jen.Return(literal(jen.Op("&").Id("Client"), true, keyed("engine", jen.Id("e"))), jen.Nil()),
		)
}

// clientClose renders the end of a client.
//
//	// Close refuses further calls and waits for those in flight, until ctx ends. Closing again waits again.
//	func (c *Client) Close(ctx context.Context) error { return c.engine.Close(ctx) }
func clientClose(u *unit) jen.Code {
	return comment(0, "Close refuses further calls and waits for those in flight, until ctx ends. Closing again waits again.").
		Func().Params(jen.Id("c").Op("*").Id("Client")).Id("Close").
		Params(jen.Id("ctx").Add(u.qual("context", "Context"))).Error().
		Block(jen.Return(jen.Id("c").Dot("engine").Dot("Close").Call(jen.Id("ctx"))))
}

// clientMarshal renders the refusal to be marshaled.
//
//	// MarshalJSON refuses: a client holds secrets.
//	func (Client) MarshalJSON() ([]byte, error) { return nil, engine.RefuseJSON() }
func clientMarshal(u *unit) jen.Code {
	return comment(0, "MarshalJSON refuses: a client holds secrets and has no JSON form.").
		Func().Params(jen.Id("Client")).Id("MarshalJSON").Params().Params(jen.Index().Byte(), jen.Error()).
		Block(jen.Return(jen.Nil(), u.qual("engine", "RefuseJSON").Call()))
}

// method renders an operation. One without I/O returns its result in every flavor.
func (s shape) method(u *unit, op *model.Operation) jen.Code {
	sig := op.Signature()
	call := jen.Id("c").Dot("engine").Dot(op.GoName).Call(passed(sig)...)
	if op.IO {
		sig.Results = s.result(sig)
	}
	return comment(0, sentences(op.Go, see(op.Source)), argumentsText(op)).
		Func().Params(jen.Id("c").Op("*").Id("Client")).Id(op.GoName).
		Add(u.parameters("func (c *Client) "+op.GoName, sig)).BlockFunc(func(g *jen.Group) {
		if op.IO {
			s.body(u, g, op, call)
			return
		}
		blockingBody(u, g, op, call)
	})
}

// argumentsText documents the parameters that a caller gives by position.
func argumentsText(op *model.Operation) string {
	var texts []string
	for _, p := range op.Positional() {
		texts = append(texts, p.Arg+strings.TrimPrefix(p.Go, p.GoName))
	}
	return sentences(texts...)
}

// blockingBody renders a call that returns when it is done.
//
//	if err := c.engine.Enter(ctx, "exchange_code"); err != nil {
//		return nil, err
//	}
//	defer c.engine.Leave()
//	return c.engine.ExchangeCode(ctx, code, codeVerifier, opts)
func blockingBody(u *unit, g *jen.Group, op *model.Operation, call *jen.Statement) {
	failed := []jen.Code{jen.Err()}
	if !op.Result.None {
		failed = []jen.Code{zero(op.Result), jen.Err()}
	}
	g.If(enter(u, op)).Block(jen.Return(failed...))
	g.Defer().Id("c").Dot("engine").Dot("Leave").Call()
	g.Return(call)
}

// zero renders the zero value of a result.
func zero(r model.Result) jen.Code {
	switch r.Type.Kind {
	case model.KindString, model.KindURL, model.KindEnum:
		return jen.Lit("")
	case model.KindBool:
		return jen.False()
	case model.KindSeconds:
		return jen.Lit(0)
	default:
		return jen.Nil()
	}
}

// enter renders the admission of an operation, which Close waits for.
func enter(u *unit, op *model.Operation) *jen.Statement {
	ctx := jen.Id("ctx")
	if !op.IO {
		ctx = jen.Add(u.qual("context", "Background")).Call()
	}
	return jen.Err().Op(":=").Id("c").Dot("engine").Dot("Enter").Call(ctx, jen.Lit(op.Name)).Op(";").Err().Op("!=").Nil()
}

// futureBody renders a call that returns at once. It is admitted before the goroutine starts, so that Close drains it,
// and the goroutine is the body's own: a helper would cost an allocation more.
//
//	f := newFuture[*authpi.Agent]()
//	if err := c.engine.Enter(ctx, "exchange_code"); err != nil {
//		return f.fail(err)
//	}
//	go func() {
//		defer f.finish(c.engine)
//		f.resolve(c.engine.ExchangeCode(ctx, code, codeVerifier, opts))
//	}()
//	return f
func futureBody(u *unit, g *jen.Group, op *model.Operation, call *jen.Statement) {
	held, results := jen.Struct(), []jen.Code{literal(jen.Struct(), true), call}
	if !op.Result.None {
		held, results = u.goType(op.Result.GoType), []jen.Code{call}
	}
	g.Id("f").Op(":=").Id("newFuture").Types(held).Call()
	g.If(enter(u, op)).Block(jen.Return(jen.Id("f").Dot("fail").Call(jen.Err())))
	g.Go().Func().Params().Block(
		jen.Defer().Id("f").Dot("finish").Call(jen.Id("c").Dot("engine")),
		jen.Id("f").Dot("resolve").Call(results...),
	).Call()
	g.Return(jen.Id("f"))
}
