package engine

import (
	"context"
	"slices"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/pkce"
)

// recordVersion is the version of the form in which a login is stored.
const recordVersion = 1

// CreateAuthorizationURL starts a login. It does no I/O.
func (e *Engine) CreateAuthorizationURL(
	scopes []string, opts *authpi.CreateAuthorizationURLOptions,
) (*authpi.AuthorizationURL, error) {
	_, span := e.begin(context.Background(), "create_authorization_url")
	login, err := e.startLogin(scopes, orZero(opts))
	if err != nil {
		return nil, span.end(err)
	}
	return login, span.end(nil)
}

func (e *Engine) startLogin(scopes []string, o authpi.CreateAuthorizationURLOptions) (*authpi.AuthorizationURL, error) {
	login := &authpi.AuthorizationURL{
		Version: recordVersion, State: o.State, Nonce: o.Nonce, Issuer: e.issuer, ClientID: e.config.ClientID,
		RedirectURI: or(o.RedirectURI, e.config.RedirectURI), Scopes: slices.Clone(scopes), Org: o.Org,
		Resources: slices.Clone(orList(o.Resources, e.config.Resources)), ACRValues: slices.Clone(o.ACRValues),
		CreatedAt: e.now(),
	}
	if o.MaxAge != nil {
		maxAge := *o.MaxAge
		login.MaxAge = &maxAge
	}
	if f := checkLogin(login); f != nil {
		return nil, f
	}
	challenge, f := e.drawSecrets(login)
	if f != nil {
		return nil, f
	}
	if login.AuthorizationEndpoint, f = e.endpointNow(endpointAuthorization); f != nil {
		return nil, f
	}
	var err error
	login.URL, err = e.authorizeRequest(authorizeRequestParams{
		RedirectURI: login.RedirectURI, Scopes: scopes, State: login.State, Nonce: login.Nonce, CodeChallenge: challenge,
		Org: o.Org, Resources: login.Resources, Prompt: o.Prompt, MaxAge: o.MaxAge, ACRValues: o.ACRValues,
		LoginHint: o.LoginHint, UILocales: o.UILocales, ResponseMode: o.ResponseMode, Extra: o.Extra,
	})
	return login, err
}

// checkLogin finds what in a login can never work.
func checkLogin(login *authpi.AuthorizationURL) *failure {
	switch {
	case login.RedirectURI == "":
		return misconfigured("missing_redirect_uri", "set Config.RedirectURI, or name one in the call")
	case len(login.Scopes) == 0 || slices.Contains(login.Scopes, ""):
		return misconfigured("invalid_argument", `name the scopes to ask for, such as "openid"`)
	case login.MaxAge != nil && *login.MaxAge < 0:
		return misconfigured("invalid_argument", "MaxAge must not be negative")
	}
	return checkResources(login.Resources)
}

// drawSecrets draws what ties the callback to the login, and returns the challenge that the code verifier answers.
func (e *Engine) drawSecrets(login *authpi.AuthorizationURL) (challenge string, f *failure) {
	verifier, err := pkce.NewVerifier(e.config.Entropy)
	if err == nil && login.State == "" {
		login.State, err = pkce.NewState(e.config.Entropy)
	}
	if err == nil && login.Nonce == "" {
		login.Nonce, err = pkce.NewState(e.config.Entropy)
	}
	if err != nil {
		f := failed("entropy_unavailable", "the source of random bytes failed")
		f.cause = err
		return "", f
	}
	login.CodeVerifier = authpi.NewSecret(verifier)
	return pkce.Challenge(verifier), nil
}
