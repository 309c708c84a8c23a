package gen

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/arbfay/authpi-go/gen/internal/emit"
)

// comparison is what has to change in a tree.
type comparison struct {
	root      *os.Root
	rendered  map[string][]byte
	present   map[string][]byte // the contents of the files that differ or are stale
	missing   []string
	differing []string
	stale     []string
	unchanged int
}

func newComparison(root *os.Root, rendered map[string][]byte) (*comparison, error) {
	c := &comparison{root: root, rendered: rendered, present: map[string][]byte{}}
	for _, name := range slices.Sorted(maps.Keys(rendered)) {
		content, err := root.ReadFile(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			c.missing = append(c.missing, name)
		case err != nil:
			return nil, c.explain(name, err)
		case bytes.Equal(content, rendered[name]):
			c.unchanged++
		default:
			c.differing = append(c.differing, name)
			c.present[name] = content
		}
	}
	return c, c.findStale()
}

// explain says of an error that a symbolic link on the way to a file is its reason, if one is.
func (c *comparison) explain(name string, err error) error {
	for part := name; part != "."; part = path.Dir(part) {
		if info, failed := c.root.Lstat(part); failed == nil && info.Mode()&fs.ModeSymlink != 0 {
			return fmt.Errorf("%s is a symbolic link; what is generated stays in its place, so put a folder or file there: %w", part, err)
		}
	}
	return err
}

// findStale finds Go files that carry our header in folders that we generate into, and that are not rendered.
func (c *comparison) findStale() error {
	for _, folder := range emit.Folders() {
		entries, err := fs.ReadDir(c.root.FS(), folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, entry := range entries {
			name := path.Join(folder, entry.Name())
			if _, wanted := c.rendered[name]; wanted || !entry.Type().IsRegular() || !strings.HasSuffix(name, ".go") {
				continue
			}
			content, err := c.root.ReadFile(name)
			if err != nil {
				return err
			}
			if bytes.HasPrefix(content, []byte("// "+emit.Header+"\n")) {
				c.stale = append(c.stale, name)
				c.present[name] = content
			}
		}
	}
	slices.Sort(c.stale)
	return nil
}

// diff returns the unified diff from what is there to what should be.
func (c *comparison) diff() string {
	var b strings.Builder
	for _, name := range slices.Sorted(slices.Values(slices.Concat(c.missing, c.differing, c.stale))) {
		before, after := "a/"+name, "b/"+name
		if _, there := c.present[name]; !there {
			before = "/dev/null"
		}
		if _, wanted := c.rendered[name]; !wanted {
			after = "/dev/null"
		}
		b.WriteString(udiff.Unified(before, after, string(c.present[name]), string(c.rendered[name])))
	}
	return b.String()
}
