package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/arbfay/authpi-go/gen/internal/model"
)

// configFile renders sdk/authpi/config_gen.go.
func configFile(u *unit, iface *model.Interface) {
	u.declare(u.configStruct(iface), u.endpointsStruct(iface))
}

// configStruct renders the configuration.
//
//	// Config configures a client. The zero value of each field is its documented default.
//	type Config struct {
//		// ClientID is the OAuth client ID. Required.
//		ClientID string
//	}
func (u *unit) configStruct(iface *model.Interface) jen.Code {
	doc := comment(0, "Config configures a client. The zero value of a field is its documented default.")
	return doc.Type().Id("Config").StructFunc(func(g *jen.Group) {
		for i, o := range iface.Config {
			if i > 0 {
				g.Line()
			}
			g.Add(comment(1, sentences(o.Go, optionDefault(o), see(o.Source))).Id(o.GoName).Add(u.goType(o.GoType)))
		}
	})
}

// optionDefault says what the zero value of an option means.
func optionDefault(o *model.Option) string {
	switch {
	case o.Required:
		return "Required."
	case o.DefaultOption != nil:
		return "Default: " + o.DefaultOption.GoName + "."
	case o.Default == "" || o.Type.Kind == model.KindBool:
		return ""
	case o.Type.Kind == model.KindSeconds:
		return "Default: " + o.Default + " seconds; negative means none."
	default:
		return "Default: " + o.Default + "."
	}
}

// endpointsStruct renders the endpoints that can be configured.
//
//	// Endpoints are the URLs of the endpoints, each empty unless given.
//	type Endpoints struct {
//		// Token is the endpoint that issues tokens. In the metadata: token_endpoint.
//		Token string
//	}
func (u *unit) endpointsStruct(iface *model.Interface) jen.Code {
	doc := comment(0, "Endpoints are the URLs of the endpoints. An empty one is taken from the provider metadata.")
	return doc.Type().Id("Endpoints").StructFunc(func(g *jen.Group) {
		for _, e := range iface.Endpoints {
			if e.Metadata == "" {
				continue
			}
			text := sentences(e.Go, "In the metadata: "+e.Metadata+".", see(e.Source))
			g.Add(comment(1, text).Id(e.GoName).String())
		}
	})
}

// enumsFile renders sdk/authpi/enums_gen.go.
func enumsFile(u *unit, iface *model.Interface) {
	for _, e := range iface.Enums {
		u.declare(enumType(e), enumValues(e))
	}
}

// enumType renders an enum.
//
//	// TokenTypeHint is the kind of a token. The set is open: a later server may send others.
//	type TokenTypeHint string
func enumType(e *model.Enum) jen.Code {
	return comment(0, sentences(e.Go, see(e.Source))).Type().Id(e.Name).String()
}

// enumValues renders the constants of an enum.
//
//	// The values of TokenTypeHint that have names. There may be others.
//	const (
//		// TokenTypeHintAccessToken stands for an access token.
//		TokenTypeHintAccessToken TokenTypeHint = "access_token"
//	)
func enumValues(e *model.Enum) jen.Code {
	return comment(0, "The values of "+e.Name+" that have names. There may be others.").Const().DefsFunc(func(g *jen.Group) {
		for _, v := range e.Values {
			g.Add(comment(1, sentences(v.Go, see(v.Source))).Id(v.GoName).Id(e.Name).Op("=").Lit(v.Wire))
		}
	})
}

// optionsFile renders sdk/authpi/options_gen.go.
func optionsFile(u *unit, iface *model.Interface) {
	for _, op := range iface.Operations {
		if op.Client() {
			u.declare(u.optionsStruct(op))
		}
	}
}

// optionsStruct renders the optional parameters of an operation, even if there are none: a later one must not break
// callers.
//
//	// ExchangeCodeOptions are the optional parameters of ExchangeCode. Nil is all of their defaults.
//	type ExchangeCodeOptions struct {
//		// Nonce is the nonce of the login.
//		Nonce string
//	}
func (u *unit) optionsStruct(op *model.Operation) jen.Code {
	optional := op.Optional()
	text := op.OptionsName() + " are the optional parameters of " + op.GoName + ". Nil means their zero values."
	if len(optional) == 0 {
		text = op.OptionsName() + " are the optional parameters of " + op.GoName + ", which has none so far."
	}
	return comment(0, text).Type().Id(op.OptionsName()).StructFunc(func(g *jen.Group) {
		for _, p := range optional {
			g.Add(comment(1, paramText(p)).Id(p.GoName).Add(u.goType(p.GoType)))
		}
	})
}

// paramText documents a parameter that is a struct field.
func paramText(p *model.Param) string {
	fallback := ""
	if p.Default != nil {
		fallback = "Default: Config." + p.Default.GoName + "."
	}
	return sentences(p.Go, onTheWire(p), fallback, see(p.Source))
}

// onTheWire says by which name and in which unit a request carries a parameter.
func onTheWire(p *model.Param) string {
	if p.In == "" || p.In == "bearer" {
		return ""
	}
	form := ""
	switch p.Type.Kind {
	case model.KindMap:
		return ""
	case model.KindWords:
		form = ", with spaces between"
	case model.KindStrings:
		form = ", once for each"
	case model.KindSeconds:
		form = ", in seconds"
	}
	return "On the wire: " + p.Wire + form + "."
}

// plural joins names for a sentence: a, b and c.
func plural(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
