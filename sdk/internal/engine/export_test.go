package engine

import (
	"context"
	"net/http"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/rotation"
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

// Member is a call's part in the rotation of its refresh token, whose steps a test takes one by one.
type Member struct{ *rotation.Call[outcome] }

// Join makes a call a part of the rotation, with a callback of its own or without.
func (e *Engine) Join(ctx context.Context, tokens *authpi.TokenSet, hasCallback bool) (*Member, error) {
	s, f := e.readSession(ctx, tokens)
	if f != nil {
		return nil, f
	}
	return &Member{e.rotations.Join(refreshKey(tokens.RefreshToken), e.now(), rotation.Caller[outcome]{
		Attempt:  func(f *rotation.Flight[outcome]) rotation.Landing[outcome] { return e.attemptRefresh(f, s) },
		Callback: hasCallback,
	})}, nil
}

// Share takes part in the attempt.
func (m *Member) Share(ctx context.Context) error {
	o, err := m.Result(ctx)
	if err == nil && o.failure != nil {
		return o.failure
	}
	return err
}

// Idle reports whether no operation is in flight.
func (e *Engine) Idle() bool { return e.gate.count == 0 }
