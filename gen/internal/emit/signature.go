package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/arbfay/authpi-go/gen/internal/model"
)

// parameters renders a parameter list and results. head is what stands before it on the line.
//
//	(ctx context.Context, action, resource string) (*authpi.Agent, error)
func (u *unit) parameters(head string, s model.Signature) *jen.Statement {
	groups := grouped(s.Arguments)
	list := make([]jen.Code, len(groups))
	texts := make([]string, len(groups))
	for i, g := range groups {
		names := make([]jen.Code, len(g.names))
		for j, name := range g.names {
			names[j] = jen.Id(name)
		}
		list[i] = jen.List(names...).Add(u.goType(g.goType))
		texts[i] = strings.Join(g.names, ", ") + " " + g.goType
	}
	parameters := jen.Custom(layout(head, strings.Join(texts, ", "), strings.Join(s.Results, ", ")), list...)
	if len(s.Results) == 1 {
		return parameters.Add(u.goType(s.Results[0]))
	}
	results := make([]jen.Code, len(s.Results))
	for i, r := range s.Results {
		results[i] = u.goType(r)
	}
	return parameters.Params(results...)
}

// layout returns how a parameter list is broken: not at all, or all parameters in a line of their own, or each.
func layout(head, parameters, results string) jen.Options {
	switch {
	case len(head)+len(parameters)+len(results)+len("() () {") <= width:
		return jen.Options{Open: "(", Close: ")", Separator: ","}
	case len(parameters)+len("    ,") <= width:
		return jen.Options{Open: "(\n", Close: ",\n)", Separator: ","}
	default:
		return jen.Options{Open: "(", Close: ")", Separator: ",", Multi: true}
	}
}

// group is parameters next to each other that share a type.
type group struct {
	names  []string
	goType string
}

func grouped(arguments []model.Argument) []group {
	var groups []group
	for _, a := range arguments {
		if last := len(groups) - 1; last >= 0 && groups[last].goType == a.GoType {
			groups[last].names = append(groups[last].names, a.Name)
			continue
		}
		groups = append(groups, group{[]string{a.Name}, a.GoType})
	}
	return groups
}

// passed renders the parameters as a call passes them on.
func passed(s model.Signature) []jen.Code {
	names := make([]jen.Code, len(s.Arguments))
	for i, a := range s.Arguments {
		names[i] = jen.Id(a.Name)
	}
	return names
}

// literal renders a composite literal in the given order, with one item a line where it is long.
//
//	[]any{p.Code, p.RedirectURI}
func literal(of *jen.Statement, oneLine bool, items ...jen.Code) *jen.Statement {
	return of.Custom(jen.Options{Open: "{", Close: "}", Separator: ",", Multi: !oneLine && len(items) > 0}, items...)
}

// keyed renders one item of a keyed literal.
//
//	name: "token_code"
func keyed(key string, value jen.Code) *jen.Statement {
	return jen.Id(key).Op(":").Add(value)
}
