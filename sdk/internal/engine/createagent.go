package engine

import (
	"context"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// CreateAgent turns a stored token set into an agent, refreshing the tokens where they are due.
func (e *Engine) CreateAgent(
	ctx context.Context, tokens *authpi.TokenSet, opts *authpi.CreateAgentOptions,
) (*authpi.Agent, error) {
	ctx, span := e.begin(ctx, "create_agent")
	agent, f := e.createAgent(ctx, tokens, orZero(opts), func(err *failure) error { return err.public("create_agent") })
	if f != nil {
		return nil, span.end(f)
	}
	return agent, span.end(nil)
}

func (e *Engine) createAgent(
	ctx context.Context, tokens *authpi.TokenSet, o authpi.CreateAgentOptions, public func(*failure) error,
) (*authpi.Agent, *failure) {
	s, f := e.readSession(ctx, tokens)
	if f != nil {
		return nil, f
	}
	switch {
	case !e.refreshes(o.AutoRefresh):
		return e.withoutRefresh(s)
	case s.unknownKey == nil && !s.due(e.now(), s.buffer(e.config.RefreshBuffer)):
		return e.agent(s), nil
	case tokens.RefreshToken.IsZero() || s.machine:
		return e.withoutRefreshToken(s)
	}
	s.tokens = copyOf(tokens) // the request can outlive the call
	fresh, outcome := e.rotate(ctx, s, o.OnRefresh)
	if outcome == nil {
		return e.agent(fresh), nil
	}
	if !outcome.silent && o.OnRefreshError != nil {
		o.OnRefreshError(ctx, public(outcome.failure))
	}
	if outcome.final || s.unknownKey != nil || s.expired(e.now()) {
		return nil, outcome.failure
	}
	return e.agent(s), nil
}

// refreshes reports whether a call refreshes tokens that are due.
func (e *Engine) refreshes(choice authpi.Switch) bool {
	switch choice {
	case authpi.SwitchOn:
		return true
	case authpi.SwitchOff:
		return false
	}
	return !e.config.DisableAutoRefresh
}

// withoutRefresh returns the agent of a call that must not refresh. Its access token may have expired.
func (e *Engine) withoutRefresh(s *session) (*authpi.Agent, *failure) {
	if s.unknownKey != nil {
		return nil, idTokenFailure(s.unknownKey)
	}
	return e.agent(s), nil
}

// withoutRefreshToken answers a call that would refresh and cannot.
func (e *Engine) withoutRefreshToken(s *session) (*authpi.Agent, *failure) {
	switch {
	case s.unknownKey != nil:
		return nil, idTokenFailure(s.unknownKey)
	case s.expired(e.now()) && s.machine:
		return nil, expired("the access token expired; call ClientCredentials again").of(machineGrant)
	case s.expired(e.now()):
		return nil, expired("the access token expired and there is no refresh token; log in again")
	}
	return e.agent(s), nil
}

// due reports whether the access token is to be refreshed now. One of unknown expiry never is.
func (s *session) due(now time.Time, buffer time.Duration) bool {
	return !s.expires.IsZero() && !now.Add(buffer).Before(s.expires)
}

// expired reports whether the access token has expired.
func (s *session) expired(now time.Time) bool { return s.due(now, 0) }
