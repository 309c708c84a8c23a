package gen_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/gen"
)

// BenchmarkGenerate renders the repository's spec, and one of a thousand http operations. It reads and writes no file.
func BenchmarkGenerate(b *testing.B) {
	own, err := os.ReadFile("../INTERFACE.yaml")
	require.NoError(b, err)
	for _, bench := range []struct {
		name   string
		source []byte
	}{
		{"spec=INTERFACE.yaml", own},
		{"operations=1000", manyOperations(1000)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			var size int
			for b.Loop() {
				files, diags, err := gen.Render(bench.source)
				if err != nil || diags.Failed() {
					b.Fatal(err, diags)
				}
				size = 0
				for _, content := range files {
					size += len(content)
				}
			}
			b.ReportMetric(float64(size), "output-B")
		})
	}
}

// BenchmarkValidate checks the repository's spec, as an editor would on each save.
func BenchmarkValidate(b *testing.B) {
	for b.Loop() {
		diags, err := gen.Project{Dir: ".."}.Validate()
		if err != nil || diags.Failed() {
			b.Fatal(err, diags)
		}
	}
}

// manyOperations returns a spec of n public http operations in resources of five, as other generators are measured: a
// resource has a type of ten fields and one of seven, an operation five parameters.
func manyOperations(n int) []byte {
	var types, operations strings.Builder
	for i := range n {
		if i%5 < 2 {
			fmt.Fprintf(&types, "  Answer%d:\n    doc: An answer.\n    fields:\n", i)
			for f := range 10 - 3*(i%5) {
				fmt.Fprintf(&types, "      field_%d: {type: string, doc: The field of that number.}\n", f)
			}
		}
		fmt.Fprintf(&operations, `  ask_%d:
    doc: Asks for an answer.
    source: RFC 6749, section 4.1.3
    http: {method: POST, endpoint: token, auth: client, constants: {grant_type: x}, response: Answer%d}
    params:
`, i, i-i%5+i%2)
		for p := range 5 {
			fmt.Fprintf(&operations, "      value_%d: {type: string, in: form, required: %t, doc: The value of that number.}\n", p, p < 2)
		}
	}
	return []byte(`sdk: {name: sample, version: 0.1.0, module: example.com/sample, doc: Measures the generator.}
enums:
  ErrorSource: {doc: The place., values: {token: {doc: The token endpoint.}}}
endpoints:
  token: {metadata: token_endpoint, path: /token, doc: The endpoint that issues tokens.}
types:
` + types.String() + "errors:\n  OAuthError: {doc: The base of every error.}\noperations:\n" + operations.String())
}
