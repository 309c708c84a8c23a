package engine

import (
	"container/list"
	"crypto/sha256"
	"sync"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/idtoken"
	"github.com/arbfay/authpi-go/sdk/internal/jwks"
	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

// rememberedTokens is how many verified tokens a client remembers, if they fit in max_remembered_bytes.
const rememberedTokens = 4096

// tokenKind keeps an access token from being taken for a remembered ID token, and the reverse.
type tokenKind byte

const (
	idTokenKind tokenKind = iota
	accessTokenKind
	refreshTokenKind
	codeKind
)

// fingerprint identifies a token by its SHA-256 and its kind.
type fingerprint struct {
	kind tokenKind
	sum  [sha256.Size]byte
}

func fingerprintOf(kind tokenKind, token string) fingerprint {
	return fingerprint{kind, jws.Sum256(token)}
}

// verified is a token whose signature is good. It is immutable. Every use checks the claims anew.
type verified struct {
	header jws.Header
	claims *idtoken.Claims
	key    *jws.Key

	organizations []authpi.Organization // the claim; whoever hands it out copies it
}

// footprint estimates how many bytes a token takes once it is remembered. The claims share the payload's bytes, but a list in
// memory takes many times the bytes that it has in the payload.
func (v *verified) footprint(token string) int {
	const (
		fixed        = 768          // the structures, the element of the list, and the place in the map
		text         = 16           // a string without its bytes
		organization = 2 * 5 * text // the claim and what is made of it
	)
	texts := cap(v.claims.Audience)
	for _, o := range v.organizations {
		texts += len(o.Scopes)
	}
	return fixed + len(token) + text*texts + organization*cap(v.claims.Organizations)
}

// tokenMemory remembers the tokens whose signature was verified last, so that a session costs one verification and not one
// for each request. It is safe for concurrent use.
type tokenMemory struct {
	mu       sync.Mutex
	count    int // how many tokens it may have
	capacity int // how many bytes they may take
	used     int // how many they take
	tokens   map[fingerprint]*list.Element
	recent   *list.List // of *remembered, the last used first
}

type remembered struct {
	id    fingerprint
	token *verified
	size  int
}

func (m *tokenMemory) init(count, capacity int) {
	m.count, m.capacity, m.tokens, m.recent = count, capacity, make(map[fingerprint]*list.Element), list.New()
}

// get returns a token that is remembered, or nil. A token whose key is no longer in the key set is forgotten.
func (m *tokenMemory) get(id fingerprint, set *jwks.Set) *verified {
	m.mu.Lock()
	defer m.mu.Unlock()
	element := m.tokens[id]
	if element == nil {
		return nil
	}
	token := element.Value.(*remembered).token
	if !set.Has(token.key) {
		m.forgetLocked(element)
		return nil
	}
	m.recent.MoveToFront(element)
	return token
}

// put remembers a token of a size, unless it is too large, and forgets those that were not used for longest.
func (m *tokenMemory) put(id fingerprint, token *verified, size int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tokens[id] != nil || m.count == 0 || size > m.capacity {
		return
	}
	m.tokens[id] = m.recent.PushFront(&remembered{id, token, size})
	m.used += size
	for m.used > m.capacity || m.recent.Len() > m.count {
		m.forgetLocked(m.recent.Back())
	}
}

func (m *tokenMemory) forgetLocked(element *list.Element) {
	forgotten := m.recent.Remove(element).(*remembered)
	delete(m.tokens, forgotten.id)
	m.used -= forgotten.size
}
