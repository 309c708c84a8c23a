package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/arbfay/authpi-go/gen/internal/model"
)

// engineConfigFile renders sdk/internal/engine/config_gen.go.
func engineConfigFile(u *unit, iface *model.Interface) {
	u.declare(endpointConstants(iface), endpointTable(iface), u.configuredEndpoints(iface))
	u.declare(u.configDefaults(iface), u.withDefaults())
}

// endpointConstants renders the indices of the endpoints.
//
//	// The endpoints, as indices into endpointTable.
//	const (
//		endpointToken endpointID = iota
//		endpointCount
//	)
func endpointConstants(iface *model.Interface) jen.Code {
	return comment(0, "The endpoints, as indices into endpointTable.").Const().DefsFunc(func(g *jen.Group) {
		for i, e := range iface.Endpoints {
			if i == 0 {
				g.Id(e.Const).Id("endpointID").Op("=").Iota()
				continue
			}
			g.Id(e.Const)
		}
		if len(iface.Endpoints) == 0 {
			g.Id("endpointCount").Id("endpointID").Op("=").Lit(0)
			return
		}
		g.Id("endpointCount")
	})
}

// endpointTable renders what is known of each endpoint.
//
//	// endpointTable has the name of each endpoint, the option and the metadata member that hold its URL, and its path under the issuer.
//	var endpointTable = [endpointCount]endpoint{
//		endpointToken: {name: "token", option: "Endpoints.Token", metadata: "token_endpoint", path: "/token"},
//	}
func endpointTable(iface *model.Interface) jen.Code {
	rows := make([]jen.Code, len(iface.Endpoints))
	for i, e := range iface.Endpoints {
		row := []jen.Code{keyed("name", jen.Lit(e.Name))}
		if e.Metadata != "" {
			row = append(row, keyed("option", jen.Lit("Endpoints."+e.GoName)), keyed("metadata", jen.Lit(e.Metadata)))
		}
		row = append(row, keyed("path", jen.Lit(e.Path)))
		rows[i] = keyed(e.Const, literal(jen.Null(), true, row...))
	}
	text := "endpointTable has the name of each endpoint, the option and the metadata member that hold its URL, " +
		"and its path under the issuer."
	return comment(0, text).Var().Id("endpointTable").Op("=").
		Add(literal(jen.Index(jen.Id("endpointCount")).Id("endpoint"), false, rows...))
}

// configuredEndpoints renders the way from the configuration's fields to the engine's indices.
//
//	// configuredEndpoints returns the endpoints that the configuration names.
//	func configuredEndpoints(e authpi.Endpoints) endpointSet {
//		return endpointSet{
//			endpointToken: e.Token,
//		}
//	}
func (u *unit) configuredEndpoints(iface *model.Interface) jen.Code {
	var rows []jen.Code
	for _, e := range iface.Endpoints {
		if e.Metadata != "" {
			rows = append(rows, keyed(e.Const, jen.Id("e").Dot(e.GoName)))
		}
	}
	return comment(0, "configuredEndpoints returns the endpoints that the configuration names.").
		Func().Id("configuredEndpoints").Params(jen.Id("e").Add(u.qual("authpi", "Endpoints"))).Id("endpointSet").
		Block(jen.Return(literal(jen.Id("endpointSet"), false, rows...)))
}

// configDefaults renders one function for each option with a default.
//
//	// configDefaults put the default in place of each zero value.
//	var configDefaults = []func(*authpi.Config){
//		func(c *authpi.Config) { c.Leeway = max(0, cmp.Or(c.Leeway, 60*time.Second)) },
//	}
func (u *unit) configDefaults(iface *model.Interface) jen.Code {
	var rows []jen.Code
	for _, o := range iface.Config {
		if value := u.defaulted(o); value != nil {
			rows = append(rows, jen.Func().Params(jen.Id("c").Op("*").Add(u.qual("authpi", "Config"))).
				Block(jen.Id("c").Dot(o.GoName).Op("=").Add(value)))
		}
	}
	text := "configDefaults put the default in place of each zero value. A negative number means none and becomes zero."
	return comment(0, text).Var().Id("configDefaults").Op("=").
		Add(literal(jen.Index().Func().Params(jen.Op("*").Add(u.qual("authpi", "Config"))), false, rows...))
}

// defaulted renders an option's value with its default in place, or nil for an option without one.
//
//	max(0, cmp.Or(c.Leeway, 60*time.Second))
func (u *unit) defaulted(o *model.Option) *jen.Statement {
	field := jen.Id("c").Dot(o.GoName)
	or := func(value jen.Code) *jen.Statement { return u.qual("cmp", "Or").Call(field, value) }
	switch {
	case o.DefaultOption != nil && o.DefaultOption.Type.List():
		return nil // written by hand: nil and empty differ
	case o.DefaultOption != nil:
		return or(jen.Id("c").Dot(o.DefaultOption.GoName))
	case o.Default == "" || o.Type.Kind == model.KindBool:
		return nil
	case o.Type.Kind == model.KindSeconds, o.Type.Kind == model.KindInt:
		return jen.Id("max").Call(jen.Lit(0), or(u.literalOf(o.Type.Kind, o.Default)))
	default:
		return or(u.literalOf(o.Type.Kind, o.Default))
	}
}

// withDefaults renders the function that applies them.
//
//	// withDefaults returns the configuration with its defaults in place.
//	func withDefaults(c authpi.Config) authpi.Config {
//		for _, apply := range configDefaults {
//			apply(&c)
//		}
//		return c
//	}
func (u *unit) withDefaults() jen.Code {
	return comment(0, "withDefaults returns the configuration with its defaults in place.").
		Func().Id("withDefaults").Params(jen.Id("c").Add(u.qual("authpi", "Config"))).Add(u.qual("authpi", "Config")).
		Block(
			jen.For(jen.List(jen.Id("_"), jen.Id("apply")).Op(":=").Range().Id("configDefaults")).
				Block(jen.Id("apply").Call(jen.Op("&").Id("c"))),
			jen.Return(jen.Id("c")),
		)
}
