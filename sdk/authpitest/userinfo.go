package authpitest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/internal/mint"
)

// serveUserInfo serves /userinfo (OpenID Connect Core 1.0, section 5.3) with the user's
// current data and memberships.
func (i *Issuer) serveUserInfo(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	claims, refused := i.userInfoLocked(r)
	i.mu.Unlock()
	if refused != nil {
		i.write(w, refused, "Bearer")
		return
	}
	writeJSON(w, http.StatusOK, claims)
}

func (i *Issuer) userInfoLocked(r *http.Request) (mint.Object, *refusal) {
	token, refused := i.readBearer(r)
	if refused != nil {
		return nil, refused
	}
	found, known := i.access[token]
	if !known || !i.validLocked(found) || found.grant == nil {
		return nil, i.challenge(refuse("invalid_token", "the access token is not valid here"), "")
	}
	if !slices.Contains(found.scopes, "openid") {
		return nil, i.challenge(refuse("insufficient_scope", "want the scope openid"), "openid")
	}
	user := i.users[found.subject]
	claims := mint.NewObject("sub", user.ID)
	claims = append(claims, user.standardClaims(found.scopes)...)
	claims = claims.Add("organizations", membershipClaim(found.grant.memberships(user)))
	return append(claims, user.customClaims()...), nil
}

// readBearer accepts a token only in the Authorization header. A token in the query would
// end up in logs (RFC 6750, section 2.3), and a request may have only one token (section
// 2).
func (i *Issuer) readBearer(r *http.Request) (string, *refusal) {
	headers := r.Header.Values("Authorization")
	_ = r.ParseForm() // malformed parameters cannot be tokens
	if r.Form.Has("access_token") || len(headers) > 1 {
		return "", i.challenge(refuse("invalid_request", "the access token belongs in one Authorization header"), "")
	}
	if len(headers) == 0 {
		// The challenge has no error code, because the request has no token (RFC 6750,
		// section 3.1).
		return "", refuse("invalid_token", "no access token")
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", refuse("invalid_token", "want the Bearer scheme")
	}
	return token, nil
}

// challenge adds the WWW-Authenticate header of RFC 6750, section 3.
func (i *Issuer) challenge(refused *refusal, scope string) *refusal {
	refused.challenge = `Bearer realm="` + i.url + `", error="` + refused.code +
		`", error_description="` + refused.description + `"`
	if scope != "" {
		refused.challenge += `, scope="` + scope + `"`
	}
	return refused
}

// validLocked reports whether an access token is valid. It ignores the session: AuthPI's
// access tokens stay valid after a logout, until they expire.
func (i *Issuer) validLocked(token *accessToken) bool {
	revoked := token.revoked || token.grant != nil && token.grant.revoked
	return !revoked && i.Now().Before(token.expires)
}
