package emit

import (
	"bytes"
	"fmt"
	"go/format"
	"path"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/arbfay/authpi-go/gen/internal/model"
)

// unit is one Go file in the making. It owns what all files share: the header, the package clause, the imports, the
// blank lines between declarations and the formatting.
type unit struct {
	file     *jen.File
	packages map[string]string // import paths by package name
}

// standard are the packages of the standard library that generated code may import; each is the last element of its
// path.
var standard = []string{"cmp", "context", "encoding/json", "errors", "io", "log/slog", "net/http", "time"}

// own are the packages of the SDK's module that generated code lives in or imports, by name.
var own = [...]struct{ name, folder string }{
	{"authpi", "sdk/authpi"},
	{"authpiasync", "sdk/async"},
	{"authpisync", "sdk/sync"},
	{"engine", "sdk/internal/engine"},
	{"goadapter", "conformance/adapters/go"},
	{"strictjson", "sdk/internal/strictjson"},
}

// goFile returns the target of a Go file, whose package is known by its folder.
func goFile(name string, declare func(*unit, *model.Interface)) target {
	return target{name, func(iface *model.Interface) ([]byte, error) {
		u := newUnit(iface.SDK.Module, path.Dir(name))
		declare(u, iface)
		return u.bytes()
	}}
}

func newUnit(module, folder string) *unit {
	u := &unit{packages: map[string]string{}}
	for _, p := range standard {
		u.packages[path.Base(p)] = p
	}
	name := ""
	for _, p := range own {
		u.packages[p.name] = module + "/" + p.folder
		if p.folder == folder {
			name = p.name
		}
	}
	u.file = jen.NewFilePathName(u.packages[name], name)
	u.file.HeaderComment(Header)
	u.file.NoFormat = true // formatted once, in bytes, after the imports are in their groups
	for name, p := range u.packages {
		if path.Base(p) == name {
			u.file.ImportName(p, name)
		} else {
			u.file.ImportAlias(p, name)
		}
	}
	return u
}

// declare adds declarations, each after a blank line.
func (u *unit) declare(declarations ...jen.Code) {
	for _, d := range declarations {
		u.file.Line()
		u.file.Add(d)
	}
}

// qual returns a name of a package: u.qual("authpi", "Secret"). In the package itself it renders without the package.
func (u *unit) qual(pkg, name string) *jen.Statement {
	p, known := u.packages[pkg]
	if !known {
		panic("no import path for package " + pkg)
	}
	return jen.Qual(p, name)
}

// bytes renders the file.
func (u *unit) bytes() ([]byte, error) {
	var raw bytes.Buffer
	if err := u.file.Render(&raw); err != nil {
		return nil, err
	}
	grouped := groupImports(raw.String())
	formatted, err := format.Source([]byte(grouped))
	if err != nil {
		return nil, fmt.Errorf("rendered Go does not parse: %w", err)
	}
	return formatted, nil
}

// groupImports splits the one block of imports that jennifer renders into the standard library's and the module's, as
// goimports wants it.
func groupImports(source string) string {
	before, rest, found := strings.Cut(source, "\nimport (\n")
	if !found {
		return source
	}
	block, after, _ := strings.Cut(rest, "\n)\n")
	var std, module []string
	for _, line := range strings.Split(block, "\n") {
		_, imported, _ := strings.Cut(line, `"`)
		if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
			module = append(module, line)
		} else {
			std = append(std, line)
		}
	}
	if len(std) == 0 || len(module) == 0 {
		return source
	}
	return before + "\nimport (\n" + strings.Join(std, "\n") + "\n\n" + strings.Join(module, "\n") + "\n)\n" + after
}
