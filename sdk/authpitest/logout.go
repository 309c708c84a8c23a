package authpitest

import (
	"io"
	"net/http"
	"slices"
	"strings"
)

// serveLogout serves /logout (OpenID Connect RP-Initiated Logout 1.0). A POST may have
// its parameters in the form or, as at AuthPI, in the query.
func (i *Issuer) serveLogout(w http.ResponseWriter, r *http.Request) {
	raw := r.URL.RawQuery
	if body, err := io.ReadAll(r.Body); err == nil && len(body) > 0 && isForm(r) {
		raw = strings.Trim(raw+"&"+string(body), "&")
	}
	p, refused := parseParams(raw)
	if refused == nil {
		refused = p.refuseDoubled()
	}
	if refused == nil {
		i.mu.Lock()
		refused = i.logoutLocked(p)
		i.mu.Unlock()
	}
	if refused != nil {
		i.showRefusal(w, refused)
		return
	}
	i.setCookie(w, "", -1)
	target := p.get("post_logout_redirect_uri")
	if target == "" {
		showPage(w, http.StatusOK, messagePage, map[string]any{"Title": "Logged out", "Message": "Goodbye."})
		return
	}
	if state := p.values["state"]; len(state) == 1 && state[0] != "" {
		separator := "?"
		if strings.Contains(target, "?") {
			separator = "&"
		}
		target += separator + p.only("state").Encode()
	}
	noStore(w)
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// logoutLocked ends the session of the hint, which may be expired (section 4).
func (i *Issuer) logoutLocked(p params) *refusal {
	g, known := i.idTokens[p.get("id_token_hint")]
	switch {
	case p.get("id_token_hint") == "":
		return refuse("invalid_request", "want id_token_hint")
	case !known:
		return refuse("invalid_request", "id_token_hint is not an ID token of this issuer")
	case p.get("client_id") != "" && p.get("client_id") != g.clientID:
		return refuse("invalid_request", "client_id differs from the hint's")
	}
	target := p.get("post_logout_redirect_uri")
	if target != "" && !slices.Contains(i.clients[g.clientID].LogoutRedirectURIs, target) {
		return refuse("invalid_request", "post_logout_redirect_uri is not registered")
	}
	g.session.ended = true // ends the grants of all clients in this browser
	return nil
}
