package gen_test

import (
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/gen"
)

// renderOwn renders the repository's spec.
func renderOwn(t testing.TB) map[string][]byte {
	t.Helper()
	source, err := os.ReadFile("../INTERFACE.yaml")
	require.NoError(t, err)
	files, diags, err := gen.Render(source)
	require.NoError(t, err)
	require.False(t, diags.Failed(), diags.String())
	return files
}

// eachGoFile parses the generated Go files of the repository and runs a test for each.
func eachGoFile(t *testing.T, check func(t *testing.T, set *token.FileSet, file *ast.File, text string)) {
	t.Helper()
	files := renderOwn(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasSuffix(name, ".go") {
			t.Run(name, func(t *testing.T) {
				set := token.NewFileSet()
				file, err := parser.ParseFile(set, name, files[name], parser.ParseComments)
				require.NoError(t, err)
				check(t, set, file, string(files[name]))
			})
		}
	}
}

// TestBodiesAreThin holds generated functions to five statements and to no branch but an error check: what needs more
// belongs in the engine.
func TestBodiesAreThin(t *testing.T) {
	eachGoFile(t, func(t *testing.T, set *token.FileSet, file *ast.File, _ string) {
		ast.Inspect(file, func(n ast.Node) bool {
			var body *ast.BlockStmt
			switch f := n.(type) {
			case *ast.FuncDecl:
				body = f.Body
			case *ast.FuncLit:
				body = f.Body
			case *ast.IfStmt:
				assert.True(t, isErrorCheck(f), "a branch on data at %s", set.Position(f.Pos()))
			case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				assert.Fail(t, "a branch on data", "%s", set.Position(n.Pos()))
			}
			if body != nil {
				assert.LessOrEqual(t, len(body.List), 5, "%s", set.Position(n.Pos()))
			}
			return true
		})
	})
}

// isErrorCheck reports whether a condition is err != nil and there is no else.
func isErrorCheck(s *ast.IfStmt) bool {
	condition, ok := s.Cond.(*ast.BinaryExpr)
	if !ok || condition.Op != token.NEQ || s.Else != nil {
		return false
	}
	left, leftOK := condition.X.(*ast.Ident)
	right, rightOK := condition.Y.(*ast.Ident)
	return leftOK && rightOK && left.Name == "err" && right.Name == "nil"
}

// TestEveryNameIsDocumented holds every type, function, constant and field that a file declares to a comment that
// starts with its name.
func TestEveryNameIsDocumented(t *testing.T) {
	eachGoFile(t, func(t *testing.T, _ *token.FileSet, file *ast.File, _ string) {
		documented := func(name string, doc *ast.CommentGroup) {
			if assert.NotNil(t, doc, "%s has no comment", name) {
				assert.Regexp(t, "^"+name+" ", doc.Text())
			}
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				documented(d.Name.Name, d.Doc)
			case *ast.GenDecl:
				for _, s := range d.Specs {
					documentedSpec(s, d.Doc, documented)
				}
			}
		}
	})
}

func documentedSpec(s ast.Spec, group *ast.CommentGroup, documented func(string, *ast.CommentGroup)) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		documented(s.Name.Name, group)
		if structure, ok := s.Type.(*ast.StructType); ok {
			for _, f := range structure.Fields.List {
				for _, name := range f.Names {
					if name.IsExported() {
						documented(name.Name, f.Doc)
					}
				}
			}
		}
	case *ast.ValueSpec:
		for _, name := range s.Names {
			switch {
			case name.Name == "_":
			case name.IsExported():
				documented(name.Name, s.Doc)
			case !strings.HasPrefix(name.Name, "endpoint") || name.Name == "endpointTable":
				documented(name.Name, group)
			}
		}
	}
}

// TestParametersHideNothing holds parameters and locals to names that are neither imports nor predeclared.
func TestParametersHideNothing(t *testing.T) {
	eachGoFile(t, func(t *testing.T, set *token.FileSet, file *ast.File, _ string) {
		taken := map[string]bool{"any": true, "error": true, "len": true, "max": true, "new": true, "nil": true, "string": true}
		for _, i := range file.Imports {
			name := strings.Trim(i.Path.Value, `"`)
			name = name[strings.LastIndex(name, "/")+1:]
			if i.Name != nil {
				name = i.Name.Name
			}
			taken[name] = true
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok {
				for _, field := range f.Type.Params.List {
					for _, name := range field.Names {
						assert.False(t, taken[name.Name], "%s at %s", name.Name, set.Position(name.Pos()))
					}
				}
			}
			return true
		})
	})
}

// TestFormIsFinal holds files to what gofmt and goimports make of them, comments to their width, and the header to the
// form that tools know generated code by.
func TestFormIsFinal(t *testing.T) {
	eachGoFile(t, func(t *testing.T, _ *token.FileSet, file *ast.File, text string) {
		formatted, err := format.Source([]byte(text))
		require.NoError(t, err)
		assert.Equal(t, text, string(formatted))
		assert.True(t, ast.IsGenerated(file))
		assert.True(t, strings.HasPrefix(text, "// Code generated by sdkgen from INTERFACE.yaml. DO NOT EDIT.\n\npackage "))
		for _, line := range strings.Split(text, "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "//") {
				assert.LessOrEqual(t, len(strings.ReplaceAll(line, "\t", "    ")), 100, line)
			}
		}
		own := false
		for _, i := range file.Imports {
			ours := strings.Contains(strings.Split(i.Path.Value, "/")[0], ".")
			assert.False(t, own && !ours, "%s stands after the module's own imports", i.Path.Value)
			own = own || ours
		}
	})
}
