package gen_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/gen"
)

// memoryTree is a tree in memory whose n-th change fails.
type memoryTree struct {
	files map[string]string
	fail  int // counts down; the change at 1 fails
	steps int
}

var errFault = errors.New("fault")

// step counts a change and fails the one that is to fail. What undoes it afterwards works.
func (m *memoryTree) step() error {
	m.steps++
	if m.fail--; m.fail == 0 {
		return errFault
	}
	return nil
}

func (m *memoryTree) MkdirAll(string) error { return m.step() }

func (m *memoryTree) Write(name string, content []byte) error {
	if err := m.step(); err != nil {
		m.files[name] = string(content[:len(content)/2]) // the disk was full half-way
		return err
	}
	m.files[name] = string(content)
	return nil
}

func (m *memoryTree) Rename(from, to string) error {
	if err := m.step(); err != nil {
		return err
	}
	content, there := m.files[from]
	if !there {
		return fmt.Errorf("rename %s: %w", from, fs.ErrNotExist)
	}
	delete(m.files, from)
	m.files[to] = content
	return nil
}

func (m *memoryTree) Remove(name string) error {
	if err := m.step(); err != nil {
		return err
	}
	if _, there := m.files[name]; !there {
		return fmt.Errorf("remove %s: %w", name, fs.ErrNotExist)
	}
	delete(m.files, name)
	return nil
}

// TestWriteIsAllOrNothing fails each step in turn: an error leaves the tree as it was, success makes it what it should
// be.
func TestWriteIsAllOrNothing(t *testing.T) {
	before := map[string]string{"a/old_gen.go": "old", "a/stale_gen.go": "stale", "a/hand.go": "hand", "b/old_gen.go": "old too"}
	after := map[string]string{"a/old_gen.go": "newer", "a/hand.go": "hand", "b/old_gen.go": "newer too", "b/new_gen.go": "new"}
	write := func(m *memoryTree) error {
		return gen.WriteTo(m,
			map[string][]byte{"a/old_gen.go": []byte("newer"), "b/old_gen.go": []byte("newer too"), "b/new_gen.go": []byte("new")},
			map[string][]byte{"a/old_gen.go": []byte("old"), "b/old_gen.go": []byte("old too"), "a/stale_gen.go": []byte("stale")},
			[]string{"b/new_gen.go"}, []string{"a/old_gen.go", "b/old_gen.go"}, []string{"a/stale_gen.go"})
	}
	clean := &memoryTree{files: maps.Clone(before)}
	require.NoError(t, write(clean))
	assert.Equal(t, after, clean.files)
	require.Greater(t, clean.steps, 10)

	for step := 1; step <= clean.steps; step++ {
		t.Run(fmt.Sprint(step), func(t *testing.T) {
			m := &memoryTree{files: maps.Clone(before), fail: step}
			if err := write(m); err != nil {
				require.ErrorIs(t, err, errFault)
				for name, content := range before {
					assert.Equal(t, content, m.files[name], name)
				}
				assert.NotContains(t, m.files, "b/new_gen.go")
				return
			}
			// Only cleaning up failed: the tree is right, and what is left over has a name that nothing reads.
			for name, content := range after {
				assert.Equal(t, content, m.files[name], name)
			}
			assert.NotContains(t, m.files, "a/stale_gen.go")
		})
	}
}
