package authpigo_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// maxNames bounds the exported package-level names of what an application imports: a surface that one can learn.
const maxNames = 150

// TestSurface counts the public names of the SDK.
func TestSurface(t *testing.T) {
	names := 0
	for _, folder := range []string{"sdk/authpi", "sdk/sync", "sdk/async", "sdk/authpitest"} {
		eachFile(t, folder, func(_ *token.FileSet, file *ast.File) {
			for _, declaration := range file.Decls {
				names += len(packageLevelNames(declaration))
			}
		})
	}
	t.Logf("%d exported package-level names", names)
	assert.Less(t, names, maxNames)
}

// TestEverythingIsDocumented holds that every exported name of the module has a comment, fields and methods included, in
// generated code too.
func TestEverythingIsDocumented(t *testing.T) {
	for _, root := range []string{"sdk", "gen", "conformance", "cmd", "internal", "testdata/fixtures"} {
		err := filepath.WalkDir(root, func(folder string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.IsDir() {
				return err
			}
			if entry.Name() == "testdata" && folder != root {
				return fs.SkipDir
			}
			eachFile(t, folder, func(set *token.FileSet, file *ast.File) {
				for _, name := range undocumented(file) {
					assert.Fail(t, "not documented", "%s: %s", set.Position(name.Pos()), name.Name)
				}
			})
			return nil
		})
		require.NoError(t, err)
	}
}

// eachFile parses the files of one folder, tests left out.
func eachFile(t *testing.T, folder string, do func(*token.FileSet, *ast.File)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		do(set, file)
	}
}

// packageLevelNames returns the exported names that a declaration adds to its package, methods left out.
func packageLevelNames(declaration ast.Decl) []*ast.Ident {
	var names []*ast.Ident
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name)
			case *ast.ValueSpec:
				names = append(names, s.Names...)
			}
		}
	}
	return exported(names)
}

func exported(names []*ast.Ident) []*ast.Ident {
	var kept []*ast.Ident
	for _, name := range names {
		if name.IsExported() {
			kept = append(kept, name)
		}
	}
	return kept
}

// undocumented returns the exported names of a file without a comment.
func undocumented(file *ast.File) []*ast.Ident {
	var missing []*ast.Ident
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) {
				missing = append(missing, d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				missing = append(missing, undocumentedSpec(d, spec)...)
			}
		}
	}
	return missing
}

func undocumentedSpec(d *ast.GenDecl, spec ast.Spec) []*ast.Ident {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		// One comment above a group of constants speaks for those that have none of their own.
		if s.Doc == nil && s.Comment == nil && d.Doc == nil {
			return exported(s.Names)
		}
	case *ast.TypeSpec:
		if !s.Name.IsExported() {
			return nil
		}
		missing := undocumentedMembers(s.Type)
		if s.Doc == nil && d.Doc == nil {
			missing = append(missing, s.Name)
		}
		return missing
	}
	return nil
}

// undocumentedMembers returns the fields of a struct and the methods of an interface without a comment.
func undocumentedMembers(expression ast.Expr) []*ast.Ident {
	var fields *ast.FieldList
	switch x := expression.(type) {
	case *ast.StructType:
		fields = x.Fields
	case *ast.InterfaceType:
		fields = x.Methods
	default:
		return nil
	}
	var missing []*ast.Ident
	for _, field := range fields.List {
		if field.Doc == nil && field.Comment == nil {
			missing = append(missing, exported(field.Names)...)
		}
	}
	return missing
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	receiver := d.Recv.List[0].Type
	for {
		switch x := receiver.(type) {
		case *ast.StarExpr:
			receiver = x.X
		case *ast.IndexExpr:
			receiver = x.X
		case *ast.IndexListExpr:
			receiver = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return false
		}
	}
}
