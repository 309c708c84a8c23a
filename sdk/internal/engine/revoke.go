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
	const most = 3 // revocations of one session, should its refresh tokens follow each other for ever
	for range most {
		last, f := e.lastOfChain(ctx, token)
		if f != nil {
			return f
		}
		if err := e.revokeRequest(ctx, revokeRequestParams{Token: last, Hint: hint}); err != nil {
			return asFailure(ctx, err) // all is known still, so that another try finds the successor again
		}
		// A refresh that began meanwhile may have brought a successor.
		if token, f = e.lastOfChain(ctx, last); f != nil {
			return f
		}
		if token == last {
			break
		}
	}
	e.forgetRevoked(token)
	return nil
}

// lastOfChain returns the newest refresh token that a token was rotated to. It waits for a rotation that is under way.
func (e *Engine) lastOfChain(ctx context.Context, token authpi.Secret) (authpi.Secret, *failure) {
	seen := map[fingerprint]bool{}
	for {
		key := refreshKey(token)
		// A rotation that is being stored is not waited for: a callback that revokes would wait for itself.
		if flying := e.rotations.Flying(key); flying != nil {
			select {
			case <-flying:
			case <-ctx.Done():
				return token, cancelled(ctx)
			}
		}
		seen[key] = true
		o, _ := e.rotations.Result(key, e.now())
		next := o.refreshToken()
		if next.IsZero() || seen[refreshKey(next)] {
			return token, nil
		}
		token = next
	}
}

// forgetRevoked forgets the rotations and the exchanges that lead to a revoked token, so that no caller gets it any more.
func (e *Engine) forgetRevoked(token authpi.Secret) {
	before := map[fingerprint][]fingerprint{} // the rotations that led to a refresh token
	e.rotations.Each(func(key fingerprint, o outcome) {
		if next := o.refreshToken(); !next.IsZero() {
			before[refreshKey(next)] = append(before[refreshKey(next)], key)
		}
	})
	chain := map[fingerprint]bool{refreshKey(token): true}
	for open := []fingerprint{refreshKey(token)}; len(open) > 0; {
		key := open[0]
		open = open[1:]
		for _, earlier := range before[key] {
			if !chain[earlier] {
				chain[earlier] = true
				open = append(open, earlier)
			}
		}
	}
	e.rotations.Forget(func(key fingerprint, _ outcome) bool { return chain[key] })
	e.exchanges.Forget(func(_ fingerprint, o outcome) bool {
		return o.redeemed != nil && (o.response.AccessToken == token || chain[refreshKey(o.refreshToken())])
	})
}
