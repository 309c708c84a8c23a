package authpitest

import (
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

// caller is an authenticated client or agent.
type caller struct {
	Client
	agent *Agent // nil for a client
}

// credentials holds the client authentication of a request.
type credentials struct {
	id, secret string
	presented  bool // the request has a secret, which may be empty
}

// authenticateLocked authenticates the sender of a form (RFC 6749, section 2.3). A public
// client sends its client_id and no secret.
func (i *Issuer) authenticateLocked(r *http.Request, form params) (caller, *refusal) {
	given, refused := readCredentials(r, form)
	if refused != nil {
		return caller{}, refused
	}
	found, known := i.callerLocked(given.id)
	if !known || !matches(found.Secret, given) {
		return caller{}, refuse("invalid_client", "client authentication failed")
	}
	if i.blocked[given.id] {
		return caller{}, refuse("unauthorized_client", "the client is disabled")
	}
	return found, nil
}

// callerLocked returns the client or agent with this client_id.
func (i *Issuer) callerLocked(id string) (caller, bool) {
	if client, known := i.clients[id]; known {
		return caller{Client: client}, true
	}
	agent, known := i.agents[id]
	if !known {
		return caller{}, false
	}
	return caller{agent: &agent, Client: Client{
		ID: agent.ID, Secret: agent.Secret, Scopes: agent.Scopes, AccessTokenLifetime: agentAccessTokenLifetime,
	}}, true
}

// readCredentials reads the client authentication. It rejects a request that uses more
// than one method, as RFC 6749, section 2.3, requires.
func readCredentials(r *http.Request, form params) (credentials, *refusal) {
	headers := r.Header.Values("Authorization")
	secret := form.get("client_secret")
	switch {
	case form.get("client_assertion") != "" || form.get("client_assertion_type") != "":
		return credentials{}, refuse("invalid_client", "client assertions are not supported")
	case len(headers) > 1, len(headers) == 1 && secret != "":
		return credentials{}, refuse("invalid_request", "more than one method of client authentication")
	case len(headers) == 1:
		given, refused := readBasic(headers[0])
		if refused == nil && form.get("client_id") != "" && form.get("client_id") != given.id {
			return credentials{}, refuse("invalid_request", "two different client IDs")
		}
		return given, refused
	case form.get("client_id") == "":
		return credentials{}, refuse("invalid_client", "no client authentication")
	default:
		return credentials{id: form.get("client_id"), secret: secret, presented: secret != ""}, nil
	}
}

// readBasic decodes client_secret_basic. The ID and the secret are form-encoded before
// they are joined (RFC 6749, section 2.3.1).
func readBasic(header string) (credentials, *refusal) {
	malformed := refuse("invalid_client", "the Authorization header is not valid Basic authentication")
	scheme, encoded, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return credentials{}, malformed
	}
	joined, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return credentials{}, malformed
	}
	id, secret, found := strings.Cut(string(joined), ":")
	if !found {
		return credentials{}, malformed
	}
	decodedID, err := url.QueryUnescape(id)
	if err != nil {
		return credentials{}, malformed
	}
	decodedSecret, err := url.QueryUnescape(secret)
	if err != nil {
		return credentials{}, malformed
	}
	return credentials{id: decodedID, secret: decodedSecret, presented: true}, nil
}

// matches compares the secret in constant time. A public client must not send one.
func matches(secret string, given credentials) bool {
	if secret == "" {
		return !given.presented
	}
	return given.presented && subtle.ConstantTimeCompare([]byte(secret), []byte(given.secret)) == 1
}
