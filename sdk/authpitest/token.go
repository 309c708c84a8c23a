package authpitest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/internal/mint"
)

// serveToken serves POST /token.
func (i *Issuer) serveToken(w http.ResponseWriter, r *http.Request) {
	form, refused := readForm(r)
	if refused != nil {
		i.write(w, refused, "Basic")
		return
	}
	i.mu.Lock()
	response, refused := i.tokenLocked(r, form)
	i.mu.Unlock()
	if refused != nil {
		i.write(w, refused, "Basic")
		return
	}
	writeJSON(w, http.StatusOK, response)
}

func (i *Issuer) tokenLocked(r *http.Request, form params) (mint.Object, *refusal) {
	by, refused := i.authenticateLocked(r, form)
	if refused != nil {
		return nil, refused
	}
	switch form.get("grant_type") {
	case "authorization_code":
		return i.exchangeCodeLocked(by, form)
	case "refresh_token":
		return i.refreshLocked(by, form)
	case "client_credentials":
		return i.clientCredentialsLocked(by, form)
	case "":
		return nil, refuse("invalid_request", "want grant_type")
	default:
		return nil, refuse("unsupported_grant_type", "this grant is not supported")
	}
}

// issueLocked issues the tokens of a user's grant: an access token for these scopes and
// resources, a refresh token for the whole grant and, with the scope openid, an ID token.
func (i *Issuer) issueLocked(by caller, g *grant, scopes, resources []string, nonce string) mint.Object {
	user := i.users[g.userID]
	now := i.Now()
	access := i.accessTokenLocked(issuance{
		by: by.Client, subject: user.ID, kind: "identity", scopes: scopes, resources: resources,
		grant: g, organizations: g.memberships(user), authTime: now,
	})
	refresh := i.refreshTokenLocked(by.Client, g)
	response := mint.NewObject(
		"access_token", access,
		"token_type", "Bearer",
		"expires_in", int64(by.accessLifetime().Seconds()),
		"refresh_token", refresh,
	)
	if slices.Contains(scopes, "openid") {
		response = response.Add("id_token", i.idTokenLocked(by.Client, g, idDetails{access, nonce, scopes}))
	}
	return response.Add("scope", strings.Join(scopes, " "))
}

// clientCredentialsLocked issues an access token without a refresh token (RFC 6749,
// section 4.4).
func (i *Issuer) clientCredentialsLocked(by caller, form params) (mint.Object, *refusal) {
	if by.Secret == "" {
		return nil, refuse("unauthorized_client", "a public client has no credentials")
	}
	scopes := form.words("scope")
	if refused := checkScopes(scopes); refused != nil {
		return nil, refused
	}
	if len(scopes) == 0 {
		scopes = by.Scopes
	}
	if by.Scopes != nil && !within(scopes, by.Scopes) {
		return nil, refuse("invalid_scope", "the client may not have all of these scopes")
	}
	resources, refused := form.resources(by.Resources)
	if refused != nil {
		return nil, refused
	}
	issued := issuance{by: by.Client, subject: by.ID, scopes: scopes, resources: resources, authTime: i.Now()}
	if by.agent != nil {
		issued.kind, issued.organizations = "agent", by.agent.Organizations
	}
	return mint.NewObject(
		"access_token", i.accessTokenLocked(issued),
		"token_type", "Bearer",
		"expires_in", int64(by.accessLifetime().Seconds()),
		"scope", strings.Join(scopes, " "),
	), nil
}
