package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/idtoken"
	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

// VerifyAccessToken verifies an access token that came to an API.
func (e *Engine) VerifyAccessToken(
	ctx context.Context, token authpi.Secret, opts *authpi.VerifyAccessTokenOptions,
) (*authpi.Agent, error) {
	ctx, span := e.begin(ctx, "verify_access_token")
	agent, f := e.accessAgent(ctx, token, orZero(opts))
	if f != nil {
		return nil, span.end(f)
	}
	return agent, span.end(nil)
}

func (e *Engine) accessAgent(
	ctx context.Context, token authpi.Secret, o authpi.VerifyAccessTokenOptions,
) (*authpi.Agent, *failure) {
	if token.IsZero() {
		return nil, unparsable("invalid_token", "there is no access token; pass the one from the Authorization header", "")
	}
	if slices.Contains(o.Audiences, "") {
		return nil, misconfigured("invalid_argument", "an audience must not be empty")
	}
	v, err := e.verifyBearer(ctx, token.Reveal())
	if err != nil {
		return nil, accessTokenFailure(err)
	}
	audiences := o.Audiences
	if len(audiences) == 0 {
		audiences = []string{or(e.config.Audience, e.config.ClientID)}
	}
	if err := v.claims.CheckAccessToken(v.header, e.accessPolicy(audiences)); err != nil {
		return nil, accessTokenFailure(err)
	}
	scopes := scopeWords(v.claims.Scope)
	for _, scope := range o.Scopes {
		if !slices.Contains(scopes, scope) {
			return nil, insufficientScope(scope)
		}
	}
	kind := principalType(v.claims.PrincipalType, v.claims.Subject)
	return authpi.NewAgent(authpi.AgentData{
		ID: v.claims.Subject, Type: kind, Email: v.claims.Email, EmailVerified: emailVerified(v.claims),
		Tokens:        &authpi.TokenSet{AccessToken: token, TokenType: "Bearer", Scope: v.claims.Scope, ExpiresAt: v.claims.ExpiresAt},
		Organizations: v.organizations, Scopes: scopes, ExpiresAt: v.claims.ExpiresAt, Clock: e.config.Clock,
		Machine: kind == authpi.PrincipalTypeAgent || v.claims.Subject == v.claims.ClientID,
	}), nil
}

// verifyBearer verifies an access token that anybody can have sent. A string that does not have the form of a token is refused
// before the first request. Afterwards, a token with an unknown key is refused before its payload is read or hashed.
func (e *Engine) verifyBearer(ctx context.Context, token string) (*verified, error) {
	read := jws.Open
	if !e.keys.cache.Loaded() {
		read = jws.Parse
	}
	parsed, err := read(token, e.config.MaxTokenBytes)
	if err != nil {
		return nil, err
	}
	set, f := e.prepare(ctx)
	if f != nil {
		return nil, f
	}
	if len(set.Candidates(parsed.Header)) == 0 || !parsed.SignatureFits() { // and so it is not remembered
		return e.verifyAnew(ctx, parsed, set, fromCaller)
	}
	return e.verifySignature(ctx, accessTokenKind, token, set, fromCaller)
}

func insufficientScope(scope string) *failure {
	f := failed("insufficient_scope", "the access token lacks the scope "+quote(scope))
	f.class = nil // by the match table, as if the wire said it
	return f
}

// accessTokenFailure gives a defect of an access token its code. A *failure passes: it is not the token's fault.
func accessTokenFailure(err error) *failure {
	var (
		f     *failure
		claim *idtoken.ClaimError
	)
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &claim) && claim.Expired:
		return expired("the access token expired")
	case errors.As(err, &claim):
		return unparsable("invalid_token", claim.Error(), claim.Claim)
	}
	return unparsable("invalid_token", err.Error(), "")
}
