package lost

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"strings"
	"sync"
)

// declarations returns the text of the type of each name that files declare, "" for one without. A member of a type has
// the name Type.member. What does not parse is left out.
func declarations(files map[string][]byte) map[string]string {
	found := map[string]string{}
	set := token.NewFileSet()
	for file, content := range files {
		tree, _ := parser.ParseFile(set, file, content, parser.SkipObjectResolution)
		if tree == nil {
			continue
		}
		folder := path.Dir(file) + ":"
		for _, d := range tree.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				found[folder+receiver(d)+d.Name.Name] = types.ExprString(d.Type)
			case *ast.GenDecl:
				for _, specification := range d.Specs {
					declare(specification, folder, found)
				}
			}
		}
	}
	return found
}

// receiver returns the name of a method's type and a dot; "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	return strings.TrimPrefix(types.ExprString(d.Recv.List[0].Type), "*") + "."
}

// declare adds the names of one declaration, the fields of a struct among them.
func declare(specification ast.Spec, folder string, found map[string]string) {
	switch d := specification.(type) {
	case *ast.ValueSpec:
		for _, id := range d.Names {
			found[folder+id.Name] = ""
		}
	case *ast.TypeSpec:
		found[folder+d.Name.Name] = ""
		structure, ok := d.Type.(*ast.StructType)
		if !ok {
			return
		}
		for _, field := range structure.Fields.List {
			for _, id := range field.Names {
				found[folder+d.Name.Name+"."+id.Name] = types.ExprString(field.Type)
			}
		}
	}
}

// difference returns the names that are gone or whose type is another, and the types that lose or change a member.
func difference(before, after map[string][]byte) map[string]bool {
	folders := map[string]bool{}
	for file := range before {
		folders[path.Dir(file)] = true
	}
	var past, present map[string]string
	var group sync.WaitGroup
	group.Go(func() { past = declarations(before) })
	group.Go(func() {
		present = declarations(filtered(after, func(file string) bool { return folders[path.Dir(file)] }))
	})
	group.Wait()
	names := map[string]bool{}
	for n, was := range past {
		if is, there := present[n]; there && is == was {
			continue
		}
		_, n, _ = strings.Cut(n, ":")
		for _, part := range strings.Split(n, ".") {
			names[part] = true
		}
	}
	return names
}

// filtered returns the Go files that keep accepts.
func filtered(files map[string][]byte, keep func(string) bool) map[string][]byte {
	kept := map[string][]byte{}
	for file, content := range files {
		if strings.HasSuffix(file, ".go") && keep(file) {
			kept[file] = content
		}
	}
	return kept
}
