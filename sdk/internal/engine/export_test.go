package engine

import (
	"context"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// ForgetTokens turns the memory of verified tokens off, so that a benchmark sees each verification.
func (e *Engine) ForgetTokens() { e.memory.init(0) }

// Straggler is a call that has found no rotation of its refresh token and whose shared request begins when the returned
// function is called.
func (e *Engine) Straggler(ctx context.Context, tokens *authpi.TokenSet) func() error {
	s, f := e.readSession(ctx, tokens)
	if f != nil {
		return func() error { return f }
	}
	key := rotationKey(tokens.RefreshToken)
	known, _, _ := e.rotation.join(key, e.now(), false)
	return func() error { return e.carryOut(ctx, key, known, s) }
}
