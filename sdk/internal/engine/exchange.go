package engine

import (
	"context"
	"strings"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/idtoken"
	"github.com/arbfay/authpi-go/sdk/internal/jwks"
)

// exchange is what an authorization code is exchanged with, and what the ID token must answer to.
type exchange struct {
	code, verifier authpi.Secret
	redirectURI    string
	nonce          string // empty: unchecked
	scopes         []string
	resources      []string
	maxAge         *time.Duration
	acrValues      []string
	org            string
}

// ExchangeCode exchanges an authorization code whose callback the caller has checked.
func (e *Engine) ExchangeCode(
	ctx context.Context, code, codeVerifier authpi.Secret, opts *authpi.ExchangeCodeOptions,
) (*authpi.Agent, error) {
	ctx, span := e.begin(ctx, "exchange_code")
	o := orZero(opts)
	agent, f := e.exchange(ctx, exchange{
		code: code, verifier: codeVerifier, redirectURI: or(o.RedirectURI, e.config.RedirectURI), nonce: o.Nonce,
		resources: e.config.Resources,
	})
	if f != nil {
		return nil, span.end(f)
	}
	return agent, span.end(nil)
}

// exchange returns the agent of a code, which is sent once however many callers bring it.
func (e *Engine) exchange(ctx context.Context, x exchange) (*authpi.Agent, *failure) {
	switch {
	case x.code.IsZero():
		return nil, misconfigured("invalid_argument", "pass the authorization code")
	case x.verifier.IsZero():
		return nil, misconfigured("invalid_argument", "pass the code verifier of the login")
	case x.redirectURI == "":
		return nil, misconfigured("missing_redirect_uri", "set Config.RedirectURI, or name one in the call")
	}
	o, f := e.shareExchange(ctx, x)
	if f != nil {
		return nil, f
	}
	s, f := e.loggedIn(x, o)
	if f != nil {
		return nil, f.of(codeGrant)
	}
	return e.agent(s), nil
}

// sendCode sends a code and verifies the response. What one login asked for, such as its nonce, is not checked here.
func (e *Engine) sendCode(ctx context.Context, x exchange, set *jwks.Set) (*redeemed, *failure) {
	response, err := e.tokenCode(ctx, tokenCodeParams{
		Code: x.code, RedirectURI: x.redirectURI, CodeVerifier: x.verifier, Resources: x.resources,
	})
	o := &redeemed{response: response, received: e.now(), verified: true}
	if err != nil {
		return nil, asFailure(ctx, err)
	}
	if response.IDToken.IsZero() {
		return nil, unparsable("id_token_missing", "the answer has no ID token; ask for the scope openid", "").of(codeGrant)
	}
	policy := e.idPolicy()
	policy.Now = o.received
	policy.AccessToken = response.AccessToken.Reveal()
	o.id, err = e.verifyIDToken(ctx, response.IDToken, set, fromIssuer, policy)
	if err != nil {
		return nil, idTokenFailure(err).of(codeGrant)
	}
	o.access = e.ownAccessToken(ctx, response.AccessToken, o.id.claims.Subject, set, fromIssuer)
	return o, nil
}

// loggedIn returns the session that a login has by an exchange, if the ID token answers to that login.
func (e *Engine) loggedIn(x exchange, o *redeemed) (*session, *failure) {
	policy := e.idPolicy()
	policy.Now = o.received // the tokens do not grow old between two callers
	policy.MaxAge, policy.ACRValues = x.maxAge, x.acrValues
	if x.nonce != "" {
		policy.Nonce, policy.NonceRule = x.nonce, idtoken.NonceRequired
	}
	if err := o.id.claims.CheckIDToken(o.id.header, policy); err != nil {
		return nil, idTokenFailure(err)
	}
	s := &session{
		tokens: tokenSet(o.response, o.received, x.scopes, x.resources), id: o.id, access: o.access, subject: o.id.claims.Subject,
	}
	s.setExpiry(o.received)
	s.tokens.Org = x.org
	if f := checkOrganization(o.id, x.org); f != nil {
		f.base.Source = authpi.ErrorSourceAuthorization
		return nil, f
	}
	return s, nil
}

// checkOrganization refuses an ID token that names another organization than the login asked for. No organization grants
// nothing.
func checkOrganization(id *verified, org string) *failure {
	if org == "" {
		return nil
	}
	named := id.claims.OrganizationID != "" && id.claims.OrganizationID != org
	for _, o := range id.organizations {
		named = named || o.ID != org
	}
	if named {
		f := failed("organization_mismatch", "the ID token names another organization than the login asked for")
		f.grave = true
		return f
	}
	return nil
}

// tokenSet returns the storage form of a token response. An absent scope means the scopes asked for.
func tokenSet(response *tokenResponse, received time.Time, scopes, resources []string) *authpi.TokenSet {
	tokens := &authpi.TokenSet{
		AccessToken: response.AccessToken, TokenType: response.tokenType(), RefreshToken: response.RefreshToken,
		IDToken: response.IDToken, Scope: strings.Join(scopes, " "), Resources: resources,
		ExpiresAt: expiresAt(received, response.ExpiresIn),
	}
	if response.Scope != nil {
		tokens.Scope = *response.Scope
	}
	return tokens
}
