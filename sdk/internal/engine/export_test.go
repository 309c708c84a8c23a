package engine

import (
	"context"
	"net/http"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// ForgetTokens turns the memory of verified tokens off, so that a benchmark sees each verification.
func (e *Engine) ForgetTokens() { e.memory.init(0) }

// Challenge reads the error of a WWW-Authenticate header.
func Challenge(header http.Header) (code, description string) {
	wire := challenge(header)
	return wire.Code, wire.Description
}

// ReadCallback reads a callback's URL and returns its state and code.
func ReadCallback(link string) (state, code string, err error) {
	c, f := readCallback(link)
	if f != nil {
		return "", "", f
	}
	return c.state, c.code, nil
}

// Straggler is a call that has found no rotation of its refresh token and whose shared request begins when the returned
// function is called.
func (e *Engine) Straggler(ctx context.Context, tokens *authpi.TokenSet) func() error {
	s, f := e.readSession(ctx, tokens)
	if f != nil {
		return func() error { return f }
	}
	m, f := e.rotation.join(tokens, e.now(), false)
	if f != nil {
		return func() error { return f }
	}
	return func() error { return e.carryOut(ctx, m, s) }
}
