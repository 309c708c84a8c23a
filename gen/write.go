package gen

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
)

// tree is where files are written. Tests put one in that fails.
type tree interface {
	// MkdirAll makes a folder and those above it.
	MkdirAll(folder string) error
	// Write makes or replaces a file and brings it to the disk.
	Write(name string, content []byte) error
	// Rename gives a file another name, in place of the file that has it.
	Rename(from, to string) error
	// Remove removes a file.
	Remove(name string) error
}

// disk is the tree below a folder; no name leads out of it.
type disk struct{ root *os.Root }

// MkdirAll makes a folder and those above it.
func (d disk) MkdirAll(folder string) error { return d.root.MkdirAll(folder, 0o755) }

// Write makes or replaces a file and waits until the disk has it.
func (d disk) Write(name string, content []byte) error {
	file, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}

// Rename replaces a file by another.
func (d disk) Rename(from, to string) error { return d.root.Rename(from, to) }

// Remove removes a file.
func (d disk) Remove(name string) error { return d.root.Remove(name) }

// sibling returns a name beside a file for its next or its former contents. The dot keeps Go from reading it.
func sibling(name, kind string) string {
	folder, base := path.Split(name)
	return folder + ".sdkgen-" + kind + "-" + base
}

// write makes the tree what the comparison wants. First everything is written beside its place, then renamed into it,
// then what is stale is removed; whatever fails on the way, the steps before it are undone, so that the tree is as it
// was.
func write(t tree, c *comparison) (err error) {
	var undo []func() error
	var leftovers []string
	defer func() {
		if err != nil {
			for _, step := range slices.Backward(undo) {
				err = errors.Join(err, step())
			}
		}
		for _, name := range leftovers {
			_ = t.Remove(name) // most were renamed; what stays is only in the way
		}
	}()
	changed := slices.Concat(c.missing, c.differing)
	for _, name := range changed {
		if err := t.MkdirAll(path.Dir(name)); err != nil {
			return fmt.Errorf("make the folder of %s: %w", name, err)
		}
		leftovers = append(leftovers, sibling(name, "new"))
		if err := t.Write(sibling(name, "new"), c.rendered[name]); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	for _, name := range slices.Concat(c.differing, c.stale) {
		leftovers = append(leftovers, sibling(name, "old"))
		if err := t.Write(sibling(name, "old"), c.present[name]); err != nil {
			return fmt.Errorf("save %s: %w", name, err)
		}
	}
	for _, name := range changed {
		if err := t.Rename(sibling(name, "new"), name); err != nil {
			return fmt.Errorf("replace %s: %w", name, err)
		}
		undo = append(undo, func() error { return restore(t, c, name) })
	}
	for _, name := range c.stale {
		if err := t.Remove(name); err != nil {
			return fmt.Errorf("remove %s: %w", name, err)
		}
		undo = append(undo, func() error { return restore(t, c, name) })
	}
	return nil
}

// restore gives a file the contents that it had, or removes it if there was none.
func restore(t tree, c *comparison, name string) error {
	if _, there := c.present[name]; !there {
		return t.Remove(name)
	}
	return t.Rename(sibling(name, "old"), name)
}
