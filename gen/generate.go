package gen

import (
	"fmt"
	"os"
)

// Report is what a generation did. The paths are slash-separated and sorted.
type Report struct {
	// Created, Updated and Removed are the files that changed.
	Created, Updated, Removed []string
	// Unchanged is the number of files that were right already and were not touched.
	Unchanged int
}

// Generate brings the generated files up to date with the spec: all of them or, after an error, none. Files that are
// right already are left alone, and generated files that the spec no longer gives are removed last. Nothing changes if
// the diagnostics have failed.
func (p Project) Generate() (Report, Diagnostics, error) {
	c, diags, err := p.compare()
	if err != nil || diags.Failed() {
		return Report{}, diags, err
	}
	defer func() { _ = c.root.Close() }()
	if err := write(disk{c.root}, c); err != nil {
		return Report{}, diags, fmt.Errorf("gen: %w", err)
	}
	return Report{Created: c.missing, Updated: c.differing, Removed: c.stale, Unchanged: c.unchanged}, diags, nil
}

// Drift is how the generated files differ from what the spec gives. The paths are slash-separated and sorted.
type Drift struct {
	// Missing are files that are not there, Differing files with other contents, and Stale files that nothing generates
	// any more.
	Missing, Differing, Stale []string
	// Unchanged is the number of files that are as the spec gives them.
	Unchanged int
	// Diff is the unified diff from what is there to what should be; it is empty if nothing differs.
	Diff string
}

// Clean reports whether there is no difference.
func (d Drift) Clean() bool { return len(d.Missing)+len(d.Differing)+len(d.Stale) == 0 }

// Check compares the generated files with the spec and writes nothing.
func (p Project) Check() (Drift, Diagnostics, error) {
	c, diags, err := p.compare()
	if err != nil || diags.Failed() {
		return Drift{}, diags, err
	}
	defer func() { _ = c.root.Close() }()
	return Drift{Missing: c.missing, Differing: c.differing, Stale: c.stale, Unchanged: c.unchanged, Diff: c.diff()}, diags, nil
}

// compare renders the files and compares them with what is there. The caller closes the root of the comparison; there is
// none after an error or diagnostics that have failed.
func (p Project) compare() (*comparison, Diagnostics, error) {
	source, err := p.read()
	if err != nil {
		return nil, Diagnostics{}, err
	}
	files, diags, err := render(p.specName(), source)
	if err != nil || files == nil {
		return nil, diags, err
	}
	root, err := os.OpenRoot(p.dir())
	if err != nil {
		return nil, diags, fmt.Errorf("gen: %w", err)
	}
	c, err := newComparison(root, files)
	if err != nil {
		_ = root.Close()
		return nil, diags, fmt.Errorf("gen: %w", err)
	}
	return c, diags, nil
}
