package gen_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/gen/internal/model"
	"github.com/arbfay/authpi-go/gen/internal/spec"
)

// TestSends checks that the requests and URLs that an operation lists in sends and builds are those that the engine's
// method reaches, over whatever other functions of the engine it calls.
func TestSends(t *testing.T) {
	iface := resolveOwn(t)
	requests := map[string]string{} // by Go name
	for _, op := range iface.Operations {
		if op.Internal && op.Request != nil {
			requests["Engine."+op.GoName] = op.Name
		}
	}
	uses := engineUses(t)
	for _, op := range iface.Operations {
		if op.Kind != model.Composed {
			continue
		}
		var listed, reached []string
		for _, used := range slices.Concat(op.Sends, op.Builds) {
			listed = append(listed, used.Name)
		}
		for name := range reach(uses, "Engine."+op.GoName) {
			if request, found := requests[name]; found {
				reached = append(reached, request)
			}
		}
		assert.ElementsMatch(t, listed, reached, "%s: sends and builds of INTERFACE.yaml, and what the engine calls", op.Name)
	}
}

// TestOptionsAreRead checks that the engine reads each option of the configuration, by a descriptor or by hand.
func TestOptionsAreRead(t *testing.T) {
	read := map[string]bool{}
	for name, file := range engineFiles(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			if e, ok := n.(*ast.SelectorExpr); ok && name != "config_gen.go" { // which puts the defaults in place
				read[e.Sel.Name] = true
			}
			return true
		})
	}
	for _, option := range resolveOwn(t).Config {
		assert.True(t, read[option.GoName], "nothing in the engine reads the option %s, Config.%s", option.Name, option.GoName)
	}
}

// resolveOwn resolves the repository's spec.
func resolveOwn(t *testing.T) *model.Interface {
	t.Helper()
	source, err := os.ReadFile("../INTERFACE.yaml")
	require.NoError(t, err)
	node, diags := spec.Load("INTERFACE.yaml", source)
	iface := model.Resolve(node, diags)
	require.Zero(t, diags.Errors(), diags.Render())
	return iface
}

// engineFiles parses the engine without its tests.
func engineFiles(t *testing.T) map[string]*ast.File {
	t.Helper()
	names, err := filepath.Glob("../sdk/internal/engine/*.go")
	require.NoError(t, err)
	files := map[string]*ast.File{}
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			files[filepath.Base(name)], err = parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
		}
	}
	return files
}

// engineUses returns what each function and method of the engine calls: its own methods, functions of the package, and
// any method of a type that a field of the engine holds.
func engineUses(t *testing.T) map[string][]string {
	t.Helper()
	var functions []*ast.FuncDecl
	methods := map[string][]string{} // by type
	fields := map[string]string{}    // the types of the engine's fields
	for _, file := range engineFiles(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch d := n.(type) {
			case *ast.FuncDecl:
				functions = append(functions, d)
				methods[receiver(d)] = append(methods[receiver(d)], qualified(d))
			case *ast.TypeSpec:
				if structure, ok := d.Type.(*ast.StructType); ok && d.Name.Name == "Engine" {
					for _, field := range structure.Fields.List {
						for _, id := range field.Names {
							fields[id.Name] = types.ExprString(field.Type)
						}
					}
				}
			}
			return true
		})
	}
	uses := map[string][]string{}
	for _, f := range functions {
		engines := enginesOf(f)
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch e := n.(type) {
			case *ast.Ident:
				uses[qualified(f)] = append(uses[qualified(f)], e.Name)
			case *ast.SelectorExpr:
				if id, ok := e.X.(*ast.Ident); ok && engines[id.Name] {
					uses[qualified(f)] = append(uses[qualified(f)], "Engine."+e.Sel.Name)
					uses[qualified(f)] = append(uses[qualified(f)], methods[fields[e.Sel.Name]]...)
				}
			}
			return true
		})
	}
	return uses
}

// enginesOf returns the receiver and the parameters of a function that are the engine.
func enginesOf(f *ast.FuncDecl) map[string]bool {
	found := map[string]bool{}
	for _, list := range []*ast.FieldList{f.Recv, f.Type.Params} {
		if list == nil {
			continue
		}
		for _, field := range list.List {
			for _, id := range field.Names {
				found[id.Name] = types.ExprString(field.Type) == "*Engine"
			}
		}
	}
	return found
}

// receiver returns the type that a method belongs to; "" for a function.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	return strings.TrimPrefix(types.ExprString(f.Recv.List[0].Type), "*")
}

// qualified returns the name of a function, or Type.name for a method.
func qualified(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	return receiver(f) + "." + f.Name.Name
}

// reach returns what a function calls, itself or in what it calls.
func reach(uses map[string][]string, name string) map[string]bool {
	seen := map[string]bool{}
	for next := []string{name}; len(next) > 0; next = next[1:] {
		if !seen[next[0]] {
			seen[next[0]] = true
			next = append(next, uses[next[0]]...)
		}
	}
	return seen
}
