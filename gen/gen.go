// Package gen turns INTERFACE.yaml into the generated part of the SDK: load, resolve, emit, write.
package gen

import (
	"io/fs"

	"github.com/arbfay/authpi-go/gen/internal/emit"
	"github.com/arbfay/authpi-go/gen/internal/model"
	"github.com/arbfay/authpi-go/gen/internal/spec"
)

// Render returns the generated files, by their slash-separated paths, and what is wrong with the spec.
func Render(source []byte, root fs.FS) (map[string][]byte, string, error) {
	node, diags := spec.Load("INTERFACE.yaml", source)
	if node == nil {
		return nil, diags.Render(), nil
	}
	iface := model.Resolve(node, diags)
	if diags.HasErrors() {
		return nil, diags.Render(), nil
	}
	files, err := emit.Files(iface)
	return files, diags.Render(), err
}
