package authpitest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/arbfay/authpi-go/internal/mint"
)

// accessToken is the issuer's record of an access token.
type accessToken struct {
	clientID, subject string
	grant             *grant // nil for a machine's token
	scopes            []string
	claims            mint.Object
	expires           time.Time
	revoked           bool
}

// refreshToken is the issuer's record of a refresh token.
type refreshToken struct {
	grant   *grant
	claims  mint.Object
	expires time.Time
	used    bool
}

// issuance describes an access token to issue.
type issuance struct {
	by                Client
	subject, kind     string // kind is dat.type; empty for a client
	scopes, resources []string
	grant             *grant
	organizations     []Organization // nil leaves the claim out
	authTime          time.Time
}

// accessTokenLocked issues an access token (RFC 9068). As at AuthPI, its auth_time is the
// time of issue; the ID token has the time of the login.
func (i *Issuer) accessTokenLocked(about issuance) string {
	now := i.Now()
	expires := now.Add(about.by.accessLifetime())
	claims := mint.NewObject(
		"iss", i.url,
		"sub", about.subject,
		"aud", audience(about.resources, about.by.ID),
		"exp", expires.Unix(),
		"iat", now.Unix(),
		"auth_time", about.authTime.Unix(),
		"jti", randomTokenID(),
	)
	if about.grant != nil {
		claims = claims.Add("sid", about.grant.sid)
	}
	claims = claims.Add("client_id", about.by.ID)
	if about.kind != "" {
		claims = claims.Add("dat", mint.NewObject("type", about.kind))
	}
	claims = claims.Add("scope", strings.Join(about.scopes, " "))
	if about.organizations != nil {
		claims = claims.Add("organizations", membershipClaim(about.organizations))
	}
	token := i.keys.signer(about.by.SigningAlgorithm).Token("at+jwt", claims)
	i.access[token] = &accessToken{
		clientID: about.by.ID, subject: about.subject, grant: about.grant,
		scopes: about.scopes, claims: claims, expires: expires,
	}
	return token
}

// refreshTokenLocked issues a refresh token: a JWT without typ. It has no memberships,
// because each refresh reads them again.
func (i *Issuer) refreshTokenLocked(by Client, g *grant) string {
	now := i.Now()
	expires := now.Add(by.refreshLifetime())
	claims := mint.NewObject(
		"iss", i.url,
		"sub", g.userID,
		"aud", by.ID,
		"exp", expires.Unix(),
		"iat", now.Unix(),
		"jti", randomTokenID(),
		"sid", g.sid,
		"client_id", by.ID,
		"scope", strings.Join(g.scopes, " "),
	)
	if g.org != "" {
		claims = claims.Add("org_id", g.org)
	}
	token := i.keys.signer(by.SigningAlgorithm).Token("", claims)
	i.refresh[token] = &refreshToken{grant: g, claims: claims, expires: expires}
	return token
}

// idDetails holds the contents of an ID token that are not in its grant.
type idDetails struct {
	accessToken, nonce string
	scopes             []string
}

// idTokenLocked issues an ID token (OpenID Connect Core 1.0, section 2). After a refresh
// it has no nonce, and keeps the auth_time of the login (section 12.2).
func (i *Issuer) idTokenLocked(by Client, g *grant, details idDetails) string {
	now := i.Now()
	key := i.keys.signer(by.SigningAlgorithm)
	user := i.users[g.userID]
	claims := mint.NewObject(
		"iss", i.url,
		"sub", g.userID,
		"aud", by.ID,
		"exp", now.Add(by.accessLifetime()).Unix(),
		"iat", now.Unix(),
		"auth_time", g.authTime.Unix(),
	)
	if details.nonce != "" {
		claims = claims.Add("nonce", details.nonce)
	}
	if g.acr != "" {
		claims = claims.Add("acr", g.acr)
	}
	claims = claims.Add("at_hash", mint.AccessTokenHash(key.Algorithm, details.accessToken)).Add("sid", g.sid)
	claims = append(claims, user.standardClaims(details.scopes)...)
	claims = claims.Add("organizations", membershipClaim(g.memberships(user)))
	token := key.Token("", claims)
	i.idTokens[token] = g
	return token
}

// audience returns the aud claim: the resources, or the client ID if there are none. A
// single value is a string.
func audience(resources []string, clientID string) any {
	switch len(resources) {
	case 0:
		return clientID
	case 1:
		return resources[0]
	default:
		return resources
	}
}

// membershipClaim returns the organizations claim. JoinedAt is in seconds; AuthPI's other
// API uses milliseconds.
func membershipClaim(organizations []Organization) []mint.Object {
	claim := make([]mint.Object, 0, len(organizations))
	for _, organization := range organizations {
		var title any
		if organization.Title != "" {
			title = organization.Title
		}
		joined := organization.JoinedAt
		if joined.IsZero() {
			joined = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)
		}
		claim = append(claim, mint.NewObject(
			"id", organization.ID,
			"title", title,
			"scopes", append([]string{}, organization.Scopes...),
			"joined_at", joined.Unix(),
		))
	}
	return claim
}

// scopeOf returns the scope of a standard claim that AuthPI supports (OpenID Connect Core
// 1.0, section 5.4), and "" for a custom claim.
func scopeOf(claim string) string {
	switch claim {
	case "name", "given_name", "family_name", "picture", "locale":
		return "profile"
	case "email", "email_verified":
		return "email"
	case "phone_number", "phone_number_verified":
		return "phone"
	case "address":
		return "address"
	}
	return ""
}

// standardClaims returns the claims for these scopes.
func (u User) standardClaims(scopes []string) mint.Object {
	var claims mint.Object
	if u.Name != "" && slices.Contains(scopes, "profile") {
		claims = claims.Add("name", u.Name)
	}
	if u.Email != "" && slices.Contains(scopes, "email") {
		claims = claims.Add("email", u.Email).Add("email_verified", u.EmailVerified)
	}
	for _, name := range slices.Sorted(maps.Keys(u.Claims)) {
		_, told := claims.Get(name)
		if scope := scopeOf(name); scope != "" && !told && slices.Contains(scopes, scope) {
			claims = claims.Add(name, u.Claims[name])
		}
	}
	return claims
}

// customClaims returns the claims that do not depend on a scope, without those of the
// protocol.
func (u User) customClaims() mint.Object {
	var claims mint.Object
	for _, name := range slices.Sorted(maps.Keys(u.Claims)) {
		if scopeOf(name) == "" && name != "sub" && name != "organizations" {
			claims = claims.Add(name, u.Claims[name])
		}
	}
	return claims
}
