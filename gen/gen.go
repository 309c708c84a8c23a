// Package gen answers how INTERFACE.yaml becomes the generated part of the SDK: it loads the spec, resolves what it
// means, renders every file in memory, and writes all of them or none. Validate, Check and Generate go so far and no
// farther each.
package gen

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/arbfay/authpi-go/gen/internal/bind"
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

// Render returns the generated files by their slash-separated paths. root is the repository, whose hand-written Go the
// spec's bindings are checked against; with a nil root they are not. Equal inputs give equal bytes. There are no files
// if the diagnostics have failed.
func Render(source []byte, root fs.FS) (map[string][]byte, Diagnostics, error) {
	r, err := render("INTERFACE.yaml", source, root)
	return r.files, told(r.diags), err
}

// rendering is what a spec gives.
type rendering struct {
	iface *model.Interface
	files map[string][]byte // nil if the diagnostics have errors
	diags *spec.Diagnostics
}

func render(name string, source []byte, root fs.FS) (rendering, error) {
	iface, diags := resolve(name, source, root)
	r := rendering{iface: iface, diags: diags}
	if diags.Errors() > 0 {
		return r, nil
	}
	files, err := emit.Files(iface)
	if err != nil {
		return r, fmt.Errorf("gen: %w", err)
	}
	r.files = files
	return r, nil
}

// told returns the diagnostics as a caller gets them.
func told(diags *spec.Diagnostics) Diagnostics {
	return Diagnostics{text: diags.Render(), failed: diags.Errors() > 0}
}

// resolve goes as far as a spec can be judged.
func resolve(name string, source []byte, root fs.FS) (*model.Interface, *spec.Diagnostics) {
	node, diags := spec.Load(name, source)
	var iface *model.Interface
	if node != nil {
		iface = model.Resolve(node, diags)
		if root != nil {
			bind.Check(iface, root, diags)
		}
	}
	return iface, diags
}

// Validate judges the spec and the hand-written Go that it binds. It renders and writes nothing, so what hand-written Go
// uses of generated files is left to Check and Generate. The error is of reading alone.
func (p Project) Validate() (Diagnostics, error) {
	source, err := p.read()
	if err != nil {
		return Diagnostics{}, err
	}
	_, diags := resolve(p.specName(), source, os.DirFS(p.dir()))
	return told(diags), nil
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
