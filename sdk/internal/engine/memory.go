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

// rememberedTokens is how many verified tokens a client remembers.
const rememberedTokens = 4096

// tokenKind keeps an access token from being taken for a remembered ID token, and the reverse.
type tokenKind byte

const (
	idTokenKind tokenKind = iota
	accessTokenKind
	refreshTokenKind
)

// fingerprint stands for a token: its SHA-256 and its kind.
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

// tokenMemory remembers the tokens whose signature was verified last, so that a session costs one verification and not one
// for each request. It is safe for concurrent use.
type tokenMemory struct {
	mu     sync.Mutex
	size   int
	tokens map[fingerprint]*list.Element
	recent *list.List // of *remembered, the last used first
}

type remembered struct {
	id    fingerprint
	token *verified
}

func (m *tokenMemory) init(size int) {
	m.size, m.tokens, m.recent = size, make(map[fingerprint]*list.Element), list.New()
}

// get returns a token that is remembered, or nil. A token whose key does not stand in the key set any more is forgotten.
func (m *tokenMemory) get(id fingerprint, set *jwks.Set) *verified {
	m.mu.Lock()
	defer m.mu.Unlock()
	element := m.tokens[id]
	if element == nil {
		return nil
	}
	token := element.Value.(*remembered).token
	if !set.Has(token.key) {
		m.recent.Remove(element)
		delete(m.tokens, id)
		return nil
	}
	m.recent.MoveToFront(element)
	return token
}

// has reports whether a token is remembered, whatever has become of its key.
func (m *tokenMemory) has(id fingerprint) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tokens[id] != nil
}

// put remembers a token and forgets the one that was not used for longest.
func (m *tokenMemory) put(id fingerprint, token *verified) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tokens[id] != nil || m.size == 0 {
		return
	}
	m.tokens[id] = m.recent.PushFront(&remembered{id: id, token: token})
	if m.recent.Len() > m.size {
		oldest := m.recent.Remove(m.recent.Back()).(*remembered)
		delete(m.tokens, oldest.id)
	}
}
