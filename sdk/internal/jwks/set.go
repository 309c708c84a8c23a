package jwks

import (
	"errors"
	"fmt"

	"github.com/arbfay/authpi-go/sdk/internal/jws"
	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

const (
	// MaxBytes is the size of the largest document that is read.
	MaxBytes = 1 << 20 // 1 MiB

	// MaxKeys is the number of keys of a set that are looked at.
	MaxKeys = 256

	// MaxCandidates is the number of keys that are tried for one token: each costs a signature verification.
	MaxCandidates = 8
)

// Set is the usable keys of a key set. It is immutable.
type Set struct {
	byAlgorithm map[string][]*jws.Key
	byName      map[name][]*jws.Key
	skipped     []Skipped
	number      int // of the fetch that brought the set, from 1; set by the cache before anybody has the set
}

// name is what a token's header tells about its key.
type name struct{ id, algorithm string }

// Skipped is a key that was left out.
type Skipped struct {
	// Index is the key's place in the set, from 0.
	Index int

	// ID is the key's kid, empty if it has none.
	ID string

	// Reason says why, without any text of the key.
	Reason string
}

// Parse reads a key set. Keys that cannot be used are skipped one by one; the document as a whole must be one strict JSON
// object with an array keys.
func Parse(body []byte) (*Set, error) {
	if len(body) > MaxBytes {
		return nil, errors.New("key set: too large")
	}
	var s strictjson.Scanner
	s.Reset(string(body), strictjson.MaxMembers)
	set := &Set{byAlgorithm: map[string][]*jws.Key{}, byName: map[name][]*jws.Key{}}
	found := false
	if s.Object() {
		for member, ok := s.Member(); ok; member, ok = s.Member() {
			if member == "keys" {
				found = set.read(&s)
			} else {
				s.Skip()
			}
		}
	}
	if err := s.End(); err != nil {
		return nil, fmt.Errorf("key set: %w", err)
	}
	if !found {
		return nil, errors.New("key set: not an object with an array of keys")
	}
	return set, nil
}

// read adds the keys of the array that is next, and reports whether it is an array.
func (t *Set) read(s *strictjson.Scanner) bool {
	if !s.Array() {
		return false
	}
	for i := 0; s.Element(); i++ {
		if i >= MaxKeys {
			s.Skip()
			continue
		}
		key, kid, reason := readKey(s)
		if reason != "" {
			t.skipped = append(t.skipped, Skipped{i, kid, reason})
			continue
		}
		t.add(key)
	}
	return true
}

func (t *Set) add(key *jws.Key) {
	t.byAlgorithm[key.Algorithm] = append(t.byAlgorithm[key.Algorithm], key)
	n := name{key.ID, key.Algorithm}
	t.byName[n] = append(t.byName[n], key)
}

// Candidates returns the keys that can have signed a token with this header, at most MaxCandidates: those that have its
// kid, or any if it has none, as far as they are for its algorithm. The caller must not change the slice.
func (t *Set) Candidates(header jws.Header) []*jws.Key {
	keys := t.byAlgorithm[header.Algorithm]
	if header.KeyID != "" {
		keys = t.byName[name{header.KeyID, header.Algorithm}]
	}
	return keys[:min(len(keys), MaxCandidates)]
}

// Has reports whether the set has a key, of the same kid, algorithm and thumbprint: whether a token that was verified
// with it would be again.
func (t *Set) Has(key *jws.Key) bool {
	for _, k := range t.byName[name{key.ID, key.Algorithm}] {
		if k.Thumbprint == key.Thumbprint {
			return true
		}
	}
	return false
}

// Skipped returns the keys that were left out, in order. The caller must not change the slice.
func (t *Set) Skipped() []Skipped { return t.skipped }

// Defect returns why the key that a token's header names was left out, or "" if the set does not have that key.
func (t *Set) Defect(header jws.Header) string {
	for _, k := range t.skipped {
		if k.ID == header.KeyID && k.ID != "" {
			return k.Reason
		}
	}
	return ""
}
