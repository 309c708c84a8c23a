package engine

import (
	"context"
	"slices"

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
	var chain []fingerprint
	for {
		key := rotationKey(token)
		// A rotation that is being stored has its successor already: a callback that revokes must not wait for itself.
		if call := e.rotation.flights.Running(key); call != nil && e.rotation.awaits(key) {
			if err := call.Ended(ctx); err != nil {
				return cancelled(ctx)
			}
		}
		chain = append(chain, key)
		next := e.rotation.successor(key, e.now())
		if next.IsZero() || slices.Contains(chain, rotationKey(next)) {
			break
		}
		token = next
	}
	if err := e.revokeRequest(ctx, revokeRequestParams{Token: token, Hint: hint}); err != nil {
		return asFailure(ctx, err) // all is known still, so that another try finds the successor again
	}
	revoked := e.rotation.ancestors(token)
	e.codes.forget(func(exchanged *tokenResponse) bool {
		return exchanged.AccessToken.Reveal() == token.Reveal() || revoked[rotationKey(exchanged.RefreshToken)]
	})
	e.rotation.forget(chain, token)
	return nil
}
