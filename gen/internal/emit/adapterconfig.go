package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/arbfay/authpi-go/gen/internal/model"
)

// configOptions renders how the adapter sets each option that a case can give. Those that only Go can give, such as the
// clock, are the adapter's own.
//
//	// configOptions set the options of the configuration from the arguments of their names.
//	var configOptions = map[string]func(*authpi.Config, *arguments, string){
//		"leeway_seconds": func(c *authpi.Config, a *arguments, name string) {
//			c.Leeway = limit(a.seconds(name))
//		},
//	}
func (u *unit) configOptions(iface *model.Interface) jen.Code {
	parameters := []jen.Code{jen.Op("*").Add(u.qual("authpi", "Config")), jen.Op("*").Id("arguments"), jen.String()}
	var rows []jen.Code
	for _, o := range iface.Config {
		value := u.optionArgument(o)
		if value == nil {
			continue
		}
		set := jen.Func().Params(
			jen.Id("c").Op("*").Add(u.qual("authpi", "Config")),
			jen.Id("a").Op("*").Id("arguments"),
			jen.Id("name").String(),
		).Block(jen.Id("c").Dot(o.GoName).Op("=").Add(value))
		rows = append(rows, jen.Lit(o.Name).Op(":").Add(set))
	}
	return comment(0, "configOptions set the options of the configuration from the arguments of their names.").
		Var().Id("configOptions").Op("=").Add(literal(jen.Map(jen.String()).Func().Params(parameters...), false, rows...))
}

// optionArgument renders how an option is read, or nil if a case cannot give it. 0 is none in the interface, where Go's
// zero value is the default.
//
//	limit(a.seconds(name))
func (u *unit) optionArgument(o *model.Option) *jen.Statement {
	read := func(method string) *jen.Statement { return jen.Id("a").Dot(method).Call(jen.Id("name")) }
	limited := func(value *jen.Statement) *jen.Statement {
		if o.Default == "" {
			return value
		}
		return jen.Id("limit").Call(value)
	}
	switch o.Type.Kind {
	case model.KindString, model.KindURL:
		return read("text")
	case model.KindSecret:
		return read("secret")
	case model.KindStrings:
		return read("texts")
	case model.KindInt:
		return limited(read("integer"))
	case model.KindSeconds:
		return limited(read("seconds"))
	case model.KindEnum:
		return u.qual("authpi", o.Type.Enum.Name).Call(read("text"))
	case model.KindBool:
		if o.Negated {
			return jen.Op("!").Add(read("boolean"))
		}
		return read("boolean")
	}
	switch o.Type.Word {
	case "callback.refresh":
		return jen.Id("a").Dot("session").Dot("refreshHook").Call(read("text"))
	case "endpoints":
		return jen.Id("endpoints").Call(read("mapping"))
	default:
		return nil
	}
}

// endpointFields renders how the adapter sets each endpoint that can be configured.
//
//	// endpointFields set the endpoints of the configuration.
//	var endpointFields = map[string]func(*authpi.Endpoints, string){
//		"token": func(e *authpi.Endpoints, url string) {
//			e.Token = url
//		},
//	}
func (u *unit) endpointFields(iface *model.Interface) jen.Code {
	var rows []jen.Code
	for _, e := range iface.Endpoints {
		if e.Metadata == "" {
			continue
		}
		set := jen.Func().Params(jen.Id("e").Op("*").Add(u.qual("authpi", "Endpoints")), jen.Id("url").String()).
			Block(jen.Id("e").Dot(e.GoName).Op("=").Id("url"))
		rows = append(rows, jen.Lit(e.Name).Op(":").Add(set))
	}
	of := jen.Map(jen.String()).Func().Params(jen.Op("*").Add(u.qual("authpi", "Endpoints")), jen.String())
	return comment(0, "endpointFields set the endpoints of the configuration.").
		Var().Id("endpointFields").Op("=").Add(literal(of, false, rows...))
}

// secretMembers renders what the adapter reveals: the secrets of the types whose JSON redacts them.
//
//	// secretMembers return the secrets of a value of one type, by their members.
//	var secretMembers = []func(any) (map[string]authpi.Secret, bool){
//		secretsOf(func(t *authpi.DeviceAuthorization) map[string]authpi.Secret {
//			return map[string]authpi.Secret{
//				"device_code": t.DeviceCode,
//			}
//		}),
//	}
func (u *unit) secretMembers(iface *model.Interface) jen.Code {
	secrets := func() *jen.Statement { return jen.Map(jen.String()).Add(u.qual("authpi", "Secret")) }
	var rows []jen.Code
	for _, t := range iface.Types {
		if t.Internal || t.Storage || t.Accessors || t.Data || len(t.Secrets()) == 0 {
			continue
		}
		var members []jen.Code
		for _, f := range t.Secrets() {
			members = append(members, jen.Lit(f.Name).Op(":").Id("t").Dot(f.GoName))
		}
		rows = append(rows, jen.Id("secretsOf").Call(
			jen.Func().Params(jen.Id("t").Op("*").Add(u.qual("authpi", t.GoName))).Add(secrets()).
				Block(jen.Return(literal(secrets(), false, members...)))))
	}
	of := jen.Index().Func().Params(jen.Any()).Params(secrets(), jen.Bool())
	text := "secretMembers return the secrets of a value of one type, by their members, for each type whose JSON redacts them."
	return comment(0, text).Var().Id("secretMembers").Op("=").Add(literal(of, false, rows...))
}
