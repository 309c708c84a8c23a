package authpitest

import (
	"net/url"
	"strings"
	"time"
)

// User is somebody who can log in.
type User struct {
	// ID is the subject (sub), "usr_alice" say.
	ID string
	// Name, Email and EmailVerified are told under the scopes profile and email.
	Name, Email   string
	EmailVerified bool // whether the address was verified
	// Organizations are the memberships, in the order in which tokens name them.
	Organizations []Organization
	// Claims are further claims by name: standard ones are told under their scope
	// (given_name under profile), any other by /userinfo alone, under every scope.
	Claims map[string]any
}

// Organization is a membership of an organization, as tokens carry it.
type Organization struct {
	// ID is the organization's identifier, "org_acme" say.
	ID string
	// Title is the organization's name; empty is told as null.
	Title string
	// Scopes are the member's scopes there: "owner", "projects:read".
	Scopes []string
	// JoinedAt is told in seconds; the zero time is told as the first second of 2025.
	JoinedAt time.Time
}

// Client is an application: public where it has no secret, and fit for
// client_credentials where it has one.
type Client struct {
	// ID is the client_id, "c_web" say.
	ID string
	// Secret authenticates a confidential client, by Basic or in the body. A public
	// client has none and must use PKCE.
	Secret string
	// RedirectURIs are where /authorize may send a user back, each matched exactly.
	RedirectURIs []string
	// LogoutRedirectURIs are where /logout may (post_logout_redirect_uri).
	LogoutRedirectURIs []string
	// Scopes are what client_credentials may grant; asked for none, it grants all of
	// them. Nil grants whatever is asked for.
	Scopes []string
	// Resources are the resource indicators that the client may ask for (RFC 8707);
	// nil allows any absolute URI.
	Resources []string
	// SigningAlgorithm signs the client's tokens: "ES256" (the default), "RS256" or
	// "EdDSA".
	SigningAlgorithm string
	// AccessTokenLifetime is 30 minutes where it is zero; ID tokens live as long.
	AccessTokenLifetime time.Duration
	// RefreshTokenLifetime is 7 days where it is zero.
	RefreshTokenLifetime time.Duration
}

// Agent is a machine principal that gets its tokens by client_credentials, with
// its own ID for a client_id. They live 5 minutes.
type Agent struct {
	// ID is the subject and the client_id, "agt_robot" say.
	ID string
	// Secret authenticates the agent.
	Secret string
	// Scopes are what the agent may be granted; nil grants whatever is asked for.
	Scopes []string
	// Organizations are the memberships that its tokens name; nil names none.
	Organizations []Organization
}

// APIKey is an organization's key. It gets no tokens: it asks /keyinfo about
// itself, with Basic authentication.
type APIKey struct {
	// ID is the key's identifier, "key_ci" say.
	ID string
	// Secret authenticates the key.
	Secret string
	// OrganizationID is the organization that the key belongs to.
	OrganizationID string
	// Scopes are the key's scopes.
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

// AddUser adds a user, or replaces the one of that ID: its sessions stay, and its
// next token or /userinfo answer tells the new data.
func (i *Issuer) AddUser(user User) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if _, known := i.users[user.ID]; !known {
		i.userOrder = append(i.userOrder, user.ID)
	}
	i.users[user.ID] = user
}

// AddClient adds a client, or replaces the one of that ID. A redirect URI that no
// server would register, a relative one say, fails the test.
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

// AddAgent adds an agent, or replaces the one of that ID.
func (i *Issuer) AddAgent(agent Agent) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.agents[agent.ID] = agent
}

// AddAPIKey adds an API key, or replaces the one of that ID.
func (i *Issuer) AddAPIKey(key APIKey) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.apiKeys[key.ID] = key
}

// SetBlocked blocks or unblocks the user, client, agent or API key of that ID. A
// blocked user is refused at login and refresh (user_blocked), a blocked client or
// agent everywhere (unauthorized_client). Access tokens that are out live on.
func (i *Issuer) SetBlocked(id string, blocked bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.blocked[id] = blocked
}

// problem says what is wrong with a client's registration, or nothing.
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
				return "redirect URI " + uri + " is not absolute, has a fragment or leads nowhere"
			}
		}
	}
	return ""
}

// registrable tells whether a server would take a redirect URI: an absolute one without
// fragment (RFC 6749, section 3.1.2), of the web or of an application on the device (RFC
// 8252, section 7.1). What a browser would run is neither.
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

// accessLifetime is the lifetime of its access and ID tokens.
func (c Client) accessLifetime() time.Duration {
	return min(orDefault(c.AccessTokenLifetime, defaultAccessTokenLifetime), maxTokenLifetime)
}

func (c Client) refreshLifetime() time.Duration {
	return min(orDefault(c.RefreshTokenLifetime, defaultRefreshTokenLifetime), maxTokenLifetime)
}

// organization finds a membership.
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
