package engine

import (
	"encoding/base64"
	"net/url"
	"slices"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// authenticate adds the client's identity to a request: one method, never a second one, never probed.
func (e *Engine) authenticate(kind authKind, r *request) *failure {
	secret := e.config.ClientSecret
	switch {
	case kind == authNone:
		return nil
	case kind == authConfidential && secret.IsZero():
		return misconfigured("missing_client_secret", "set ClientSecret: this operation is for confidential clients")
	case secret.IsZero():
		r.form.Set("client_id", e.config.ClientID)
		return nil
	}
	r.secrets = append(r.secrets, secret.Reveal())
	if e.clientAuth() == authpi.ClientAuthPost {
		r.form.Set("client_id", e.config.ClientID)
		r.form.Set("client_secret", secret.Reveal())
		return nil
	}
	// RFC 6749, section 2.3.1: both parts are form-encoded before they are joined.
	pair := url.QueryEscape(e.config.ClientID) + ":" + url.QueryEscape(secret.Reveal())
	encoded := base64.StdEncoding.EncodeToString([]byte(pair))
	r.secrets = append(r.secrets, encoded)
	r.header.Set("Authorization", "Basic "+encoded)
	return nil
}

// clientAuth returns the method of a client with a secret: the configured one, or Basic unless metadata lists only post.
func (e *Engine) clientAuth() authpi.ClientAuth {
	if e.config.ClientAuth != "" {
		return e.config.ClientAuth
	}
	if m := e.metadata.current(); m != nil {
		methods := m.document.TokenEndpointAuthMethodsSupported
		if slices.Contains(methods, string(authpi.ClientAuthPost)) && !slices.Contains(methods, string(authpi.ClientAuthBasic)) {
			return authpi.ClientAuthPost
		}
	}
	return authpi.ClientAuthBasic
}
