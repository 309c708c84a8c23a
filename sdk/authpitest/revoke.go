package authpitest

import (
	"net/http"

	"github.com/arbfay/authpi-go/internal/mint"
)

// serveRevoke serves POST /revoke (RFC 7009). It ignores the hint and looks among all
// tokens (section 2.1).
func (i *Issuer) serveRevoke(w http.ResponseWriter, r *http.Request) {
	form, refused := readForm(r)
	if refused == nil {
		i.mu.Lock()
		refused = i.revokeTokenLocked(r, form)
		i.mu.Unlock()
	}
	if refused != nil {
		i.write(w, refused, "Basic")
		return
	}
	noStore(w)
	w.WriteHeader(http.StatusOK)
}

func (i *Issuer) revokeTokenLocked(r *http.Request, form params) *refusal {
	by, refused := i.authenticateLocked(r, form)
	if refused != nil {
		return refused
	}
	token := form.get("token")
	if token == "" {
		return refuse("invalid_request", "want token")
	}
	if found, known := i.refresh[token]; known {
		if found.grant.clientID != by.ID {
			return refuse("invalid_grant", "the token was issued to another client")
		}
		found.grant.revoked = true // revokes its access tokens too (section 2.1)
		return nil
	}
	if found, known := i.access[token]; known {
		if found.clientID != by.ID {
			return refuse("invalid_grant", "the token was issued to another client")
		}
		found.revoked = true
	}
	return nil // an unknown token is not an error (section 2.2)
}

// serveIntrospect serves POST /introspect (RFC 7662) for clients with a secret.
func (i *Issuer) serveIntrospect(w http.ResponseWriter, r *http.Request) {
	form, refused := readForm(r)
	var answer mint.Object
	if refused == nil {
		i.mu.Lock()
		answer, refused = i.introspectLocked(r, form)
		i.mu.Unlock()
	}
	if refused != nil {
		i.write(w, refused, "Basic")
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

func (i *Issuer) introspectLocked(r *http.Request, form params) (mint.Object, *refusal) {
	by, refused := i.authenticateLocked(r, form)
	if refused != nil {
		return nil, refused
	}
	if by.Secret == "" {
		return nil, refuse("invalid_client", "a public client may not introspect")
	}
	token := form.get("token")
	if token == "" {
		return nil, refuse("invalid_request", "want token")
	}
	active := mint.NewObject("active", true)
	if found, known := i.access[token]; known && found.clientID == by.ID && i.validLocked(found) {
		return append(active.Add("token_type", "Bearer"), found.claims...), nil
	}
	if found, known := i.refresh[token]; known && found.grant.clientID == by.ID &&
		!found.used && i.Now().Before(found.expires) && i.checkGrantLocked(found.grant) == nil {
		return append(active, found.claims...), nil
	}
	// The response must not say why the token is not active (section 2.2).
	return mint.NewObject("active", false), nil
}
