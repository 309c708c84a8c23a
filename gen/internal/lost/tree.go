package lost

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// handWritten reads the Go files under root that generation neither replaces nor removes.
func handWritten(root fs.FS, before, after map[string][]byte) (map[string][]byte, error) {
	files := map[string][]byte{}
	return files, fs.WalkDir(root, ".", func(file string, entry fs.DirEntry, err error) error {
		_, removed := before[file]
		_, generated := after[file]
		switch {
		case err != nil:
			return err
		case entry.IsDir() && file != "." && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case removed, generated, !entry.Type().IsRegular(), !strings.HasSuffix(file, ".go"):
			return nil
		}
		files[file], err = fs.ReadFile(root, file)
		return err
	})
}

// tree is the Go of a module at one time. It type-checks it without what the module imports from elsewhere: that stays
// unknown, and whatever has to do with it is let pass.
type tree struct {
	module   string
	set      *token.FileSet
	written  map[string][]byte
	contents map[string][]byte
	parsed   map[string]*ast.File
	packages map[string]*types.Package // by import path; nil while one is checked, and for one that has no files
}

func newTree(module string, written, generated map[string][]byte) *tree {
	t := &tree{
		module: module, set: token.NewFileSet(), written: written,
		parsed: map[string]*ast.File{}, packages: map[string]*types.Package{},
	}
	t.contents = filtered(generated, func(string) bool { return true })
	maps.Copy(t.contents, written)
	return t
}

// problems returns what is wrong with the hand-written files of a package, by the place.
func (t *tree) problems(files []string) map[string]string {
	found := map[string]string{}
	there := slices.DeleteFunc(slices.Clone(files), func(file string) bool { return t.contents[file] == nil })
	t.check("", there, false, func(err error) {
		var wrong types.Error
		if !errors.As(err, &wrong) {
			return
		}
		if at := t.set.Position(wrong.Pos); t.written[at.Filename] != nil {
			found[at.String()] = strings.Join(strings.Fields(wrong.Msg), " ")
		}
	})
	return found
}

// concerned returns the packages with generated files, or an import of such a package, whose hand-written files have one
// of the names.
func (t *tree) concerned(names map[string]bool) [][]string {
	var marks [][]byte
	folders := map[string]bool{}
	for file := range t.contents {
		if folder := path.Dir(file); t.written[file] == nil && !folders[folder] {
			folders[folder] = true
			marks = append(marks, []byte(`"`+t.module+"/"+folder+`"`))
		}
	}
	var words [][]byte
	for name := range names {
		words = append(words, []byte(name))
	}
	var found [][]string
	for _, files := range t.groups() {
		if (folders[path.Dir(files[0])] || t.mention(files, marks)) && t.mention(files, words) {
			found = append(found, files)
		}
	}
	return found
}

// mention reports whether a hand-written file has one of the words.
func (t *tree) mention(files []string, words [][]byte) bool {
	return slices.ContainsFunc(files, func(file string) bool {
		return slices.ContainsFunc(words, func(word []byte) bool { return bytes.Contains(t.written[file], word) })
	})
}

var testPackage = regexp.MustCompile(`(?m)^package \w+_test\b`)

// groups returns the files of each package, tests among them. The tests outside of a package are one of their own.
func (t *tree) groups() map[string][]string {
	groups := map[string][]string{}
	for _, file := range slices.Sorted(maps.Keys(t.contents)) {
		id := path.Dir(file)
		if strings.HasSuffix(file, "_test.go") && testPackage.Match(t.contents[file]) {
			id += " test"
		}
		groups[id] = append(groups[id], file)
	}
	return groups
}

// errForeign is why an import stays unknown.
var errForeign = errors.New("not of this module")

// Import returns a package of the module, without the bodies of its functions.
func (t *tree) Import(name string) (*types.Package, error) {
	folder, own := strings.CutPrefix(name, t.module+"/")
	if _, seen := t.packages[name]; own && !seen {
		t.packages[name] = nil
		var files []string
		for file := range t.contents {
			if path.Dir(file) == folder && !strings.HasSuffix(file, "_test.go") {
				files = append(files, file)
			}
		}
		if len(files) > 0 {
			slices.Sort(files)
			t.packages[name] = t.check(name, files, true, func(error) {})
		}
	}
	if t.packages[name] == nil {
		return nil, errForeign
	}
	return t.packages[name], nil
}

// check type-checks the files of a package, or the heads of its functions alone.
func (t *tree) check(name string, files []string, heads bool, report func(error)) *types.Package {
	parsed := make([]*ast.File, len(files))
	for i, file := range files {
		parsed[i] = t.parse(file)
	}
	config := types.Config{Importer: t, Error: report, IgnoreFuncBodies: heads, FakeImportC: true}
	checked, _ := config.Check(name, t.set, parsed, nil) // what is wrong was reported
	return checked
}

// parse returns the tree of a file; an empty one if it is no Go at all.
func (t *tree) parse(file string) *ast.File {
	if t.parsed[file] == nil {
		t.parsed[file], _ = parser.ParseFile(t.set, file, t.contents[file], parser.SkipObjectResolution)
	}
	if t.parsed[file] == nil {
		t.parsed[file] = &ast.File{Name: ast.NewIdent("_")}
	}
	return t.parsed[file]
}
