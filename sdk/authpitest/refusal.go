package authpitest

import (
	"net/http"

	"github.com/arbfay/authpi-go/internal/mint"
)

// refusal is an error response in the form of AuthPI's OAuthError.
type refusal struct {
	status            int
	code, description string
	challenge         string // WWW-Authenticate; empty means the endpoint's default
}

func refuse(code, description string) *refusal {
	return &refusal{status: statusOf(code), code: code, description: description}
}

// statusOf returns the status of an error code as in AuthPI's reference, which differs
// from RFC 6749 for unauthorized_client. Codes that the reference leaves out follow RFC
// 6749.
func statusOf(code string) int {
	switch code {
	case "invalid_client", "unauthorized_client", "session_expired", "invalid_token":
		return http.StatusUnauthorized
	case "access_denied", "insufficient_scope", "user_blocked", "account_linking_required":
		return http.StatusForbidden
	case "not_found":
		return http.StatusNotFound
	case "invalid_content_type":
		return http.StatusUnsupportedMediaType
	default:
		return http.StatusBadRequest
	}
}

// write sends the refusal as the response. scheme is the authentication scheme that a 401
// must name (RFC 9110, section 15.5.2).
func (i *Issuer) write(w http.ResponseWriter, refused *refusal, scheme string) {
	challenge := refused.challenge
	if challenge == "" && refused.status == http.StatusUnauthorized {
		challenge = scheme + ` realm="` + i.url + `"`
	}
	if challenge != "" {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	writeJSON(w, refused.status, mint.NewObject(
		"error", refused.code,
		"error_description", refused.description,
	))
}

// writeJSON sends a JSON response that may not be cached (RFC 6749, section 5.1).
func writeJSON(w http.ResponseWriter, status int, body mint.Object) {
	w.Header().Set("Content-Type", "application/json")
	noStore(w)
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // the client may be gone
}

func noStore(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
}
