// Package gen answers how INTERFACE.yaml becomes the generated part of the SDK: it loads the spec, resolves what it
// means, renders every file in memory, and writes all of them or none. Validate, Check and Generate go so far and no
// farther each.
package gen

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/arbfay/authpi-go/gen/internal/emit"
	"github.com/arbfay/authpi-go/gen/internal/model"
	"github.com/arbfay/authpi-go/gen/internal/spec"
)

// Project says where the spec and the generated files are.
type Project struct {
	// Dir is the root of the repository. Empty means the current directory.
	Dir string
	// Spec is the path of the spec, relative to Dir unless absolute. Empty means INTERFACE.yaml.
	Spec string
}

// ErrNoSpec tells that the spec is not where the Project says.
var ErrNoSpec = errors.New("there is no spec")

// Diagnostics is what is wrong with a spec.
type Diagnostics struct {
	text   string
	failed bool
}

// Failed reports whether there is an error among the diagnostics: nothing is generated then. The others are warnings.
func (d Diagnostics) Failed() bool { return d.failed }

// String returns the diagnostics as a person reads them, each with its place as FILE:LINE:COLUMN and the line itself.
// It is empty if nothing is wrong.
func (d Diagnostics) String() string { return d.text }

// Render returns the generated files by their slash-separated paths. Equal sources give equal bytes. There are no files
// if the diagnostics have failed.
func Render(source []byte) (map[string][]byte, Diagnostics, error) {
	return render("INTERFACE.yaml", source)
}

func render(name string, source []byte) (map[string][]byte, Diagnostics, error) {
	iface, diags := resolve(name, source)
	if diags.Failed() {
		return nil, diags, nil
	}
	files, err := emit.Files(iface)
	if err != nil {
		return nil, diags, fmt.Errorf("gen: %w", err)
	}
	return files, diags, nil
}

// resolve loads a spec and resolves what it means.
func resolve(name string, source []byte) (*model.Interface, Diagnostics) {
	node, diags := spec.Load(name, source)
	var iface *model.Interface
	if node != nil {
		iface = model.Resolve(node, diags)
	}
	return iface, Diagnostics{text: diags.Render(), failed: diags.Errors() > 0}
}

// Validate checks the spec. It renders and writes nothing. The error is of reading alone.
func (p Project) Validate() (Diagnostics, error) {
	source, err := p.read()
	if err != nil {
		return Diagnostics{}, err
	}
	_, diags := resolve(p.specName(), source)
	return diags, nil
}

func (p Project) dir() string {
	if p.Dir == "" {
		return "."
	}
	return p.Dir
}

func (p Project) specName() string {
	if p.Spec == "" {
		return "INTERFACE.yaml"
	}
	return p.Spec
}

func (p Project) read() ([]byte, error) {
	name := p.specName()
	if !filepath.IsAbs(name) {
		name = filepath.Join(p.dir(), name)
	}
	source, err := spec.Read(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("gen: %w: %w", ErrNoSpec, err)
	case err != nil:
		return nil, fmt.Errorf("gen: read the spec: %w", err)
	}
	return source, nil
}
