package engine

import (
	"context"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// ClientCredentials gets a token for the client itself.
func (e *Engine) ClientCredentials(ctx context.Context, opts *authpi.ClientCredentialsOptions) (*authpi.Agent, error) {
	ctx, span := e.begin(ctx, "client_credentials")
	agent, f := e.machine(ctx, orZero(opts))
	if f != nil {
		return nil, span.end(f)
	}
	return agent, span.end(nil)
}

func (e *Engine) machine(ctx context.Context, o authpi.ClientCredentialsOptions) (*authpi.Agent, *failure) {
	resources := orList(o.Resources, e.config.Resources)
	if e.config.ClientSecret.IsZero() {
		return nil, misconfigured("missing_client_secret", "set ClientSecret: client credentials are for confidential clients")
	}
	if f := checkResources(resources); f != nil {
		return nil, f
	}
	set, f := e.prepare(ctx)
	if f != nil {
		return nil, f
	}
	response, err := e.tokenClientCredentials(ctx, tokenClientCredentialsParams{Scopes: o.Scopes, Resources: resources})
	received := e.now()
	if err == nil {
		err = checkTokenResponse(response)
	}
	if err != nil {
		return nil, asFailure(ctx, err)
	}
	tokens := tokenSet(response, received, o.Scopes, resources)
	// RFC 6749, section 4.4.3: a refresh token is not for this grant, nor does an ID token speak for a machine.
	tokens.RefreshToken, tokens.IDToken = authpi.Secret{}, authpi.Secret{}
	tokens.Grant = machineGrant
	s := &session{tokens: tokens, subject: e.config.ClientID, expires: tokens.ExpiresAt}
	if looksLikeAccessToken(tokens.AccessToken.Reveal()) {
		if s, f = e.verifyMachine(ctx, s, set, fromIssuer); f != nil {
			return nil, f
		}
		tokens.ExpiresAt = s.expires
		if response.Scope == nil && s.access.claims.Scope != "" {
			tokens.Scope = s.access.claims.Scope
		}
	}
	return e.agent(s), nil
}
