package authpitest

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"
)

// authorization is a parsed authorization request.
type authorization struct {
	client                   Client
	redirectURI, state, mode string
	challenge, nonce         string
	scopes, resources        []string
	acrs                     []string // acr_values, in order of preference
	org                      string
	hinted                   string // the user of id_token_hint; empty without a hint
	prompt                   []string
	maxAge                   time.Duration // negative means absent
}

// readAuthorizationLocked checks a request (RFC 6749, section 4.1.1; OpenID Connect Core
// 1.0, section 3.1.2.1). If only the refusal is returned, it must be shown on a page:
// without a registered redirect URI there is no redirect (section 4.1.2.1).
func (i *Issuer) readAuthorizationLocked(query string) (*authorization, *refusal) {
	p, refused := parseParams(query)
	if refused != nil {
		return nil, refused
	}
	for _, name := range []string{"client_id", "redirect_uri"} {
		if p.get(name) == "" || slices.Contains(p.doubled, name) {
			return nil, refuse("invalid_request", "want one "+name)
		}
	}
	client, known := i.clients[p.get("client_id")]
	if !known {
		return nil, refuse("invalid_request", "unknown client_id")
	}
	if !slices.Contains(client.RedirectURIs, p.get("redirect_uri")) {
		return nil, refuse("invalid_request", "redirect_uri is not registered")
	}
	a := &authorization{client: client, redirectURI: p.get("redirect_uri"), mode: p.get("response_mode"), maxAge: -1}
	if !slices.Contains(p.doubled, "state") {
		a.state = p.get("state")
	}
	if a.mode != "form_post" || slices.Contains(p.doubled, "response_mode") {
		a.mode = "query"
	}
	if i.blocked[client.ID] {
		return a, refuse("unauthorized_client", "the client is disabled")
	}
	if refused := a.read(p); refused != nil {
		return a, refused
	}
	return a, i.readHintLocked(a, p)
}

// readHintLocked reads the user from id_token_hint. The hint may be expired.
func (i *Issuer) readHintLocked(a *authorization, p params) *refusal {
	hint := p.get("id_token_hint")
	if hint == "" {
		return nil
	}
	hinted, known := i.idTokens[hint]
	if !known {
		return refuse("invalid_request", "id_token_hint is not an ID token of this issuer")
	}
	a.hinted = hinted.userID
	return nil
}

// read parses the parameters whose errors are reported to the client.
func (a *authorization) read(p params) *refusal {
	for _, check := range []func(params) *refusal{
		params.refuseDoubled, checkResponse, a.readPKCE, a.readScopes, a.readPrompt, a.readMaxAge,
	} {
		if refused := check(p); refused != nil {
			return refused
		}
	}
	resources, refused := p.resources(a.client.Resources)
	if refused != nil {
		return refused
	}
	a.resources, a.nonce, a.org, a.acrs = resources, p.get("nonce"), p.get("org"), p.words("acr_values")
	return nil
}

func checkResponse(p params) *refusal {
	switch {
	case p.get("request") != "":
		return refuse("request_not_supported", "request objects are not supported")
	case p.get("request_uri") != "":
		return refuse("request_uri_not_supported", "request objects are not supported")
	case p.get("registration") != "":
		return refuse("registration_not_supported", "registration is not supported")
	case p.get("response_type") == "":
		return refuse("invalid_request", "want response_type")
	case p.get("response_type") != "code":
		return refuse("unsupported_response_type", "only code is supported")
	case !slices.Contains([]string{"", "query", "form_post"}, p.get("response_mode")):
		return refuse("invalid_request", "only query and form_post are supported")
	}
	return nil
}

// readPKCE requires S256 from public clients and from every client that sends a
// challenge. Without a method the challenge would be plain (RFC 7636, section 4.3).
func (a *authorization) readPKCE(p params) *refusal {
	challenge, method := p.get("code_challenge"), p.get("code_challenge_method")
	if challenge == "" && method == "" {
		if a.client.Secret == "" {
			return refuse("invalid_request", "a public client must use PKCE")
		}
		return nil
	}
	if method != "S256" {
		return refuse("invalid_request", "code_challenge_method must be S256")
	}
	// Check the length as well: the decoder skips line breaks.
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(challenge)
	if err != nil || len(decoded) != sha256.Size || len(challenge) != 43 {
		return refuse("invalid_request", "code_challenge is not a SHA-256 hash")
	}
	a.challenge = challenge
	return nil
}

func (a *authorization) readScopes(p params) *refusal {
	a.scopes = p.words("scope")
	return checkScopes(a.scopes)
}

// checkScopes rejects scopes with characters that RFC 6749, section 3.3, does not allow.
func checkScopes(scopes []string) *refusal {
	for _, scope := range scopes {
		if strings.ContainsFunc(scope, func(r rune) bool { return r <= 0x20 || r > 0x7e || r == '"' || r == '\\' }) {
			return refuse("invalid_scope", "a scope contains an invalid character")
		}
	}
	return nil
}

func (a *authorization) readPrompt(p params) *refusal {
	a.prompt = p.words("prompt")
	for _, value := range a.prompt {
		if !slices.Contains([]string{"none", "login", "consent", "select_account"}, value) {
			return refuse("invalid_request", "unknown prompt")
		}
	}
	if len(a.prompt) > 1 && slices.Contains(a.prompt, "none") {
		return refuse("invalid_request", "prompt none cannot be combined")
	}
	return nil
}

func (a *authorization) readMaxAge(p params) *refusal {
	text := p.get("max_age")
	if text == "" {
		return nil
	}
	seconds, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return refuse("invalid_request", "max_age must be a number of seconds")
	}
	a.maxAge = time.Duration(seconds) * time.Second
	return nil
}

// silent reports whether the request has prompt=none.
func (a *authorization) silent() bool { return slices.Contains(a.prompt, "none") }

// interactive reports whether the request has a prompt that requires a page.
func (a *authorization) interactive() bool { return len(a.prompt) > 0 && !a.silent() }
