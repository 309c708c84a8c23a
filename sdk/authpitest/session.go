package authpitest

import (
	"crypto/rand"
	"strings"
	"time"
)

// session is a browser's login at the issuer. Each grant belongs to one session.
type session struct {
	id, userID        string
	created, lastUsed time.Time
	authTime          time.Time // when the user last authenticated
	acr               string    // of the last authentication; empty if none was requested
	expired, ended    bool      // expired by ExpireSessions, ended by logout
}

// grant is a user's approval of one authorization request. All tokens issued for it form
// a family.
type grant struct {
	clientID, userID  string
	sid               string // the sid claim of its tokens
	session           *session
	scopes, resources []string
	org               string
	acr               string
	authTime          time.Time
	revoked           bool // all tokens of the grant are revoked
}

// newSessionLocked creates the session of a new login.
func (i *Issuer) newSessionLocked(userID string) *session {
	now := i.Now()
	created := &session{id: randomID("s_"), userID: userID, created: now, lastUsed: now, authTime: now}
	i.sessions[created.id] = created
	return created
}

// pastLimits reports whether a session has expired.
func (i *Issuer) pastLimits(s *session) bool {
	now := i.Now()
	return s.expired || now.Sub(s.created) >= i.sessionMaxAge || now.Sub(s.lastUsed) >= i.sessionIdle
}

// aliveLocked reports whether a browser with this session is logged in.
func (i *Issuer) aliveLocked(s *session) bool { return s != nil && !s.ended && !i.pastLimits(s) }

// ExpireSessions ends a user's sessions as if they had timed out. The next refresh
// returns session_expired, and prompt=none returns login_required.
func (i *Issuer) ExpireSessions(userID string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, one := range i.sessions {
		if one.userID == userID {
			one.expired = true
		}
	}
}

// randomID returns a random identifier with a prefix for its type.
func randomID(prefix string) string { return prefix + strings.ToLower(rand.Text()) }

// randomTokenID returns a random jti of 18 characters, as in AuthPI's tokens.
func randomTokenID() string { return rand.Text()[:18] }
