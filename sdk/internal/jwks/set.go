package jwks

import (
	"errors"
	"fmt"

	"github.com/arbfay/authpi-go/sdk/internal/jws"
	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

const (
	// MaxBytes is the maximum size of a document.
	MaxBytes = 1 << 20 // 1 MiB

	// MaxKeys is the maximum number of keys that are read from a set.
	MaxKeys = 256

	// MaxCandidates is the maximum number of keys to try for one token, because each
	// costs a signature verification.
	MaxCandidates = 8
)

// Set holds the usable keys of a key set. It is immutable.
type Set struct {
	byAlgorithm map[string][]*jws.Key
	byName      map[name][]*jws.Key
	skipped     []Skipped
	number      int // of the fetch, from 1; the cache sets it before it returns the set
}

// name holds the members of a token's header that identify its key.
type name struct{ id, algorithm string }

// Skipped describes a key that was skipped.
type Skipped struct {
	// Index is the key's index in the set.
	Index int

	// ID is the key's kid, empty if it has none.
	ID string

	// Reason says why the key was skipped. It does not contain any part of the key.
	Reason string
}

// Parse parses a key set. It skips the keys that cannot be used. The document must be one
// strict JSON object with an array "keys".
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

// read reads the array of keys, and reports whether it is an array.
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

// Candidates returns at most MaxCandidates keys that may have signed a token with this
// header. They have the header's algorithm and, if the header has a kid, that kid. The
// caller must not change the slice.
func (t *Set) Candidates(header jws.Header) []*jws.Key {
	keys := t.byAlgorithm[header.Algorithm]
	if header.KeyID != "" {
		keys = t.byName[name{header.KeyID, header.Algorithm}]
	}
	return keys[:min(len(keys), MaxCandidates)]
}

// Has reports whether the set has a key with the same kid, algorithm and thumbprint. If
// so, a token that was verified with key is still valid.
func (t *Set) Has(key *jws.Key) bool {
	for _, k := range t.byName[name{key.ID, key.Algorithm}] {
		if k.Thumbprint == key.Thumbprint {
			return true
		}
	}
	return false
}

// Skipped returns the skipped keys in order. The caller must not change the slice.
func (t *Set) Skipped() []Skipped { return t.skipped }

// Defect returns why the key that a token's header names was skipped, or "" if no such
// key was skipped.
func (t *Set) Defect(header jws.Header) string {
	for _, k := range t.skipped {
		if k.ID == header.KeyID && k.ID != "" {
			return k.Reason
		}
	}
	return ""
}
