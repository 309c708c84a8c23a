package strictjson

import "hash/maphash"

// nameSet holds the names of all objects of one document, to find doubled ones.
//
// It keeps 64-bit hashes instead of names. The seed is random for each document, so nobody can prepare names whose hashes
// meet, neither to slow the search down nor to have a document refused; by chance it happens to fewer than one in 2^40
// documents of the largest size. One table serves all objects: a name's hash is mixed with the number of its object.
type nameSet struct {
	seed   maphash.Seed
	used   int
	inline [64]uint64 // enough for usual tokens, without an allocation
	grown  []uint64   // replaces inline once it fills; the length is a power of two
}

// reset empties the set.
func (n *nameSet) reset() {
	*n = nameSet{seed: maphash.MakeSeed()}
}

// addString notes a name of an object and reports whether it is new there.
func (n *nameSet) addString(object uint32, name string) bool {
	return n.add(object, maphash.String(n.seed, name))
}

// addBytes is addString for an unescaped name.
func (n *nameSet) addBytes(object uint32, name []byte) bool {
	return n.add(object, maphash.Bytes(n.seed, name))
}

func (n *nameSet) add(object uint32, hash uint64) bool {
	const oddMultiplier = 0x9E3779B97F4A7C15 // spreads consecutive object numbers over all bits
	hash ^= uint64(object) * oddMultiplier
	if hash == 0 { // marks a free slot
		hash = 1
	}
	slots := n.slots()
	if 4*n.used >= 3*len(slots) {
		slots = n.grow(slots)
	}
	n.used++
	return insert(slots, hash)
}

// slots returns the table in use.
func (n *nameSet) slots() []uint64 {
	if n.grown != nil {
		return n.grown
	}
	return n.inline[:]
}

// grow quadruples the table.
func (n *nameSet) grow(slots []uint64) []uint64 {
	n.grown = make([]uint64, 4*len(slots))
	for _, hash := range slots {
		if hash != 0 {
			insert(n.grown, hash)
		}
	}
	return n.grown
}

// insert puts a hash into the table, by linear probing, and reports whether it was not there.
func insert(slots []uint64, hash uint64) bool {
	mask := uint64(len(slots) - 1)
	i := hash & mask
	for slots[i] != 0 {
		if slots[i] == hash {
			return false
		}
		i = (i + 1) & mask
	}
	slots[i] = hash
	return true
}
