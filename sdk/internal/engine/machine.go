package engine

import (
	"context"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/jwks"
)

// ClientCredentials gets a token for the client itself.
func (e *Engine) ClientCredentials(ctx context.Context, opts *authpi.ClientCredentialsOptions) (*authpi.Agent, error) {
	ctx, span := e.begin(ctx, "client_credentials")
	agent, f := e.machine(ctx, orZero(opts))
	if f != nil {
		return nil, span.end(f.of(machineGrant))
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
	if err != nil {
		return nil, asFailure(ctx, err)
	}
	tokens := tokenSet(response, received, o.Scopes, resources)
	// RFC 6749, section 4.4.3: a refresh token is not for this grant, nor does an ID token speak for a machine.
	tokens.RefreshToken, tokens.IDToken = authpi.Secret{}, authpi.Secret{}
	tokens.Grant = machineGrant
	s := e.machineSession(tokens)
	if looksLikeAccessToken(tokens.AccessToken.Reveal()) {
		if s, f = e.verifyMachine(ctx, s, set, fromIssuer); f != nil {
			return nil, f
		}
		if response.Scope == nil && s.access.claims.Scope != "" {
			tokens.Scope = s.access.claims.Scope
		}
	}
	s.setExpiry(received)
	return e.agent(s), nil
}

func (e *Engine) machineSession(tokens *authpi.TokenSet) *session {
	return &session{tokens: tokens, subject: e.config.ClientID, expires: tokens.ExpiresAt, machine: true}
}

// readMachineSession verifies the token set of a client that acts for itself. For any other set it returns neither a session
// nor a failure.
func (e *Engine) readMachineSession(ctx context.Context, tokens *authpi.TokenSet) (*session, *failure) {
	marked := tokens.Grant == machineGrant
	if !marked && !e.unmarkedMachine(tokens) {
		return nil, nil
	}
	if tokens.AccessToken.IsZero() {
		return nil, unparsable("token_set_malformed",
			"the token set has no access token; call ClientCredentials again", "").of(machineGrant)
	}
	s := e.machineSession(tokens)
	if !looksLikeAccessToken(tokens.AccessToken.Reveal()) {
		if _, isJWT := jwtType(tokens.AccessToken.Reveal()); isJWT && !marked {
			return nil, nil // a JWT of another type is not verified here, and may be a user's
		}
		return s, nil
	}
	set, f := e.prepare(ctx)
	if f != nil {
		return nil, f.of(machineGrant)
	}
	s, f = e.verifyMachine(ctx, s, set, fromCaller)
	wrong := f != nil && f.is("invalid_token")
	switch {
	case !marked && (wrong || f == nil && !s.ownAccount()):
		return nil, nil
	case wrong:
		f = f.advising("call ClientCredentials again")
	}
	return s, f.of(machineGrant)
}

// unmarkedMachine reports whether a set without a grant has the form in which 0.2.0 and 1.1.2 stored a machine's. Every set of
// a user has one of the other members.
func (e *Engine) unmarkedMachine(tokens *authpi.TokenSet) bool {
	if !tokens.IDToken.IsZero() || !tokens.RefreshToken.IsZero() || tokens.Grant != "" {
		return false
	}
	_, user := tokens.Extra("subject_hint")
	return !user && !tokens.AccessToken.IsZero() && !e.config.ClientSecret.IsZero()
}

// isMachine reports whether an agent has the token set of a client that acts for itself.
func (e *Engine) isMachine(agent *authpi.Agent) bool {
	tokens := agent.Tokens()
	return tokens != nil && (tokens.Grant == machineGrant || e.unmarkedMachine(tokens) && !personal(agent.Type()))
}

// ownAccount reports whether a verified access token is a client's or an agent's own.
func (s *session) ownAccount() bool {
	kind := principalType(s.access.claims.PrincipalType, s.subject)
	return kind == authpi.PrincipalTypeClient || kind == authpi.PrincipalTypeAgent
}

// verifyMachine fills in a machine's session from its access token, which must be right if it is a JWT at all.
func (e *Engine) verifyMachine(ctx context.Context, s *session, set *jwks.Set, from origin) (*session, *failure) {
	v, err := e.verifySignature(ctx, accessTokenKind, s.tokens.AccessToken.Reveal(), set, from)
	if err != nil {
		return nil, accessTokenFailure(err)
	}
	var audiences []string // unchecked where no resource was asked for
	if len(s.tokens.Resources) > 0 {
		audiences = s.tokens.Resources
	}
	err = v.checkOwnAccess(e.accessPolicy(audiences), e.config.ClientID)
	if outlived(err) && from == fromIssuer {
		return nil, unparsable("invalid_token", err.Error(), "exp")
	}
	if err != nil && !outlived(err) {
		return nil, accessTokenFailure(err)
	}
	if personal(principalType(v.claims.PrincipalType, v.claims.Subject)) {
		return nil, unparsable("invalid_token", "the access token is a person's; a machine's token set needs a token of its own", "sub")
	}
	s.access, s.subject = v, v.claims.Subject
	s.expires = s.expiry()
	return s, nil
}
