package gen_test

import (
	"fmt"

	"github.com/arbfay/authpi-go/gen"
)

// A spec that is wrong gives no files, but all that is wrong with it.
func ExampleRender() {
	files, diags, err := gen.Render([]byte(`sdk: {name: sample, version: 0.1.0, module: example.com/sample, doc: Shows one mistake.}
types:
  TokenSet:
    doc: A set of tokens.
    fields:
      scope: {type: strng, doc: The granted scope.}
`))
	fmt.Println(len(files), diags.Failed(), err)
	fmt.Print(diags)
	// Output:
	// 0 true <nil>
	// INTERFACE.yaml:6:21: unknown type strng; did you mean "string"?
	//           scope: {type: strng, doc: The granted scope.}
	//                         ^
}
