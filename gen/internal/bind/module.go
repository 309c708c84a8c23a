package bind

import (
	"errors"
	"io/fs"
	"regexp"

	"github.com/arbfay/authpi-go/gen/internal/model"
)

// moduleLine is the line of a go.mod that names the module; the path may be quoted.
var moduleLine = regexp.MustCompile("(?m)^[ \\t]*module[ \\t]+[\"`]?([^\\s\"`]+)")

// module reports a module path that is not that of go.mod: what is generated would import packages of another module.
func (c *checker) module(iface *model.Interface, root fs.FS) {
	want := iface.SDK.Module
	if want == "" {
		return // that was reported
	}
	text, err := fs.ReadFile(root, "go.mod")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.diags.Errorf(iface.SDK.ModuleAt,
			"there is no go.mod in the root: run sdkgen in the root of the module %s, name that with -C, or run go mod init there", want)
		return
	case err != nil:
		c.diags.Errorf(iface.SDK.ModuleAt, "%v", err)
		return
	}
	have := ""
	if found := moduleLine.FindStringSubmatch(string(text)); found != nil {
		have = found[1]
	}
	if have != want {
		c.diags.Errorf(iface.SDK.ModuleAt, "the module of go.mod is %q, not %q: one of the two is to be changed", have, want)
	}
}
