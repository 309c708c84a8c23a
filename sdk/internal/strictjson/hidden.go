package strictjson

import (
	"runtime"
	"sync"
	"sync/atomic"
	"weak"
)

// Hidden holds a string where no printer finds it: package fmt, and printers that follow pointers and read unexported fields,
// show an address. Two values of the same string are equal under == and reflect.DeepEqual. The zero value holds the empty
// string.
type Hidden struct {
	cell *cell
}

// cell is what a Hidden points to. Equal strings share one cell.
type cell struct {
	// Reflection sees an unsafe.Pointer in an atomic.Pointer, which it cannot follow.
	text atomic.Pointer[string]

	// The runtime lists the weak pointers and cleanups of a page by address, which makes them slow for objects that are smaller.
	_ [7]uint64
}

// cells has the cell of each string that is in use. It belongs to the process and not to a client, since secrets of different
// clients must be equal too.
var cells = struct {
	sync.Mutex
	byText map[string]weak.Pointer[cell]
}{byText: map[string]weak.Pointer[cell]{}}

// Hide returns a Hidden that holds text.
func Hide(text string) Hidden {
	if text == "" {
		return Hidden{}
	}
	cells.Lock()
	defer cells.Unlock()
	if known := cells.byText[text].Value(); known != nil {
		return Hidden{known}
	}
	c, held := new(cell), text
	c.text.Store(&held)
	pointer := weak.Make(c)
	cells.byText[text] = pointer
	runtime.AddCleanup(c, func(text string) {
		cells.Lock()
		defer cells.Unlock()
		if cells.byText[text] == pointer { // else another cell has taken its place
			delete(cells.byText, text)
		}
	}, text)
	return Hidden{c}
}

// Reveal returns the string.
func (h Hidden) Reveal() string {
	if h.cell == nil {
		return ""
	}
	return *h.cell.text.Load()
}
