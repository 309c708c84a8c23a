package authpitest

import (
	"net/url"
	"strings"
	"time"
)

// User is a user who can log in.
type User struct {
	// ID is the subject (sub), for example "usr_alice".
	ID string
	// Name is sent with the scope profile, Email and EmailVerified with the scope email.
	Name, Email   string
	EmailVerified bool // whether the address was verified
	// Organizations lists the memberships, in the order in which tokens list them.
	Organizations []Organization
	// Claims holds additional claims by name. Standard claims are sent with their scope
	// (given_name with profile). Other claims are sent by /userinfo only, with any scope.
	Claims map[string]any
}

// Organization is a membership in an organization, as it appears in tokens.
type Organization struct {
	// ID is the organization's identifier, for example "org_acme".
	ID string
	// Title is the organization's name; empty is sent as null.
	Title string
	// Scopes lists the member's scopes in the organization: "owner", "projects:read".
	Scopes []string
	// JoinedAt is sent in Unix seconds. The zero time is sent as 2025-01-01 00:00:00 UTC.
	JoinedAt time.Time
}

// Client is an application. A client with a secret is confidential and may use
// client_credentials; a client without one is public.
type Client struct {
	// ID is the client_id, for example "c_web".
	ID string
	// Secret authenticates a confidential client, in a Basic header or in the body. A
	// public client has none and must use PKCE.
	Secret string
	// RedirectURIs lists the allowed values of redirect_uri, which must match exactly.
	RedirectURIs []string
	// LogoutRedirectURIs lists the allowed values of post_logout_redirect_uri.
	LogoutRedirectURIs []string
	// Scopes lists the scopes that client_credentials may grant. A request without scopes
	// gets all of them. Nil allows any scope.
	Scopes []string
	// Resources lists the resource indicators that the client may request (RFC 8707). Nil
	// allows any absolute URI.
	Resources []string
	// SigningAlgorithm signs the client's tokens: "ES256" (the default), "RS256" or
	// "EdDSA".
	SigningAlgorithm string
	// AccessTokenLifetime is the lifetime of access tokens and ID tokens; zero means 30
	// minutes.
	AccessTokenLifetime time.Duration
	// RefreshTokenLifetime is the lifetime of refresh tokens; zero means 7 days.
	RefreshTokenLifetime time.Duration
}

// Agent is a machine principal. It gets access tokens by client_credentials, with its ID
// as the client_id. They expire after 5 minutes.
type Agent struct {
	// ID is the subject and the client_id, for example "agt_robot".
	ID string
	// Secret authenticates the agent.
	Secret string
	// Scopes lists the scopes that the agent may be granted. Nil allows any scope.
	Scopes []string
	// Organizations lists the memberships in its tokens. Nil leaves the claim out.
	Organizations []Organization
}

// APIKey is an API key of an organization. It gets no tokens. Its holder asks /keyinfo
// about it, with Basic authentication.
type APIKey struct {
	// ID is the key's identifier, for example "key_ci".
	ID string
	// Secret authenticates the key.
	Secret string
	// OrganizationID is the organization that the key belongs to.
	OrganizationID string
	// Scopes lists the key's scopes.
	Scopes []string
}

const (
	defaultAccessTokenLifetime  = 30 * time.Minute
	defaultRefreshTokenLifetime = 7 * 24 * time.Hour
	agentAccessTokenLifetime    = 5 * time.Minute
	maxTokenLifetime            = 21 * 24 * time.Hour
)

func defaultUsers() []User {
	return []User{{
		ID: "usr_alice", Name: "Alice Example", Email: "alice@example.com", EmailVerified: true,
		Organizations: []Organization{{ID: "org_acme", Title: "Acme", Scopes: []string{"owner", "projects:**"}}},
		Claims:        map[string]any{"given_name": "Alice", "family_name": "Example", "locale": "en"},
	}, {
		ID: "usr_bob", Name: "Bob Example", Email: "bob@example.com",
		Organizations: []Organization{{ID: "org_acme", Title: "Acme", Scopes: []string{"member", "projects:read"}}},
		Claims:        map[string]any{"given_name": "Bob", "family_name": "Example", "locale": "en"},
	}}
}

func defaultClients() []Client {
	const application = "https://app.example.com"
	return []Client{{
		ID: "c_web", Secret: "web-secret",
		RedirectURIs:       []string{application + "/callback"},
		LogoutRedirectURIs: []string{application + "/"},
	}, {
		ID:                 "c_spa",
		RedirectURIs:       []string{application + "/callback"},
		LogoutRedirectURIs: []string{application + "/"},
	}}
}

func defaultAgents() []Agent {
	return []Agent{{ID: "agt_robot", Secret: "robot-secret", Scopes: []string{"projects:read", "projects:write"}}}
}

func defaultAPIKeys() []APIKey {
	return []APIKey{{
		ID: "key_ci", Secret: "ci-secret", OrganizationID: "org_acme", Scopes: []string{"projects:read"},
	}}
}

// AddUser adds a user, or replaces the user with the same ID. Existing sessions continue,
// and the next token or /userinfo response has the new data.
func (i *Issuer) AddUser(user User) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if _, known := i.users[user.ID]; !known {
		i.userOrder = append(i.userOrder, user.ID)
	}
	i.users[user.ID] = user
}

// AddClient adds a client, or replaces the client with the same ID. An invalid redirect
// URI, such as a relative one, fails the test.
func (i *Issuer) AddClient(client Client) {
	i.tb.Helper()
	if problem := client.problem(); problem != "" {
		i.fatalf("authpitest: client %q: %s", client.ID, problem)
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.clients[client.ID] = client
}

// AddAgent adds an agent, or replaces the agent with the same ID.
func (i *Issuer) AddAgent(agent Agent) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.agents[agent.ID] = agent
}

// AddAPIKey adds an API key, or replaces the API key with the same ID.
func (i *Issuer) AddAPIKey(key APIKey) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.apiKeys[key.ID] = key
}

// SetBlocked blocks or unblocks the user, client, agent or API key with this ID. A
// blocked user gets user_blocked at login and refresh. A blocked client or agent gets
// unauthorized_client everywhere. A blocked API key gets access_denied. Access tokens
// that were already issued stay valid.
func (i *Issuer) SetBlocked(id string, blocked bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.blocked[id] = blocked
}

// problem describes why a client cannot be registered, or returns "".
func (c Client) problem() string {
	if c.ID == "" {
		return "no ID"
	}
	if !knownAlgorithm(c.SigningAlgorithm) {
		return "unknown signing algorithm " + c.SigningAlgorithm
	}
	for _, registered := range [][]string{c.RedirectURIs, c.LogoutRedirectURIs} {
		for _, uri := range registered {
			if !registrable(uri) {
				return "redirect URI " + uri + " is not absolute, has a fragment or has no host"
			}
		}
	}
	return ""
}

// registrable reports whether a redirect URI may be registered. It must be absolute and
// without a fragment (RFC 6749, section 3.1.2), and lead to a web address or to an
// application on the device (RFC 8252, section 7.1). Schemes that a browser executes,
// such as javascript, are not allowed.
func registrable(uri string) bool {
	parsed, err := url.Parse(uri)
	if err != nil || !parsed.IsAbs() || strings.Contains(uri, "#") {
		return false
	}
	switch parsed.Scheme {
	case "http", "https":
		return parsed.Host != ""
	case "javascript", "data", "vbscript":
		return false
	}
	return true
}

// accessLifetime returns the lifetime of access tokens and ID tokens, with the default
// and the maximum applied.
func (c Client) accessLifetime() time.Duration {
	return min(orDefault(c.AccessTokenLifetime, defaultAccessTokenLifetime), maxTokenLifetime)
}

func (c Client) refreshLifetime() time.Duration {
	return min(orDefault(c.RefreshTokenLifetime, defaultRefreshTokenLifetime), maxTokenLifetime)
}

func (u User) organization(id string) (Organization, bool) {
	for _, organization := range u.Organizations {
		if organization.ID == id {
			return organization, true
		}
	}
	return Organization{}, false
}

func orDefault(given, fallback time.Duration) time.Duration {
	if given == 0 {
		return fallback
	}
	return given
}
