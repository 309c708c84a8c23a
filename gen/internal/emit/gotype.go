package emit

import (
	"fmt"
	"go/ast"
	"go/parser"

	"github.com/dave/jennifer/jen"
)

// goType renders the text of a Go type, such as *authpi.TokenSet, with the imports that it needs.
func (u *unit) goType(text string) *jen.Statement {
	expression, err := parser.ParseExpr(text)
	if err != nil {
		panic(fmt.Sprintf("the type %q does not parse: %v", text, err))
	}
	return u.typeOf(expression)
}

func (u *unit) typeOf(expression ast.Expr) *jen.Statement {
	switch e := expression.(type) {
	case *ast.Ident:
		return jen.Id(e.Name)
	case *ast.SelectorExpr:
		return u.qual(e.X.(*ast.Ident).Name, e.Sel.Name)
	case *ast.StarExpr:
		return jen.Op("*").Add(u.typeOf(e.X))
	case *ast.ArrayType:
		return jen.Index().Add(u.typeOf(e.Elt))
	case *ast.MapType:
		return jen.Map(u.typeOf(e.Key)).Add(u.typeOf(e.Value))
	case *ast.IndexExpr:
		return u.typeOf(e.X).Types(u.typeOf(e.Index))
	case *ast.StructType:
		return jen.Struct()
	case *ast.FuncType:
		return jen.Func().Params(u.fields(e.Params)...).Params(u.fields(e.Results)...)
	default:
		panic(fmt.Sprintf("no rendering for the type %T", expression))
	}
}

func (u *unit) fields(list *ast.FieldList) []jen.Code {
	if list == nil {
		return nil
	}
	var fields []jen.Code
	for _, f := range list.List {
		names := make([]jen.Code, len(f.Names))
		for i, name := range f.Names {
			names[i] = jen.Id(name.Name)
		}
		fields = append(fields, jen.List(names...).Add(u.typeOf(f.Type)))
	}
	return fields
}
