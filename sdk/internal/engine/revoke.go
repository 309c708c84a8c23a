package engine

import (
	"context"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// RevokeToken revokes a token, or the token that a refresh token was rotated to.
func (e *Engine) RevokeToken(ctx context.Context, token authpi.Secret, opts *authpi.RevokeTokenOptions) error {
	ctx, span := e.begin(ctx, "revoke_token")
	if f := e.revoke(ctx, token, orZero(opts).Hint); f != nil {
		return span.end(f)
	}
	return span.end(nil)
}

func (e *Engine) revoke(ctx context.Context, token authpi.Secret, hint authpi.TokenTypeHint) *failure {
	if token.IsZero() {
		return misconfigured("invalid_argument", "pass the token to revoke")
	}
	chain := map[fingerprint]bool{} // of the refresh tokens that lead to the one that is revoked
	for {
		key := refreshKey(token)
		// A rotation that is being stored is not waited for: a callback that revokes would wait for itself.
		if flying := e.rotations.Flying(key); flying != nil {
			select {
			case <-flying:
			case <-ctx.Done():
				return cancelled(ctx)
			}
		}
		chain[key] = true
		o, _ := e.rotations.Result(key, e.now())
		next := o.refreshToken()
		if next.IsZero() || chain[refreshKey(next)] {
			break
		}
		token = next
	}
	if err := e.revokeRequest(ctx, revokeRequestParams{Token: token, Hint: hint}); err != nil {
		return asFailure(ctx, err) // all is known still, so that another try finds the successor again
	}
	e.forgetRevoked(token, chain)
	return nil
}

// forgetRevoked forgets the rotations and the exchanges that lead to a token that was revoked: nobody gets it from here any
// more.
func (e *Engine) forgetRevoked(token authpi.Secret, chain map[fingerprint]bool) {
	leads := func(key fingerprint, o outcome) bool {
		leads := chain[key] || !o.refreshToken().IsZero() && chain[refreshKey(o.refreshToken())]
		if leads {
			chain[key] = true
		}
		return leads
	}
	for before := 0; before < len(chain); {
		before = len(chain)
		e.rotations.Forget(leads)
	}
	e.exchanges.Forget(func(key fingerprint, o outcome) bool {
		return leads(key, o) || o.redeemed != nil && o.response.AccessToken == token
	})
}
