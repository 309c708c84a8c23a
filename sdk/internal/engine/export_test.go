package engine

import (
	"context"
	"net/http"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// ForgetTokens turns the memory of verified tokens off, so that a benchmark sees each verification.
func (e *Engine) ForgetTokens() { e.memory.init(0, 0) }

// Remembers reports whether an access token is remembered.
func (e *Engine) Remembers(token string) bool {
	return e.memory.tokens[fingerprintOf(accessTokenKind, token)] != nil
}

// Challenge reads the error of a WWW-Authenticate header.
func Challenge(header http.Header) (code, description string) {
	wire := challenge(header)
	return wire.code, wire.description
}

// ReadError reads the error of a body.
func ReadError(body []byte) (code, description string) {
	wire := readError(body)
	return wire.code, wire.description
}

// Redact takes a secret out of a text.
func Redact(secret, text string) string {
	r := request{secrets: []string{secret}}
	return r.quotable(text, len(text)*len("[redacted]"))
}

// ReadCallback reads a callback's URL and returns its state and code.
func ReadCallback(link string) (state, code string, err error) {
	c, f := readCallback(link)
	if f != nil {
		return "", "", f
	}
	return c.state, c.code, nil
}

// Member is a call that has joined the rotation of its refresh token, whose steps a test takes one by one.
type Member struct {
	engine  *Engine
	member  *member
	session *session
}

// Join makes a call a member, with a callback of its own or without.
func (e *Engine) Join(ctx context.Context, tokens *authpi.TokenSet, hasCallback bool) (*Member, error) {
	s, f := e.readSession(ctx, tokens)
	if f != nil {
		return nil, f
	}
	m, f := e.rotation.join(tokens, e.now(), hasCallback)
	if f != nil {
		return nil, f
	}
	return &Member{e, m, s}, nil
}

// CarryOut does what the member's shared request would do if it began now.
func (m *Member) CarryOut(ctx context.Context) error {
	return m.engine.carryOut(ctx, m.member, m.session)
}

// Share takes part in the shared request.
func (m *Member) Share(ctx context.Context) error { return m.engine.share(ctx, m.member, m.session) }

// Leave ends the membership.
func (m *Member) Leave() { m.engine.rotation.leave(m.member) }

// Idle reports whether no operation is in flight, no rotation is in use, and none is left that was to be dropped.
func (e *Engine) Idle() bool {
	e.rotation.mu.Lock()
	defer e.rotation.mu.Unlock()
	for _, known := range e.rotation.known {
		if known.usedLocked() || known.waiting != 0 || known.running != 0 || known.dropped {
			return false
		}
	}
	return e.gate.count == 0
}
