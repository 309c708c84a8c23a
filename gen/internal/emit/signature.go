package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/arbfay/authpi-go/gen/internal/model"
)

// argument is one Go parameter.
type argument struct{ name, goType string }

// signature is the head of a function.
type signature struct {
	arguments []argument
	results   []string
}

// signatureOf returns the head that an operation has in the clients and the engine: the context where it does I/O, the required
// parameters, the options.
func signatureOf(op *model.Operation) signature {
	s := signature{arguments: argumentsOf(op)}
	if op.Result.GoType != "" {
		s.results = append(s.results, op.Result.GoType)
	}
	s.results = append(s.results, "error")
	return s
}

func argumentsOf(op *model.Operation) []argument {
	var arguments []argument
	if op.IO {
		arguments = append(arguments, argument{"ctx", "context.Context"})
	}
	for _, p := range op.Positional() {
		arguments = append(arguments, argument{p.Arg, p.GoType})
	}
	return append(arguments, argument{"opts", "*authpi." + op.OptionsName()})
}

// parameters renders a parameter list and results. head is what stands before it on the line.
//
//	(ctx context.Context, action, resource string) (*authpi.Agent, error)
func (u *unit) parameters(head string, s signature) *jen.Statement {
	groups := grouped(s.arguments)
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
	parameters := jen.Custom(layout(head, strings.Join(texts, ", "), strings.Join(s.results, ", ")), list...)
	if len(s.results) == 1 {
		return parameters.Add(u.goType(s.results[0]))
	}
	results := make([]jen.Code, len(s.results))
	for i, r := range s.results {
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

func grouped(arguments []argument) []group {
	var groups []group
	for _, a := range arguments {
		if last := len(groups) - 1; last >= 0 && groups[last].goType == a.goType {
			groups[last].names = append(groups[last].names, a.name)
			continue
		}
		groups = append(groups, group{[]string{a.name}, a.goType})
	}
	return groups
}

// names returns the parameters as a call passes them on.
func (s signature) names() []jen.Code {
	names := make([]jen.Code, len(s.arguments))
	for i, a := range s.arguments {
		names[i] = jen.Id(a.name)
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
