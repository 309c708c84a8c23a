package gen

// Tree is what files are written to.
type Tree = tree

// WriteTo makes a tree what the rendered files want, as Generate does. present are the contents of the files that
// differ or are stale.
func WriteTo(t Tree, rendered, present map[string][]byte, missing, differing, stale []string) error {
	return write(t, &comparison{rendered: rendered, present: present, missing: missing, differing: differing, stale: stale})
}
