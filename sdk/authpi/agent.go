package authpi

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strconv"
	"time"
)

// The role scopes, which no wildcard gives.
const (
	ownerScope = "owner"
	adminScope = "admin"
)

// expiryBuffer is the buffer of IsExpired unless one is given.
const expiryBuffer = 30 * time.Second

// Agent is an authenticated principal: who it is, its tokens, and its scopes in each organization. It is immutable, and safe
// for concurrent use by multiple goroutines. Its JSON omits the tokens.
type Agent struct {
	data AgentData
}

// AgentData is what an [Agent] is made of. Its JSON carries nothing.
type AgentData struct {
	// ID is the subject.
	ID string
	// Type is the kind of principal.
	Type PrincipalType
	// Email is the email address, empty where it is unknown.
	Email string
	// EmailVerified is the claim that the email address was verified, nil where it is unknown.
	EmailVerified *bool
	// Tokens are the tokens to store, nil for none.
	Tokens *TokenSet
	// Organizations are the organizations and the scopes in each. The same organization twice counts as the union.
	Organizations []Organization
	// Scopes are the scopes of the token itself.
	Scopes []string
	// Machine is whether Scopes answer [Agent.HasAccess]: true for client credentials and for the verified access token
	// of an agent or client, false for a person.
	Machine bool
	// ExpiresAt is when the access token expires, the zero time where that is unknown.
	ExpiresAt time.Time
	// Clock tells the time. Nil means time.Now.
	Clock func() time.Time
}

// NewAgent returns an agent made of data, which it copies. It verifies nothing: it is for tests, and for the SDK's own
// operations after they have verified the tokens.
func NewAgent(data AgentData) *Agent {
	data.Tokens = data.Tokens.clone()
	data.EmailVerified = clonePointer(data.EmailVerified)
	data.Organizations = cloneOrganizations(data.Organizations)
	data.Scopes = slices.Clone(data.Scopes)
	if data.Clock == nil {
		data.Clock = time.Now
	}
	return &Agent{data: data}
}

// ID returns the subject.
func (a *Agent) ID() string { return a.data.ID }

// Type returns the kind of principal.
func (a *Agent) Type() PrincipalType { return a.data.Type }

// Email returns the email address, which is empty where the token has none.
func (a *Agent) Email() string { return a.data.Email }

// EmailVerified returns the claim that the email address was verified, and whether the token makes it at all.
func (a *Agent) EmailVerified() (verified, known bool) {
	if a.data.EmailVerified == nil {
		return false, false
	}
	return *a.data.EmailVerified, true
}

// Tokens returns a copy of the tokens to store, or nil if the agent has none.
func (a *Agent) Tokens() *TokenSet { return a.data.Tokens.clone() }

// Organizations returns a copy of the organizations with the scopes in each, in the token's order.
func (a *Agent) Organizations() []Organization { return cloneOrganizations(a.data.Organizations) }

// Scopes returns a copy of the scopes of the token itself, in the token's order.
func (a *Agent) Scopes() []string { return slices.Clone(a.data.Scopes) }

// ExpiresAt returns when the access token expires, or the zero time where that is unknown.
func (a *Agent) ExpiresAt() time.Time { return a.data.ExpiresAt }

// ExpiresIn returns the time until the access token expires: negative once it has, zero where that is unknown.
func (a *Agent) ExpiresIn() time.Duration {
	if a.data.ExpiresAt.IsZero() {
		return 0
	}
	return a.data.ExpiresAt.Sub(a.data.Clock())
}

// IsExpired reports whether the access token expires within the buffer, 30 seconds unless one is given; IsExpired(0) asks
// about this moment. An access token of unknown expiry never expires.
func (a *Agent) IsExpired(buffer ...time.Duration) bool {
	if a.data.ExpiresAt.IsZero() {
		return false
	}
	ahead := expiryBuffer
	if len(buffer) > 0 {
		ahead = buffer[0]
	}
	return !a.data.Clock().Add(ahead).Before(a.data.ExpiresAt)
}

// HasAccess reports whether the agent may do action on resource in any of its organizations or, for a machine, by the scopes
// of its token. Use it to show and hide; [Agent.HasAccessIn] guards the data of one organization. It does not look at expiry.
func (a *Agent) HasAccess(action, resource string) bool {
	for i := range a.data.Organizations {
		if HasAccess(a.data.Organizations[i].Scopes, action, resource) {
			return true
		}
	}
	return a.data.Machine && HasAccess(a.data.Scopes, action, resource)
}

// HasAccessIn reports whether the agent may do action on resource in the organization orgID. It does not look at expiry.
func (a *Agent) HasAccessIn(orgID, action, resource string) bool {
	for i := range a.data.Organizations {
		if o := &a.data.Organizations[i]; o.ID == orgID && HasAccess(o.Scopes, action, resource) {
			return true
		}
	}
	return false
}

// GetScopesFor returns a copy of the agent's scopes in the organization orgID, or nil if it is no member.
func (a *Agent) GetScopesFor(orgID string) []string {
	var scopes []string
	for i := range a.data.Organizations {
		if a.data.Organizations[i].ID == orgID {
			scopes = append(scopes, a.data.Organizations[i].Scopes...)
		}
	}
	return scopes
}

// IsOwnerOf reports whether the agent has the scope "owner" in the organization orgID. No wildcard gives it.
func (a *Agent) IsOwnerOf(orgID string) bool { return a.hasRole(orgID, ownerScope) }

// IsAdminOf reports whether the agent has the scope "admin" in the organization orgID. No wildcard gives it.
func (a *Agent) IsAdminOf(orgID string) bool { return a.hasRole(orgID, adminScope) }

// IsMemberOf reports whether the agent is a member of the organization orgID, whatever its scopes there.
func (a *Agent) IsMemberOf(orgID string) bool {
	return slices.ContainsFunc(a.data.Organizations, func(o Organization) bool { return o.ID == orgID })
}

// String returns the subject, for logs. It is quoted if it has characters that Go would escape, such as a line break.
func (a *Agent) String() string {
	quoted := strconv.Quote(a.data.ID)
	if quoted == `"`+a.data.ID+`"` {
		return a.data.ID
	}
	return quoted
}

// LogValue returns the subject and the kind of principal.
func (a *Agent) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", a.data.ID), slog.String("type", string(a.data.Type)))
}

// MarshalJSON returns the agent without its tokens, since programs return agents from their APIs.
func (a *Agent) MarshalJSON() ([]byte, error) {
	view := struct {
		ID            string         `json:"id"`
		Type          PrincipalType  `json:"type"`
		Email         string         `json:"email,omitempty"`
		EmailVerified *bool          `json:"email_verified,omitempty"`
		Organizations []Organization `json:"organizations"`
		Scopes        []string       `json:"scopes,omitempty"`
		ExpiresAt     int64          `json:"expires_at,omitempty"` // Unix seconds
	}{a.data.ID, a.data.Type, a.data.Email, a.data.EmailVerified, a.data.Organizations, a.data.Scopes, 0}
	if view.Organizations == nil {
		view.Organizations = []Organization{}
	}
	if !a.data.ExpiresAt.IsZero() {
		view.ExpiresAt = a.data.ExpiresAt.Unix()
	}
	return json.Marshal(view)
}

// MarshalJSON returns an empty object: the data holds tokens, and [Agent] has the JSON to show.
func (AgentData) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }

func (a *Agent) hasRole(orgID, role string) bool {
	return slices.ContainsFunc(a.data.Organizations, func(o Organization) bool {
		return o.ID == orgID && slices.Contains(o.Scopes, role)
	})
}

func cloneOrganizations(organizations []Organization) []Organization {
	cloned := slices.Clone(organizations)
	for i := range cloned {
		cloned[i].Scopes = slices.Clone(cloned[i].Scopes)
	}
	return cloned
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	value := *p
	return &value
}
