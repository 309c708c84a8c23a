package engine

import (
	"context"
	"strings"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/idtoken"
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

// exchange sends a code, once, and verifies what comes back. Keys are loaded before: a code that was sent is spent.
func (e *Engine) exchange(ctx context.Context, x exchange) (*authpi.Agent, *failure) {
	switch {
	case x.code.IsZero():
		return nil, misconfigured("invalid_argument", "pass the authorization code")
	case x.verifier.IsZero():
		return nil, misconfigured("invalid_argument", "pass the code verifier of the login")
	case x.redirectURI == "":
		return nil, misconfigured("missing_redirect_uri", "set Config.RedirectURI, or name one in the call")
	}
	set, f := e.prepare(ctx)
	if f != nil {
		return nil, f
	}
	response, err := e.tokenCode(ctx, tokenCodeParams{
		Code: x.code, RedirectURI: x.redirectURI, CodeVerifier: x.verifier, Resources: x.resources,
	})
	received := e.now()
	if err != nil {
		return nil, asFailure(ctx, err)
	}
	if response.IDToken.IsZero() {
		return nil, unparsable("id_token_missing", "the answer has no ID token; ask for the scope openid", "")
	}
	policy := e.idPolicy()
	policy.MaxAge, policy.ACRValues = x.maxAge, x.acrValues
	if x.nonce != "" {
		policy.Nonce, policy.NonceRule = x.nonce, idtoken.NonceRequired
	}
	policy.AccessToken = response.AccessToken.Reveal()
	id, err := e.verifyIDToken(ctx, response.IDToken, set, fromIssuer, policy)
	if err != nil {
		return nil, idTokenFailure(err)
	}
	s := &session{tokens: tokenSet(response, received, x.scopes, x.resources), id: id, subject: id.claims.Subject}
	s.access = e.ownAccessToken(ctx, response.AccessToken, s.subject, set, fromIssuer)
	s.setExpiry(received)
	s.tokens.Org = x.org
	if f := checkOrganization(id, x.org); f != nil {
		f.base.Source = authpi.ErrorSourceAuthorization
		return nil, f
	}
	return e.agent(s), nil
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
