package authpitest

import "strings"

// AccessTokenOptions describes an access token of [Issuer.AccessToken].
type AccessTokenOptions struct {
	// ClientID is the client that the token is issued to; the first client where it is
	// empty.
	ClientID string
	// Scopes are the token's scopes.
	Scopes []string
	// Resources are the token's audience; its client where there is none.
	Resources []string
	// Organizations are the memberships that the token names. Nil names a user's, an
	// agent's or an API key's own.
	Organizations []Organization
}

// AccessToken issues an access token without any login, for tests of an API that
// takes them; nil options are the zero options. The subject's prefix says what it is:
// usr_ a user, agt_ an agent, key_ an API key, tok_ or ptk_ a personal token, anything
// else a client. It may be a subject that the issuer does not know, save for a user.
func (i *Issuer) AccessToken(subject string, opts *AccessTokenOptions) string {
	i.tb.Helper()
	if opts == nil {
		opts = &AccessTokenOptions{}
	}
	clientID := opts.ClientID
	if clientID == "" {
		clientID = i.defaultClient
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	by, known := i.callerLocked(clientID)
	if !known {
		i.fatalf("authpitest: no client %q", clientID)
		return ""
	}
	_, isUser := i.users[subject]
	about := issuance{
		by: by.Client, subject: subject, kind: kindOf(subject, isUser), scopes: opts.Scopes, resources: opts.Resources,
		organizations: opts.Organizations, authTime: i.Now(),
	}
	if about.kind == "identity" {
		if !isUser {
			i.fatalf("authpitest: no user %q", subject)
			return ""
		}
		browser := i.newSessionLocked(subject)
		about.grant = &grant{
			clientID: clientID, userID: subject, sid: randomID("s_"), session: browser,
			scopes: opts.Scopes, resources: opts.Resources, authTime: browser.authTime,
		}
	}
	if about.organizations == nil {
		about.organizations = i.organizationsLocked(subject)
	}
	return i.accessTokenLocked(about)
}

// organizationsLocked are the memberships of whoever has that ID; nil where a token
// would name none.
func (i *Issuer) organizationsLocked(subject string) []Organization {
	if user, known := i.users[subject]; known {
		return append([]Organization{}, user.Organizations...)
	}
	if key, known := i.apiKeys[subject]; known {
		return []Organization{{ID: key.OrganizationID, Scopes: key.Scopes}}
	}
	return i.agents[subject].Organizations
}

// kindOf is the dat.type of a subject.
func kindOf(subject string, isUser bool) string {
	if isUser {
		return "identity"
	}
	prefix, _, _ := strings.Cut(subject, "_")
	return map[string]string{
		"usr": "identity", "agt": "agent", "key": "key", "tok": "token", "ptk": "token",
	}[prefix]
}
