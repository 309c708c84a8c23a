package strictjson

import "hash/maphash"

// nameSet holds the names of the objects that are open, to find doubled ones.
//
// It keeps 64-bit hashes instead of names. The seed is random for each document, so nobody can prepare names whose hashes
// meet, neither to slow the search down nor to have a document refused; by chance it happens to fewer than one in 2^40
// documents of the largest size. One table serves all open objects: a name's hash is mixed with the depth of its object.
// An object's names leave the table at its end, which keeps the table small and in the processor's cache.
type nameSet struct {
	seed maphash.Seed
	used int // number of names in the table

	// The table has a power of two of slots, of which 0 is a free one; order has the hashes in the order in which they
	// came. Both start in the arrays, which are enough for usual tokens, without an allocation.
	slots, order []uint64
	inlineSlots  [64]uint64
	inlineOrder  [48]uint64
}

// reset empties the set.
func (n *nameSet) reset() {
	*n = nameSet{seed: maphash.MakeSeed()}
}

// addString notes a name of the object at a depth and reports whether it is new there.
func (n *nameSet) addString(depth int, name string) bool {
	return n.add(depth, maphash.String(n.seed, name))
}

// addBytes is addString for an unescaped name.
func (n *nameSet) addBytes(depth int, name []byte) bool {
	return n.add(depth, maphash.Bytes(n.seed, name))
}

func (n *nameSet) add(depth int, hash uint64) bool {
	const oddMultiplier = 0x9E3779B97F4A7C15 // spreads consecutive depths over all bits
	hash ^= uint64(depth) * oddMultiplier
	if hash == 0 { // marks a free slot
		hash = 1
	}
	slots, order := n.table()
	if n.used == len(order) {
		slots, order = n.grow(slots, order)
	}
	i, found := find(slots, hash)
	if found {
		return false
	}
	slots[i] = hash
	order[n.used] = hash
	n.used++
	return true
}

// leave removes the names that came last, the newest first: the search for an older one never passed its slot.
func (n *nameSet) leave(count int) {
	slots, order := n.table()
	for ; count > 0; count-- {
		n.used--
		i, _ := find(slots, order[n.used])
		slots[i] = 0
	}
}

// table returns the slots and the order in use.
func (n *nameSet) table() (slots, order []uint64) {
	if n.slots != nil {
		return n.slots, n.order
	}
	return n.inlineSlots[:], n.inlineOrder[:]
}

// grow quadruples the table.
func (n *nameSet) grow(slots, order []uint64) (newSlots, newOrder []uint64) {
	n.slots, n.order = make([]uint64, 4*len(slots)), make([]uint64, 4*len(order))
	copy(n.order, order)
	for _, hash := range order {
		i, _ := find(n.slots, hash)
		n.slots[i] = hash
	}
	return n.slots, n.order
}

// find returns the slot that has the hash, or the free one where it belongs, by linear probing.
func find(slots []uint64, hash uint64) (i uint64, found bool) {
	mask := uint64(len(slots) - 1)
	for i = hash & mask; slots[i] != 0; i = (i + 1) & mask {
		if slots[i] == hash {
			return i, true
		}
	}
	return i, false
}
