package authpitest

import (
	"crypto/rand"
	"strings"
	"time"
)

// session is a browser's login at the issuer; each client's grant hangs on one.
type session struct {
	id, userID        string
	created, lastUsed time.Time
	authTime          time.Time // when the user showed who they are
	acr               string    // how they did; empty where no request asked for a way
	expired, ended    bool      // by ExpireSessions; by logout
}

// grant is what a user allowed a client in one login: the family of its tokens.
type grant struct {
	clientID, userID  string
	sid               string // the client's session, in its tokens
	session           *session
	scopes, resources []string
	org               string
	acr               string
	authTime          time.Time
	revoked           bool // and every token of it
}

// newSessionLocked logs a user in.
func (i *Issuer) newSessionLocked(userID string) *session {
	now := i.Now()
	created := &session{id: randomID("s_"), userID: userID, created: now, lastUsed: now, authTime: now}
	i.sessions[created.id] = created
	return created
}

// pastLimits tells whether a session has expired.
func (i *Issuer) pastLimits(s *session) bool {
	now := i.Now()
	return s.expired || now.Sub(s.created) >= i.sessionMaxAge || now.Sub(s.lastUsed) >= i.sessionIdle
}

// aliveLocked tells whether a browser with that session is logged in.
func (i *Issuer) aliveLocked(s *session) bool { return s != nil && !s.ended && !i.pastLimits(s) }

// ExpireSessions ends a user's sessions as if they had timed out: the next refresh is
// refused (session_expired), and prompt=none asks for a login.
func (i *Issuer) ExpireSessions(userID string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, one := range i.sessions {
		if one.userID == userID {
			one.expired = true
		}
	}
}

// randomID makes an identifier; the prefix says of what.
func randomID(prefix string) string { return prefix + strings.ToLower(rand.Text()) }

// randomTokenID makes a jti of 18 characters, as AuthPI's are.
func randomTokenID() string { return rand.Text()[:18] }
