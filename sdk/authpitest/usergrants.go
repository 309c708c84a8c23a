package authpitest

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"

	"github.com/arbfay/authpi-go/internal/mint"
)

// exchangeCodeLocked exchanges an authorization code (RFC 6749, section 4.1.3).
func (i *Issuer) exchangeCodeLocked(by caller, form params) (mint.Object, *refusal) {
	if form.get("code") == "" {
		return nil, refuse("invalid_request", "want code")
	}
	found, known := i.codes[form.get("code")]
	if !known || found.grant.clientID != by.ID {
		return nil, refuse("invalid_grant", "the code is unknown")
	}
	if found.used {
		// One of the two requests comes from a thief (section 4.1.2).
		found.grant.revoked = true
		return nil, refuse("invalid_grant", "the code was used before")
	}
	// A code allows one attempt, so that a thief cannot guess the verifier.
	found.used = true
	resources, refused := i.checkCode(found, form)
	if refused != nil {
		return nil, refused
	}
	if refused := i.checkGrantLocked(found.grant); refused != nil {
		return nil, refused
	}
	return i.issueLocked(by, found.grant, found.grant.scopes, resources, found.nonce), nil
}

// checkCode compares the token request with the authorization request.
func (i *Issuer) checkCode(found *code, form params) (resources []string, refused *refusal) {
	switch {
	case !i.Now().Before(found.expires):
		return nil, refuse("invalid_grant", "the code has expired")
	case form.get("redirect_uri") != found.redirectURI:
		return nil, refuse("invalid_grant", "redirect_uri differs from the authorization request's")
	case !provesPossession(found.challenge, form.get("code_verifier")):
		return nil, refuse("invalid_grant", "code_verifier does not match the challenge")
	}
	return resourcesOf(form, found.grant)
}

// provesPossession compares a verifier with its challenge (RFC 7636, section 4.6). It
// rejects a verifier without a challenge, because an attacker may have removed the
// challenge (RFC 9700, section 2.1.1).
func provesPossession(challenge, verifier string) bool {
	if challenge == "" {
		return verifier == ""
	}
	foreign := func(r rune) bool { return !strings.ContainsRune(unreserved, r) }
	if len(verifier) < 43 || len(verifier) > 128 || strings.ContainsFunc(verifier, foreign) {
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	computed := base64.RawURLEncoding.EncodeToString(sum[:])
	return subtle.ConstantTimeCompare([]byte(computed), []byte(challenge)) == 1
}

// unreserved lists the characters of a verifier (RFC 7636, section 4.1).
const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

// refreshLocked redeems a refresh token (RFC 6749, section 6) and rotates it: each works
// once, and reuse revokes its family (RFC 9700, section 4.14.2).
func (i *Issuer) refreshLocked(by caller, form params) (mint.Object, *refusal) {
	if form.get("refresh_token") == "" {
		return nil, refuse("invalid_request", "want refresh_token")
	}
	found, known := i.refresh[form.get("refresh_token")]
	if !known || found.grant.clientID != by.ID {
		return nil, refuse("invalid_grant", "the refresh token is unknown")
	}
	if found.used {
		found.grant.revoked = true
		return nil, refuse("invalid_grant", "the refresh token was used before")
	}
	if refused := i.checkGrantLocked(found.grant); refused != nil {
		return nil, refused
	}
	if !i.Now().Before(found.expires) {
		return nil, refuse("invalid_grant", "the refresh token has expired")
	}
	scopes := form.words("scope")
	if len(scopes) == 0 {
		scopes = found.grant.scopes
	}
	if !within(scopes, found.grant.scopes) {
		return nil, refuse("invalid_scope", "more scopes than were granted")
	}
	resources, refused := resourcesOf(form, found.grant)
	if refused != nil {
		return nil, refused
	}
	found.used = true
	found.grant.session.lastUsed = i.Now()
	return i.issueLocked(by, found.grant, scopes, resources, ""), nil
}

// checkGrantLocked returns a refusal if the grant may no longer get tokens.
func (i *Issuer) checkGrantLocked(g *grant) *refusal {
	switch {
	case i.blocked[g.userID]:
		return refuse("user_blocked", "the user is blocked")
	case g.revoked || g.session.ended:
		return refuse("invalid_grant", "the grant was revoked")
	case i.pastLimits(g.session):
		return refuse("session_expired", "the session has expired")
	}
	return nil
}

// resourcesOf returns the resources of a token request: all of the authorization
// request's, or the subset that it names (RFC 8707, section 2.2).
func resourcesOf(form params, g *grant) ([]string, *refusal) {
	asked, refused := form.resources(nil)
	switch {
	case refused != nil:
		return nil, refused
	case len(asked) == 0:
		return g.resources, nil
	case !within(asked, g.resources):
		return nil, refuse("invalid_target", "a resource that the authorization request did not name")
	}
	return asked, nil
}

// memberships returns the organizations in the tokens of a grant. If the login requested
// one organization, it returns only that one, or none if the user has left it.
func (g *grant) memberships(user User) []Organization {
	if g.org == "" {
		return append([]Organization{}, user.Organizations...)
	}
	if organization, member := user.organization(g.org); member {
		return []Organization{organization}
	}
	return []Organization{}
}
