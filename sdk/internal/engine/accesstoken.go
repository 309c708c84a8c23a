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
	if err := e.checkForm(token.Reveal()); err != nil {
		return nil, accessTokenFailure(err)
	}
	set, f := e.prepare(ctx)
	if f != nil {
		return nil, f
	}
	v, err := e.verifySignature(ctx, accessTokenKind, token.Reveal(), set, fromCaller)
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

// checkForm refuses what is no token before the first request, which it is not worth: anybody can send an API any text. A
// token that is remembered has a form, and to find it there costs less than to look.
func (e *Engine) checkForm(token string) error {
	if len(token) <= e.config.MaxTokenBytes && e.memory.has(fingerprintOf(accessTokenKind, token)) {
		return nil
	}
	_, err := jws.Parse(token, e.config.MaxTokenBytes)
	return err
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
