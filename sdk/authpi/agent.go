package authpi

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strconv"
	"time"
)

// The role scopes. Wildcards do not grant them.
const (
	ownerScope = "owner"
	adminScope = "admin"
)

// expiryBuffer is the default buffer of IsExpired.
const expiryBuffer = 30 * time.Second

// Agent is an authenticated principal: its identity, its tokens, and its scopes in each
// organization. It is immutable, and safe for concurrent use by multiple goroutines. Its
// JSON does not contain the tokens. A nil Agent has no identity and no access.
type Agent struct {
	data AgentData
}

// AgentData holds the data of an [Agent]. Its JSON is an empty object.
type AgentData struct {
	// ID is the subject (sub).
	ID string
	// Type is the principal type.
	Type PrincipalType
	// Email is the email address; empty means unknown.
	Email string
	// EmailVerified reports whether the issuer verified the email address; nil means
	// unknown.
	EmailVerified *bool
	// Tokens holds the tokens to store; nil means none.
	Tokens *TokenSet
	// Organizations lists the organizations and the scopes in each. If an organization
	// occurs twice, its scopes are combined.
	Organizations []Organization
	// Scopes lists the scopes of the access token.
	Scopes []string
	// Machine reports whether [Agent.HasAccess] uses Scopes. It is true for client
	// credentials and for the verified access token of an agent or client, and false for
	// a user.
	Machine bool
	// ExpiresAt is when the access token expires; the zero time means unknown.
	ExpiresAt time.Time
	// Clock returns the current time. Nil means time.Now.
	Clock func() time.Time
}

// NewAgent returns an agent with a copy of data. It does not verify anything. Use it in
// tests; the SDK uses it after it has verified the tokens.
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

// noAgent is the data of a nil agent.
var noAgent AgentData

// read returns the agent's data. A nil agent has none, and so no access: a handler that
// forgets to check an error then refuses, and does not panic.
func (a *Agent) read() *AgentData {
	if a == nil {
		return &noAgent
	}
	return &a.data
}

// ID returns the subject.
func (a *Agent) ID() string { return a.read().ID }

// Type returns the principal type.
func (a *Agent) Type() PrincipalType { return a.read().Type }

// Email returns the email address, or "" if it is unknown.
func (a *Agent) Email() string { return a.read().Email }

// EmailVerified reports whether the issuer verified the email address, and whether that
// is known.
func (a *Agent) EmailVerified() (verified, known bool) {
	if a.read().EmailVerified == nil {
		return false, false
	}
	return *a.read().EmailVerified, true
}

// Tokens returns a copy of the tokens to store, or nil if the agent has none.
func (a *Agent) Tokens() *TokenSet { return a.read().Tokens.clone() }

// Organizations returns a copy of the organizations and the scopes in each, in the
// token's order.
func (a *Agent) Organizations() []Organization { return cloneOrganizations(a.read().Organizations) }

// Scopes returns a copy of the access token's scopes, in the token's order.
func (a *Agent) Scopes() []string { return slices.Clone(a.read().Scopes) }

// ExpiresAt returns when the access token expires, or the zero time if that is unknown.
func (a *Agent) ExpiresAt() time.Time { return a.read().ExpiresAt }

// ExpiresIn returns the time until the access token expires. It is negative after that,
// and zero if the expiry is unknown.
func (a *Agent) ExpiresIn() time.Duration {
	if a.read().ExpiresAt.IsZero() {
		return 0
	}
	return a.read().ExpiresAt.Sub(a.read().Clock())
}

// IsExpired reports whether the access token expires within the buffer, which is 30
// seconds by default. IsExpired(0) reports whether it has expired now. It returns false
// if the expiry is unknown.
func (a *Agent) IsExpired(buffer ...time.Duration) bool {
	if a.read().ExpiresAt.IsZero() {
		return false
	}
	ahead := expiryBuffer
	if len(buffer) > 0 {
		ahead = buffer[0]
	}
	return !a.read().Clock().Add(ahead).Before(a.read().ExpiresAt)
}

// HasAccess reports whether the agent may do action on resource in any of its
// organizations or, for a machine, by the scopes of its token. Use it only to show or
// hide parts of a user interface; use [Agent.HasAccessIn] to protect the data of an
// organization. It does not check whether the access token has expired.
func (a *Agent) HasAccess(action, resource string) bool {
	for i := range a.read().Organizations {
		if HasAccess(a.read().Organizations[i].Scopes, action, resource) {
			return true
		}
	}
	return a.read().Machine && HasAccess(a.read().Scopes, action, resource)
}

// HasAccessIn reports whether the agent may do action on resource in the organization
// orgID. It does not check whether the access token has expired.
func (a *Agent) HasAccessIn(orgID, action, resource string) bool {
	for i := range a.read().Organizations {
		if o := &a.read().Organizations[i]; o.ID == orgID && HasAccess(o.Scopes, action, resource) {
			return true
		}
	}
	return false
}

// GetScopesFor returns a copy of the agent's scopes in the organization orgID, or nil if
// it is not a member. The name is that of the Python SDK.
func (a *Agent) GetScopesFor(orgID string) []string {
	var scopes []string
	for i := range a.read().Organizations {
		if a.read().Organizations[i].ID == orgID {
			scopes = append(scopes, a.read().Organizations[i].Scopes...)
		}
	}
	return scopes
}

// IsOwnerOf reports whether the agent has the scope "owner" in the organization orgID.
// Wildcards do not grant it.
func (a *Agent) IsOwnerOf(orgID string) bool { return a.hasRole(orgID, ownerScope) }

// IsAdminOf reports whether the agent has the scope "admin" in the organization orgID.
// Wildcards do not grant it.
func (a *Agent) IsAdminOf(orgID string) bool { return a.hasRole(orgID, adminScope) }

// IsMemberOf reports whether the agent is a member of the organization orgID, with any
// scopes or none.
func (a *Agent) IsMemberOf(orgID string) bool {
	return slices.ContainsFunc(a.read().Organizations, func(o Organization) bool { return o.ID == orgID })
}

// String returns the subject, for logs. It is quoted if it has characters that need
// escaping, such as a line break.
func (a *Agent) String() string {
	quoted := strconv.Quote(a.read().ID)
	if quoted == `"`+a.read().ID+`"` {
		return a.read().ID
	}
	return quoted
}

// LogValue returns the subject and the principal type.
func (a *Agent) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", a.read().ID), slog.String("type", string(a.read().Type)))
}

// MarshalJSON returns the agent without its tokens, because programs return agents from
// their APIs.
func (a *Agent) MarshalJSON() ([]byte, error) {
	view := struct {
		ID            string         `json:"id"`
		Type          PrincipalType  `json:"type"`
		Email         string         `json:"email,omitempty"`
		EmailVerified *bool          `json:"email_verified,omitempty"`
		Organizations []Organization `json:"organizations"`
		Scopes        []string       `json:"scopes,omitempty"`
		ExpiresAt     int64          `json:"expires_at,omitempty"` // Unix seconds
	}{a.read().ID, a.read().Type, a.read().Email, a.read().EmailVerified, a.read().Organizations, a.read().Scopes, 0}
	if view.Organizations == nil {
		view.Organizations = []Organization{}
	}
	if !a.read().ExpiresAt.IsZero() {
		view.ExpiresAt = a.read().ExpiresAt.Unix()
	}
	return json.Marshal(view)
}

// MarshalJSON returns an empty object, because the data holds tokens. Encode the [Agent]
// instead.
func (AgentData) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }

func (a *Agent) hasRole(orgID, role string) bool {
	return slices.ContainsFunc(a.read().Organizations, func(o Organization) bool {
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
