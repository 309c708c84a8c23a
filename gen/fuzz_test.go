package gen_test

import (
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/arbfay/authpi-go/gen"
)

var diagnosticLine = regexp.MustCompile(`(?m)^INTERFACE\.yaml(:[1-9]\d*:[1-9]\d*)?: \S`)

// FuzzRender feeds whole specs. Whatever they hold, there are either diagnostics with a place or files that parse.
func FuzzRender(f *testing.F) {
	for _, pattern := range []string{"testdata/diagnostics/*.yaml", "testdata/golden/*/INTERFACE.yaml"} {
		names, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, name := range names {
			source, err := os.ReadFile(name)
			require.NoError(f, err)
			f.Add(source)
		}
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		files, diags, err := gen.Render(source)
		require.NoError(t, err)
		if diags.Failed() {
			assert.Empty(t, files)
			assert.Regexp(t, diagnosticLine, diags.String())
			return
		}
		for name, content := range files {
			if strings.HasSuffix(name, ".go") {
				_, err := parser.ParseFile(token.NewFileSet(), name, content, parser.SkipObjectResolution)
				assert.NoError(t, err)
			}
		}
	})
}

// FuzzInjection puts texts into every place of a spec that takes one. The declarations of the generated Go are those of
// a harmless text, or there are no files.
func FuzzInjection(f *testing.F) {
	for _, text := range []string{
		"A token.", "A token */ func Evil() {} /*.", "//go:embed secrets.", "A token.\n\nfunc Evil() {}\n.", "A `token`.", "A \x00.",
		"A token\r\nfunc Evil() {}.", "A int; func Evil() {}; type B.", "A \u2028func Evil() {}.", "A - list. 1. Of. # Things.",
		"A \" + evil() + \".", "A \\.", "A [link]: https://example.com.", "A x\u202e.", "A " + strings.Repeat("long ", 60) + "text.",
		"A <!-- comment --> | cell.", "A ## heading.", "A text //go:build ignore.",
	} {
		f.Add(text, "name", "wire")
	}
	f.Add("A token.", "A int; func Evil() {}; type B", `wire" + evil() + "`)
	f.Add("A token.", "type", "a\nb")
	f.Add("A token.", "çédille", "urn:x")
	harmless := declarations(f, injected(f, "A token.", "harmless", "wire"))
	f.Fuzz(func(t *testing.T, text, name, wire string) {
		if !utf8.ValidString(text) || !utf8.ValidString(name) || !utf8.ValidString(wire) {
			return // YAML cannot even quote it; FuzzRender feeds such bytes
		}
		files, _, err := gen.Render(injected(t, text, name, wire))
		require.NoError(t, err)
		if files == nil {
			return
		}
		assert.Equal(t, harmless, declarationsOf(t, files))
	})
}

// injected returns a spec with the given texts in every place that takes one.
func injected(t testing.TB, text, name, wire string) []byte {
	t.Helper()
	quote := func(s string) string {
		node := yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: s}
		quoted, err := yaml.Marshal(&node)
		require.NoError(t, err)
		return strings.TrimSpace(string(quoted))
	}
	template := `
sdk: {name: sample, version: 0.1.0, module: example.com/sample, doc: TEXT}
enums:
  ErrorSource: {doc: TEXT, values: {sdk: {doc: TEXT}, WIRE: {doc: TEXT, go: Wire}}}
config:
  NAME_option: {type: string, go: Option, doc: TEXT, source: TEXT, deviation: TEXT}
endpoints:
  token: {metadata: token_endpoint, path: /token, doc: TEXT}
types:
  Set: {doc: TEXT, source: TEXT, fields: {NAME_field: {type: string, go: Field, doc: TEXT, source: TEXT}}}
errors:
  OAuthError: {doc: TEXT, match: [{code: WIRE}], codes: {NAME_code: {doc: TEXT}}}
operations:
  send:
    doc: Sends.
    source: TEXT
    http: {method: POST, endpoint: token, auth: none, constants: {WIRE: WIRE}, response: Set}
    params: {NAME_param: {type: string, in: form, wire: x, go: Param, required: true, doc: TEXT}}
clauses: {a.b: {doc: TEXT, source: TEXT}}
`
	return []byte(strings.NewReplacer("TEXT", quote(text), "WIRE", quote(wire), "NAME_option", quote(name+"_option"),
		"NAME_field", quote(name+"_field"), "NAME_code", quote(name+"_code"), "NAME_param", quote(name+"_param")).Replace(template))
}

func declarations(t testing.TB, source []byte) []string {
	t.Helper()
	files, diags, err := gen.Render(source)
	require.NoError(t, err)
	require.False(t, diags.Failed(), diags.String())
	return declarationsOf(t, files)
}

// declarationsOf returns the names that the files declare, the directives in them and their number of imports. Every
// file must be what gofmt makes of it.
func declarationsOf(t testing.TB, files map[string][]byte) []string {
	t.Helper()
	var names []string
	for _, file := range []string{
		"sdk/authpi/config_gen.go", "sdk/authpi/types_gen.go", "sdk/authpi/enums_gen.go", "sdk/authpi/errors_gen.go",
		"sdk/authpi/options_gen.go", "sdk/internal/engine/ops_gen.go", "sdk/internal/engine/errors_gen.go",
		"sdk/sync/client_gen.go", "sdk/async/client_gen.go", "conformance/adapters/go/dispatch_gen.go",
	} {
		tree, err := parser.ParseFile(token.NewFileSet(), file, files[file], parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		formatted, err := format.Source(files[file])
		require.NoError(t, err)
		require.Equal(t, string(formatted), string(files[file]))
		ast.Inspect(tree, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				names = append(names, id.Name)
			}
			return true
		})
		for _, group := range tree.Comments {
			for _, c := range group.List {
				if strings.HasPrefix(c.Text, "/*") || strings.HasPrefix(c.Text, "//go:") || strings.HasPrefix(c.Text, "//line") {
					names = append(names, c.Text)
				}
			}
		}
	}
	return names
}
