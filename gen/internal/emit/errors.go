package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/arbfay/authpi-go/gen/internal/model"
)

// errorsFile renders sdk/authpi/errors_gen.go. The methods of the root are written by hand.
func errorsFile(u *unit, iface *model.Interface) {
	for _, class := range iface.Errors {
		u.declare(u.errorStruct(class))
		if class.Parent != nil {
			u.declare(unwrapMethod(class))
		}
		for _, f := range class.Fields {
			if f.Accessor {
				u.declare(u.accessorMethod(class, f), u.withMethod(class, f))
			}
		}
	}
}

// errorStruct renders an error class, which embeds its parent.
//
//	// RefreshError is a refresh that was refused or failed.
//	//
//	// The SDK raises it with the codes no_refresh_token and persist_failed.
//	type RefreshError struct {
//		OAuthError
//
//		tokens *TokenSet
//	}
func (u *unit) errorStruct(class *model.Error) jen.Code {
	doc := comment(0, sentences(class.Go, see(class.Source)), errorCodes(class))
	return doc.Type().Id(class.Name).StructFunc(func(g *jen.Group) {
		if class.Parent != nil {
			g.Id(class.Parent.Name)
			if len(class.Fields) > 0 {
				g.Line()
			}
		}
		for _, f := range class.Fields {
			if f.Accessor {
				g.Id(f.Private).Add(u.goType(f.GoType))
				continue
			}
			g.Add(comment(1, sentences(f.Go, see(f.Source))).Id(f.GoName).Add(u.goType(f.GoType)))
		}
	})
}

// errorCodes says which codes a class comes with.
func errorCodes(class *model.Error) string {
	raised := make([]string, len(class.Codes))
	for i, c := range class.Codes {
		raised[i] = c.Name
	}
	text := ""
	if len(raised) > 0 {
		text = "The SDK itself raises it with " + numbered("the code", raised) + "."
	}
	wire := make([]string, len(class.Matches))
	for i, m := range class.Matches {
		wire[i] = m.Code
		if m.Source != nil {
			wire[i] += " (" + m.Source.Name + ")"
		}
	}
	if len(wire) > 0 {
		text = sentences(text, "It is the class of "+numbered("the wire code", wire)+".")
	}
	return text
}

// numbered renders "the code a" or "the codes a and b".
func numbered(noun string, names []string) string {
	if len(names) > 1 {
		noun += "s"
	}
	return noun + " " + plural(names)
}

// unwrapMethod renders the way up the tree of classes.
//
//	// Unwrap returns the error as its parent class, so that errors.As finds every class above.
//	func (e *RefreshError) Unwrap() error { return &e.OAuthError }
func unwrapMethod(class *model.Error) jen.Code {
	return comment(0, "Unwrap returns the error as its parent class, so that errors.As finds every class above.").
		Func().Params(jen.Id("e").Op("*").Id(class.Name)).Id("Unwrap").Params().Error().
		Block(jen.Return(jen.Op("&").Id("e").Dot(class.Parent.Name)))
}

// accessorMethod renders the reader of a field that is no Go field.
//
//	// Tokens are the new tokens where only storing them failed.
//	func (e *RefreshError) Tokens() *TokenSet { return e.tokens }
func (u *unit) accessorMethod(class *model.Error, f *model.ErrorField) jen.Code {
	return comment(0, sentences(f.Go, see(f.Source))).
		Func().Params(jen.Id("e").Op("*").Id(class.Name)).Id(f.GoName).Params().Add(u.goType(f.GoType)).
		Block(jen.Return(jen.Id("e").Dot(f.Private)))
}

// withMethod renders the writer of such a field, for the engine and for tests.
//
//	// WithTokens returns a copy of the error that has the given Tokens.
//	func (e *RefreshError) WithTokens(tokens *TokenSet) *RefreshError {
//		changed := *e
//		changed.tokens = tokens
//		return &changed
//	}
func (u *unit) withMethod(class *model.Error, f *model.ErrorField) jen.Code {
	return comment(0, "With"+f.GoName+" returns a copy of the error that has the given "+f.GoName+".").
		Func().Params(jen.Id("e").Op("*").Id(class.Name)).Id("With"+f.GoName).
		Params(jen.Id(f.Private).Add(u.goType(f.GoType))).Op("*").Id(class.Name).
		Block(
			jen.Id("changed").Op(":=").Op("*").Id("e"),
			jen.Id("changed").Dot(f.Private).Op("=").Id(f.Private),
			jen.Return(jen.Op("&").Id("changed")),
		)
}

// engineErrorsFile renders sdk/internal/engine/errors_gen.go: the table that gives wire codes their classes. Rows that
// also name a source come first, as the first row that fits holds.
//
//	// errorMatches are the error classes of wire codes. The first row that fits holds.
//	var errorMatches = []errorMatch{
//		{
//			code: "session_expired",
//			class: func(e authpi.OAuthError) error {
//				return &authpi.SessionExpiredError{OAuthError: e}
//			},
//		},
//	}
func engineErrorsFile(u *unit, iface *model.Interface) {
	var specific, general []jen.Code
	for _, class := range iface.Errors {
		for _, m := range class.Matches {
			row := u.matchRow(class, m)
			if m.Source != nil {
				specific = append(specific, row)
			} else {
				general = append(general, row)
			}
		}
	}
	u.declare(comment(0, "errorMatches are the error classes of wire codes. The first row that fits holds.").
		Var().Id("errorMatches").Op("=").Add(literal(jen.Index().Id("errorMatch"), false, append(specific, general...)...)))
}

func (u *unit) matchRow(class *model.Error, m model.Match) jen.Code {
	row := []jen.Code{keyed("code", jen.Lit(m.Code))}
	if m.Source != nil {
		row = append(row, keyed("source", u.source(*m.Source)))
	}
	build := jen.Func().Params(jen.Id("e").Add(u.qual("authpi", rootOf(class).Name))).Error().
		Block(jen.Return(u.errorValue(class)))
	return literal(jen.Null(), false, append(row, keyed("class", build))...)
}

// errorValue renders a class around its root, which is embedded once per class above.
//
//	&authpi.SessionExpiredError{OAuthError: e}
func (u *unit) errorValue(class *model.Error) jen.Code {
	if class.Parent == nil {
		return jen.Op("&").Id("e")
	}
	value := jen.Id("e")
	for _, c := range lineage(class)[1:] {
		value = literal(u.qual("authpi", c.Name), true, keyed(c.Parent.Name, value))
	}
	return jen.Op("&").Add(value)
}

// lineage returns the classes from the root down to class.
func lineage(class *model.Error) []*model.Error {
	var line []*model.Error
	for c := class; c != nil; c = c.Parent {
		line = append([]*model.Error{c}, line...)
	}
	return line
}

func rootOf(class *model.Error) *model.Error { return lineage(class)[0] }

// source renders the place that an error comes from, by its constant where it has one.
func (u *unit) source(s model.Source) *jen.Statement {
	if s.GoName == "" {
		return u.qual("authpi", "ErrorSource").Call(jen.Lit(s.Name))
	}
	return u.qual("authpi", s.GoName)
}
