package authpitest

import "strings"

// AccessTokenOptions configures a token from [Issuer.AccessToken].
type AccessTokenOptions struct {
	// ClientID is the client that the token is issued to. Empty means the first client.
	ClientID string
	// Scopes lists the token's scopes.
	Scopes []string
	// Resources is the token's audience. Empty means the client ID.
	Resources []string
	// Organizations lists the memberships in the token. Nil means those of the user,
	// agent or API key.
	Organizations []Organization
}

// AccessToken issues an access token without a login, for tests of an API. Nil opts means
// the zero options. The prefix of the subject determines its type: usr_ is a user, agt_
// an agent, key_ an API key, tok_ or ptk_ a personal token, and anything else a client. A
// user must exist; other subjects need not.
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

// organizationsLocked returns the memberships of a user, agent or API key. Nil means that
// its tokens have no organizations claim.
func (i *Issuer) organizationsLocked(subject string) []Organization {
	if user, known := i.users[subject]; known {
		return append([]Organization{}, user.Organizations...)
	}
	if key, known := i.apiKeys[subject]; known {
		return []Organization{{ID: key.OrganizationID, Scopes: key.Scopes}}
	}
	return i.agents[subject].Organizations
}

// kindOf returns the dat.type of a subject; empty for a client.
func kindOf(subject string, isUser bool) string {
	if isUser {
		return "identity"
	}
	prefix, _, _ := strings.Cut(subject, "_")
	return map[string]string{
		"usr": "identity", "agt": "agent", "key": "key", "tok": "token", "ptk": "token",
	}[prefix]
}
