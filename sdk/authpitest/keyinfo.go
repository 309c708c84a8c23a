package authpitest

import (
	"crypto/subtle"
	"net/http"

	"github.com/arbfay/authpi-go/internal/mint"
)

// serveKeyInfo serves GET /keyinfo, which describes the API key that authenticates the
// request.
func (i *Issuer) serveKeyInfo(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	i.mu.Lock()
	key, known := i.apiKeys[id]
	blocked := i.blocked[id]
	i.mu.Unlock()
	switch {
	case !known || subtle.ConstantTimeCompare([]byte(key.Secret), []byte(secret)) != 1:
		i.write(w, refuse("invalid_client", "unknown API key"), "Basic")
	case blocked:
		i.write(w, refuse("access_denied", "the API key is blocked"), "Basic")
	default:
		writeJSON(w, http.StatusOK, mint.NewObject(
			"id", key.ID,
			"type", "api_key",
			"organization_id", key.OrganizationID,
			"scopes", append([]string{}, key.Scopes...),
		))
	}
}
