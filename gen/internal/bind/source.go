package bind

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"strings"
)

// function is the head of a hand-written function.
type function struct {
	at        string // file:line
	arguments []string
	types     []string
	results   []string
}

// source is what the hand-written files of a folder declare.
type source struct {
	folder    string
	functions map[string]function // by name, or Type.Name for methods
	declared  map[string]string   // the place of each name of the package
	imported  map[string]string   // the place of each import, by its name in the file
	fields    map[string]string   // the place of each field of a struct, as Type.field
	read      map[string]bool     // the fields read of something called config
	mentioned map[string]bool     // all names, whatever they name
}

// parse reads the hand-written files of a folder. The errors tell of files that do not parse, beside what could be read.
func parse(root fs.FS, folder string) (*source, []error) {
	s := &source{
		folder: folder, functions: map[string]function{}, declared: map[string]string{}, imported: map[string]string{},
		fields: map[string]string{}, read: map[string]bool{}, mentioned: map[string]bool{},
	}
	entries, err := fs.ReadDir(root, folder)
	if err != nil {
		return s, []error{fmt.Errorf("no hand-written Go: %w", err)}
	}
	var problems []error
	files := token.NewFileSet()
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || !handWritten(name) {
			continue
		}
		text, err := fs.ReadFile(root, path.Join(folder, name))
		if err != nil {
			problems = append(problems, err)
			continue
		}
		file, err := parser.ParseFile(files, path.Join(folder, name), text, parser.SkipObjectResolution)
		if err != nil {
			problems = append(problems, err)
		}
		if file != nil {
			s.add(files, file)
		}
	}
	return s, problems
}

// handWritten reports whether a file is Go that neither tests nor was generated.
func handWritten(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "_gen.go")
}

// add takes the declarations of one file.
func (s *source) add(files *token.FileSet, file *ast.File) {
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			s.addFunction(files, d)
		case *ast.GenDecl:
			for _, specification := range d.Specs {
				s.addNames(files, specification)
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch e := n.(type) {
		case *ast.Ident:
			s.mentioned[e.Name] = true
		case *ast.SelectorExpr:
			if lastName(e.X) == "config" {
				s.read[e.Sel.Name] = true
			}
		}
		return true
	})
}

// lastName returns the last name of a.b.c.
func lastName(expression ast.Expr) string {
	switch e := expression.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	default:
		return ""
	}
}

func (s *source) addNames(files *token.FileSet, specification ast.Spec) {
	switch d := specification.(type) {
	case *ast.ImportSpec:
		s.imported[importName(d)] = place(files, d)
	case *ast.TypeSpec:
		s.declared[d.Name.Name] = place(files, d)
		if structure, ok := d.Type.(*ast.StructType); ok {
			for _, field := range structure.Fields.List {
				for _, name := range field.Names {
					s.fields[d.Name.Name+"."+name.Name] = place(files, field)
				}
			}
		}
	case *ast.ValueSpec:
		for _, name := range d.Names {
			s.declared[name.Name] = place(files, d)
		}
	}
}

// importName returns the name that an import has in its file; that of the path's last part, if it gives none.
func importName(d *ast.ImportSpec) string {
	if d.Name != nil {
		return d.Name.Name
	}
	return path.Base(strings.Trim(d.Path.Value, `"`))
}

func (s *source) addFunction(files *token.FileSet, d *ast.FuncDecl) {
	f := function{at: place(files, d)}
	for _, field := range d.Type.Params.List {
		text := types.ExprString(field.Type)
		if len(field.Names) == 0 {
			f.arguments, f.types = append(f.arguments, "_"), append(f.types, text)
		}
		for _, name := range field.Names {
			f.arguments, f.types = append(f.arguments, name.Name), append(f.types, text)
		}
	}
	if d.Type.Results != nil {
		for _, field := range d.Type.Results.List {
			for range max(1, len(field.Names)) {
				f.results = append(f.results, types.ExprString(field.Type))
			}
		}
	}
	if d.Recv == nil {
		s.functions[d.Name.Name] = f
		s.declared[d.Name.Name] = f.at
		return
	}
	if receiver := receiverName(d.Recv); receiver != "" {
		s.functions[receiver+"."+d.Name.Name] = f
	}
}

// receiverName returns the type that a method belongs to.
func receiverName(list *ast.FieldList) string {
	if len(list.List) == 0 {
		return ""
	}
	expression := list.List[0].Type
	if star, ok := expression.(*ast.StarExpr); ok {
		expression = star.X
	}
	if name, ok := expression.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

func place(files *token.FileSet, n ast.Node) string {
	at := files.Position(n.Pos())
	return fmt.Sprintf("%s:%d", at.Filename, at.Line)
}
