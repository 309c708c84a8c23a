// Package authpigo_test holds what is true of the repository as a whole.
package authpigo_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/arbfay/authpi-go"

// goPackage is what `go list -json` says of a package.
type goPackage struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Deps       []string
}

// goList describes the packages that the patterns name, with those that they depend on if deps is set.
func goList(t *testing.T, arguments ...string) []goPackage {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json"}, arguments...)...)
	command.Stderr = os.Stderr
	output, err := command.Output()
	require.NoError(t, err)
	var packages []goPackage
	for decoder := json.NewDecoder(strings.NewReader(string(output))); ; {
		var p goPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		require.NoError(t, err)
		packages = append(packages, p)
	}
}

// layer says what the packages under a folder may import of this module, and whether they may import others' modules.
type layer struct {
	folder  string
	own     []string // folders; "x/..." allows those below too
	foreign []string
}

// layers stands in order: the first that fits a package rules it.
var layers = []layer{
	{folder: "sdk/authpi", own: []string{"sdk/internal/strictjson"}},
	{folder: "sdk/internal/engine", own: []string{"sdk/authpi", "sdk/internal/..."}},
	{folder: "sdk/internal/...", own: []string{"sdk/authpi", "sdk/internal/strictjson", "sdk/internal/jws", "sdk/internal/flight"}},
	{folder: "sdk/sync", own: []string{"sdk/authpi", "sdk/internal/engine"}},
	{folder: "sdk/async", own: []string{"sdk/authpi", "sdk/internal/engine"}},
	{folder: "sdk/authpitest", own: []string{"sdk/authpi", "internal/mint", "testdata/fixtures"}},
	{folder: "conformance/provider", own: []string{"internal/mint", "testdata/fixtures", "conformance/internal/..."}},
	{folder: "conformance/adapters/go", own: []string{"conformance/protocol", "sdk/..."}},
	{
		folder: "conformance/...",
		own: []string{
			"conformance", "conformance/protocol", "conformance/provider", "conformance/internal/...", "internal/mint",
		},
		foreign: []string{
			"github.com/schollz/progressbar/v3", "golang.org/x/term", "github.com/santhosh-tekuri/jsonschema/v6",
			"github.com/agext/levenshtein",
		},
	},
	{folder: "gen/internal/spec", foreign: []string{"gopkg.in/yaml.v3", "github.com/agext/levenshtein"}},
	{folder: "gen/internal/emit", own: []string{"gen/internal/..."}, foreign: []string{"github.com/dave/jennifer/jen"}},
	{
		folder: "gen/...", own: []string{"gen/internal/..."},
		foreign: []string{"github.com/aymanbagabas/go-udiff", "github.com/agext/levenshtein"},
	},
	{folder: "internal/mint"},
	{folder: "testdata/fixtures"},
	{folder: "cmd/sdkgen", own: []string{"gen"}, foreign: []string{"github.com/alecthomas/kong"}},
	{
		folder: "cmd/conformance", own: []string{"conformance", "conformance/adapters/go", "testdata/fixtures"},
		foreign: []string{"github.com/alecthomas/kong", "golang.org/x/term", "github.com/schollz/progressbar/v3"},
	},
	{folder: "cmd/demo", own: []string{"sdk/authpi", "sdk/sync", "sdk/authpitest"}},
}

func inside(folder, pattern string) bool {
	if parent, deep := strings.CutSuffix(pattern, "/..."); deep {
		return folder == parent || strings.HasPrefix(folder, parent+"/")
	}
	return folder == pattern
}

func TestImports(t *testing.T) {
	for _, p := range goList(t, "./...", "./testdata/fixtures") {
		folder := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		if folder == "" {
			continue // this package, which is tests alone
		}
		i := slices.IndexFunc(layers, func(l layer) bool { return inside(folder, l.folder) })
		if !assert.GreaterOrEqual(t, i, 0, "%s has no row in the table of layers", folder) {
			continue
		}
		for _, imported := range p.Imports {
			if own, ours := strings.CutPrefix(imported, module+"/"); ours {
				allowed := slices.ContainsFunc(layers[i].own, func(pattern string) bool { return inside(own, pattern) })
				assert.True(t, allowed, "%s imports %s", folder, own)
			} else if strings.Contains(strings.Split(imported, "/")[0], ".") {
				assert.Contains(t, layers[i].foreign, imported, "%s imports %s", folder, imported)
			}
		}
	}
}

func TestDependencies(t *testing.T) {
	never := map[string][]string{
		"sdk/authpi":              {"sdk/internal/engine", "sdk/sync", "sdk/async", "gen", "conformance"},
		"sdk/internal/engine":     {"sdk/sync", "sdk/async", "gen", "conformance"},
		"sdk/sync":                {"sdk/async", "gen", "conformance", "internal/mint"},
		"sdk/async":               {"sdk/sync", "gen", "conformance", "internal/mint"},
		"sdk/authpitest":          {"sdk/internal/engine", "sdk/sync", "sdk/async"},
		"conformance":             {"sdk"},
		"conformance/provider":    {"sdk"},
		"conformance/adapters/go": {"conformance/provider"},
		"gen":                     {"sdk"},
		"internal/mint":           {"sdk", "gen", "conformance"},
	}
	for folder, banned := range never {
		for _, p := range goList(t, "./"+folder) {
			for _, dependency := range p.Deps {
				own, ours := strings.CutPrefix(dependency, module+"/")
				for _, b := range banned {
					assert.False(t, ours && inside(own, b+"/..."), "%s depends on %s", folder, own)
				}
				if inside(folder, "sdk/...") {
					foreign := !ours && strings.Contains(strings.Split(dependency, "/")[0], ".")
					assert.False(t, foreign, "%s depends on %s: the SDK imports the standard library alone", folder, dependency)
				}
			}
		}
	}
}

// TestMakefileNamesEverything holds the two lists of what ./... does not enter.
func TestMakefileNamesEverything(t *testing.T) {
	makefile, err := os.ReadFile("Makefile")
	require.NoError(t, err)
	packages := makeList(t, string(makefile), "PACKAGES")
	modules := makeList(t, string(makefile), "MODULES")
	err = filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && file != "." || entry.Name() == "node_modules") {
			return fs.SkipDir
		}
		folder := path.Dir(filepath.ToSlash(file))
		switch {
		case entry.Name() == "go.mod" && folder != ".":
			assert.Contains(t, modules, folder)
		case strings.HasPrefix(folder, "testdata/") && strings.HasSuffix(file, ".go"):
			assert.Contains(t, packages, "./"+folder)
		}
		return nil
	})
	require.NoError(t, err)
}

func makeList(t *testing.T, makefile, name string) []string {
	t.Helper()
	for line := range strings.Lines(makefile) {
		if list, found := strings.CutPrefix(line, name+" :="); found {
			return strings.Fields(list)
		}
	}
	require.FailNow(t, "the Makefile has no list "+name)
	return nil
}
