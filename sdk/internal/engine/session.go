package engine

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/idtoken"
	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

// session is a token set with what its verified tokens say.
type session struct {
	tokens  *authpi.TokenSet
	id      *verified // the ID token, nil for a machine and while its key is unknown
	access  *verified // the access token, nil unless it is a JWT that verifies
	subject string
	expires time.Time // zero for unknown
	machine bool      // the client acts for itself

	// unknownKey is set where the ID token's key is gone: only a new ID token can speak for the session.
	unknownKey *keyError
}

// readSession verifies a stored token set. It sends no token.
func (e *Engine) readSession(ctx context.Context, tokens *authpi.TokenSet) (*session, *failure) {
	if tokens == nil {
		return nil, misconfigured("invalid_argument", "pass a token set")
	}
	if s, f := e.readMachineSession(ctx, tokens); s != nil || f != nil {
		return s, f
	}
	if tokens.IDToken.IsZero() {
		return nil, unparsable("id_token_missing", "the token set has no ID token; ask for the scope openid at login", "")
	}
	if e.metadata.current() == nil {
		// What has no form is refused before the first request.
		if _, err := jws.Parse(tokens.IDToken.Reveal(), e.config.MaxTokenBytes); err != nil {
			return nil, idTokenFailure(err)
		}
	}
	set, f := e.prepare(ctx)
	if f != nil {
		return nil, f
	}
	policy := e.idPolicy()
	policy.Stored = true
	id, err := e.verifyIDToken(ctx, tokens.IDToken, set, fromStore, policy)
	if err != nil {
		if key := (*keyError)(nil); errors.As(err, &key) && key.absent {
			return e.unverifiedSession(tokens, key)
		}
		return nil, idTokenFailure(err)
	}
	s := &session{tokens: tokens, id: id, subject: id.claims.Subject}
	s.access = e.ownAccessToken(ctx, tokens.AccessToken, s.subject, set, optional)
	s.expires = s.expiry()
	return s, nil
}

// unverifiedSession reads of an ID token whose key is gone the subject that its successor must have, and nothing else.
func (e *Engine) unverifiedSession(tokens *authpi.TokenSet, key *keyError) (*session, *failure) {
	parsed, err := jws.Parse(tokens.IDToken.Reveal(), e.config.MaxTokenBytes)
	if err != nil {
		return nil, idTokenFailure(err)
	}
	claims, err := idtoken.Decode(parsed.UnverifiedPayload())
	if err != nil {
		return nil, idTokenFailure(err)
	}
	if claims.Issuer != e.issuer {
		return nil, idTokenFailure(key)
	}
	s := &session{tokens: tokens, subject: claims.Subject, unknownKey: key}
	s.expires = s.expiry()
	return s, nil
}

// expiry returns when the access token expires: as stored, else as the verified access token says, else unknown.
func (s *session) expiry() time.Time {
	if s.tokens.ExpiresAt.IsZero() && s.access != nil {
		return s.access.claims.ExpiresAt
	}
	return s.tokens.ExpiresAt
}

// longestLifetime is more than any access token lives, and short enough for a time.Duration.
const longestLifetime = 100 * 365 * 24 * time.Hour

// setExpiry completes the set of tokens that have just come with when the access token expires and how long it lives.
func (s *session) setExpiry(received time.Time) {
	s.expires = s.expiry()
	s.tokens.ExpiresAt, s.tokens.ExpiresIn = s.expires, 0
	if s.expires.After(received) {
		s.tokens.ExpiresIn = min(s.expires.Sub(received), longestLifetime).Truncate(time.Second)
	}
}

// buffer returns how long before its expiry the access token is due: as configured, but at most half of its lifetime, since
// a token that lives no longer than the buffer would be due as soon as it comes.
func (s *session) buffer(configured time.Duration) time.Duration {
	if s.tokens.ExpiresIn > 0 {
		return min(configured, s.tokens.ExpiresIn/2)
	}
	return configured
}

// agent returns the principal of a session.
func (e *Engine) agent(s *session) *authpi.Agent {
	data := authpi.AgentData{
		ID: s.subject, Tokens: s.tokens, Scopes: scopeWords(s.tokens.Scope), ExpiresAt: s.expires, Clock: e.config.Clock,
		Machine: s.machine,
	}
	if s.machine && s.access != nil {
		data.Scopes = scopeWords(s.access.claims.Scope) // the signed ones; the stored set may have others
	}
	claimed := ""
	for _, v := range []*verified{s.access, s.id} { // the ID token speaks last
		if v != nil && v.claims.PrincipalType != "" {
			claimed = v.claims.PrincipalType
		}
	}
	data.Type = principalType(claimed, s.subject)
	if s.id != nil {
		data.Email, data.EmailVerified = s.id.claims.Email, emailVerified(s.id.claims)
	}
	data.Organizations = s.organizations()
	return authpi.NewAgent(data)
}

// organizations returns the memberships as the token says that was issued last, and the ID token where both were at once.
func (s *session) organizations() []authpi.Organization {
	source := s.id
	if s.access != nil && s.access.claims.Organizations != nil {
		if source == nil || source.claims.Organizations == nil || s.access.claims.IssuedAt.After(source.claims.IssuedAt) {
			source = s.access
		}
	}
	if source == nil {
		return nil
	}
	return onlyOrganization(source.organizations, s.tokens.Org)
}

// onlyOrganization leaves out the organizations that a login for one of them did not ask for; org is empty for any.
func onlyOrganization(organizations []authpi.Organization, org string) []authpi.Organization {
	if org == "" {
		return organizations
	}
	return slices.DeleteFunc(slices.Clone(organizations), func(o authpi.Organization) bool { return o.ID != org })
}

// scopeWords splits a scope on spaces and on nothing else: another space is a byte of a scope, which is then malformed.
func scopeWords(scope string) []string {
	return slices.DeleteFunc(strings.Split(scope, " "), func(word string) bool { return word == "" })
}

// emailVerified returns the claim, or nil where the token does not make it.
func emailVerified(claims *idtoken.Claims) *bool {
	if !claims.EmailVerifiedKnown {
		return nil
	}
	return &claims.EmailVerified
}

func organizationsOf(claims *idtoken.Claims) []authpi.Organization {
	organizations := make([]authpi.Organization, len(claims.Organizations))
	for i, o := range claims.Organizations {
		organizations[i] = authpi.Organization(o)
	}
	return organizations
}

// looksLikeAccessToken reports whether a token says of itself that it is a JWT access token. One that does is never taken
// for an opaque token, however malformed or large the rest of it is. Nor is one whose header is too large to be read here.
func looksLikeAccessToken(token string) bool {
	typ, _ := jwtType(token)
	return idtoken.IsAccessTokenType(typ)
}

// jwtType returns the unverified typ of a token that has the form of a JWT, and whether it has that form.
func jwtType(token string) (typ string, ok bool) {
	const maxHeader = 8 << 10 // 8 KiB in base64url: no JWT with a longer one is accepted
	header, rest, _ := strings.Cut(token, ".")
	if strings.Count(rest, ".") != 1 {
		return "", false
	}
	if len(header) > maxHeader {
		return "at+jwt", true
	}
	decoded, err := base64.RawURLEncoding.DecodeString(header)
	var members struct {
		Type string `json:"typ"`
	}
	if err != nil || json.Unmarshal(decoded, &members) != nil {
		return "", false
	}
	return members.Type, true
}
