package engine

import (
	"context"
	"runtime/debug"
	"slices"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/rotation"
)

// Refresh refreshes an agent's tokens and returns a new agent.
func (e *Engine) Refresh(ctx context.Context, agent *authpi.Agent, _ *authpi.RefreshOptions) (*authpi.Agent, error) {
	ctx, span := e.begin(ctx, "refresh")
	refreshed, f := e.refreshAgent(ctx, agent)
	if f != nil {
		return nil, span.end(f)
	}
	return refreshed, span.end(nil)
}

func (e *Engine) refreshAgent(ctx context.Context, agent *authpi.Agent) (*authpi.Agent, *failure) {
	if agent == nil {
		return nil, misconfigured("invalid_argument", "pass an agent")
	}
	tokens := agent.Tokens()
	if e.isMachine(agent) {
		return nil, noRefreshToken("a machine has no refresh token; call ClientCredentials again").of(machineGrant)
	}
	if tokens == nil || tokens.RefreshToken.IsZero() {
		return nil, noRefreshToken("the agent has no refresh token; log in again")
	}
	s, f := e.readSession(ctx, tokens)
	if f != nil {
		return nil, f
	}
	if s.subject != agent.ID() {
		return nil, mismatched("the agent's ID token belongs to another subject", agent.ID(), s.subject)
	}
	fresh, setback := e.rotate(ctx, s, nil)
	if setback != nil {
		return nil, setback.failure
	}
	return e.agent(fresh), nil
}

// setback is a refresh without new tokens.
type setback struct {
	*failure

	// silent is set where on_refresh_error is not called: nothing was tried, the caller left, or storing failed.
	silent bool
	// final is set where the old tokens must not be used any longer: after a final refusal, or where the new ones were not stored.
	final bool
}

// rotate redeems the refresh token of a session, once for all callers, and calls persist, which may be nil, with the new
// tokens. It returns the new session.
func (e *Engine) rotate(
	ctx context.Context, old *session, persist func(context.Context, *authpi.TokenSet) error,
) (*session, *setback) {
	for {
		fresh, setback, again := e.rotateOnce(ctx, old, persist)
		if !again {
			return fresh, setback
		}
	}
}

// rotateOnce takes part in one attempt. again reports that the attempt failed only for the session of the caller that began it:
// the response has been kept, and this caller tries again with it.
func (e *Engine) rotateOnce(
	ctx context.Context, old *session, persist func(context.Context, *authpi.TokenSet) error,
) (fresh *session, _ *setback, again bool) {
	if ctx.Err() != nil { // nothing was begun that would have to go on
		return nil, left(ctx), false
	}
	call := e.rotations.Join(refreshKey(old.tokens.RefreshToken), e.now(), rotation.Caller[outcome]{
		Attempt:  func(f *rotation.Flight[outcome]) rotation.Landing[outcome] { return e.attemptRefresh(f, old) },
		Callback: persist != nil,
		Holds:    func(o outcome) bool { return o.gave(old.tokens) },
	})
	// However the call ends, the others do not wait for a callback that does not come.
	defer call.Leave()
	if o, paused := call.Paused(); paused {
		return nil, &setback{failure: o.failure, silent: true}, false
	}
	o, err := call.Result(ctx)
	switch {
	case err != nil:
		return nil, left(ctx), false
	case o.own && !call.Began():
		return nil, nil, true
	case o.failure != nil && !o.unstored:
		return nil, &setback{failure: o.failure, final: o.own || o.failure.grave}, false
	}
	fresh, f := e.next(old, o.redeemed)
	switch {
	case f != nil:
		return nil, &setback{failure: f, final: true}, false
	case o.unstored: // each caller gets the tokens of its own session
		return nil, &setback{failure: unpersisted(fresh.tokens, o.failure.cause), silent: true, final: true}, false
	}
	if call.CallsBack() {
		f := e.persist(ctx, fresh.tokens, call.Callback, persist)
		if f != nil {
			return nil, &setback{failure: f, silent: true, final: true}, false
		}
	}
	if call.AwaitCallback(ctx) != nil {
		return nil, left(ctx), false
	}
	return fresh, nil, false
}

// left returns the setback of a caller whose context ended.
func left(ctx context.Context) *setback {
	return &setback{failure: cancelled(ctx), silent: true, final: true}
}

// persist runs a callback that stores new tokens, at the time that run chooses.
func (e *Engine) persist(
	ctx context.Context, tokens *authpi.TokenSet, run func(func() error) error, store func(context.Context, *authpi.TokenSet) error,
) *failure {
	err := run(func() error {
		return guarded(func() error {
			return e.callback(ctx, func(ctx context.Context) error { return store(ctx, copyOf(tokens)) })
		})
	})
	if err != nil {
		return unpersisted(tokens, err)
	}
	return nil
}

// guarded runs a callback of the program's own and returns a panic in it as an error with its stack.
func guarded(callback func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &authpi.PanicError{Value: value, Stack: debug.Stack()}
		}
	}()
	return callback()
}

// next returns the session after a refresh. What the response omits is carried over from the old one.
func (e *Engine) next(old *session, a *redeemed) (*session, *failure) {
	id, f := old.nextID(a)
	if f != nil {
		return nil, f
	}
	tokens := copyOf(old.tokens)
	fresh := &session{tokens: tokens, id: id, subject: old.subject}
	tokens.AccessToken = a.response.AccessToken
	tokens.TokenType = a.response.tokenType()
	tokens.ExpiresAt = expiresAt(a.received, a.response.ExpiresIn)
	if !a.response.RefreshToken.IsZero() {
		tokens.RefreshToken = a.response.RefreshToken
	}
	if a.id != nil {
		tokens.IDToken = a.response.IDToken
	}
	if a.response.Scope != nil {
		tokens.Scope = *a.response.Scope
	}
	fresh.access = e.ours(a.access, fresh.subject)
	fresh.setExpiry(a.received)
	return fresh, nil
}

// expiresAt returns when an access token expires, or the zero time where the answer does not say it. It saturates.
func expiresAt(received time.Time, lifetime *time.Duration) time.Time {
	if lifetime == nil {
		return time.Time{}
	}
	return received.Add(*lifetime).Truncate(time.Second)
}

// copyOf returns a token set that shares nothing that changes with the given one.
func copyOf(tokens *authpi.TokenSet) *authpi.TokenSet {
	copied := *tokens
	copied.Resources = slices.Clone(tokens.Resources)
	return &copied
}
