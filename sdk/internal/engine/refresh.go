package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/idtoken"
	"github.com/arbfay/authpi-go/sdk/internal/jwks"
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
		return nil, noRefreshToken("a machine has no refresh token; call client_credentials again").of(machineGrant)
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
	fresh, outcome := e.rotate(ctx, s, nil)
	if outcome != nil {
		return nil, outcome.failure
	}
	return e.agent(fresh), nil
}

// setback is a refresh without new tokens.
type setback struct {
	*failure

	// silent is set where on_refresh_error is not told: nothing was tried, the caller left, or storing failed.
	silent bool
	// final is set where the old tokens do not serve on: a refusal for good, or tokens that were not stored.
	final bool
}

// rotate exchanges the refresh token of a session, once however many callers there are, and calls persist, which may be
// nil, with the new tokens. It returns the new session.
func (e *Engine) rotate(
	ctx context.Context, old *session, persist func(context.Context, *authpi.TokenSet) error,
) (*session, *setback) {
	if ctx.Err() != nil { // nothing was begun that would have to go on
		return nil, &setback{failure: cancelled(ctx), silent: true, final: true}
	}
	m, stop := e.rotation.join(old.tokens, e.now(), persist != nil)
	if stop != nil {
		return nil, &setback{failure: stop, silent: true}
	}
	// However the call ends, the others do not wait for a callback that does not come.
	defer e.rotation.leave(m)
	if !m.done {
		if err := e.share(ctx, m, old); err != nil {
			return nil, e.setback(ctx, err)
		}
	}
	fresh, f := e.succeed(old, m.known.answer)
	if f != nil {
		return nil, &setback{failure: f, final: true}
	}
	if persist != nil && e.rotation.calledBack(m) {
		stored := fresh.tokens
		f := e.rotation.persist(m, stored, func() error {
			return e.callback(ctx, func(ctx context.Context) error { return persist(ctx, copyOf(stored)) })
		})
		if f != nil {
			return nil, &setback{failure: f, silent: true, final: true}
		}
	}
	if !m.done {
		if f := e.rotation.awaitFirst(ctx, m.known); f != nil {
			return nil, &setback{failure: f, silent: true, final: true}
		}
	}
	return fresh, nil
}

// share waits for the shared request of a rotation, and starts it if there is none. One that is still ending can be that of
// an earlier rotation of the same refresh token. Where it failed for the session of the caller that started it and for
// nobody else, it begins again for this one.
func (e *Engine) share(ctx context.Context, m *member, old *session) error {
	for {
		started := false
		answered, err := e.rotation.flights.Do(ctx, m.known.key, 0, func(ctx context.Context) (*rotation, error) {
			defer e.reportPanic()
			started = true
			return m.known, e.carryOut(ctx, m, old)
		})
		if answered != nil && answered != m.known {
			continue
		}
		if own := (*ownFailure)(nil); !errors.As(err, &own) || started {
			return err
		}
	}
}

// ownFailure is a failure of one of the sessions that share a refresh token: the answer is right and stays for the others.
type ownFailure struct{ *failure }

// Unwrap returns the failure.
func (o *ownFailure) Unwrap() error { return o.failure }

// setback judges the error of a shared refresh for one of its callers.
func (e *Engine) setback(ctx context.Context, err error) *setback {
	f := asFailure(ctx, err)
	if f.is("cancelled") || f.is("persist_failed") {
		return &setback{failure: f, silent: true, final: true}
	}
	own := (*ownFailure)(nil)
	return &setback{failure: f, final: f.grave || errors.As(err, &own)}
}

// carryOut is the shared request: it gets a verified answer to the refresh token unless there is one already, makes it known
// to later callers and stores it through the configuration's callback.
func (e *Engine) carryOut(ctx context.Context, m *member, old *session) error {
	known := m.known
	ended, f := e.rotation.begin(m, e.now())
	if f != nil {
		return f
	}
	if ended {
		return nil
	}
	defer e.rotation.land(known)
	if f := e.settle(ctx, known, old); f != nil {
		return f
	}
	fresh, f := e.succeed(old, known.answer)
	if f != nil {
		return &ownFailure{f}
	}
	if e.config.OnRefresh != nil {
		f := e.rotation.store(known, fresh.tokens, func() error {
			return e.callback(ctx, func(ctx context.Context) error {
				return e.config.OnRefresh(ctx, copyOf(old.tokens), copyOf(fresh.tokens))
			})
		})
		if f != nil {
			// Nobody has the tokens yet: the next call tries to store them again.
			end := e.now().Add(unstoredAge)
			e.rotation.update(func() { known.expires = end })
			return f
		}
	}
	e.rotation.complete(known, e.now().Add(successorAge))
	return nil
}

// settle gets a verified answer to a refresh token, or decides what the failure leaves.
func (e *Engine) settle(ctx context.Context, known *rotation, old *session) *failure {
	if e.rotation.settled(known) {
		return nil
	}
	f := e.obtain(ctx, known, old)
	if e.config.Hooks.Refresh != nil {
		var err error
		if f != nil {
			err = f.public("refresh")
		}
		e.config.Hooks.Refresh(err)
	}
	if f != nil {
		e.conclude(known, f)
		return f
	}
	end := e.now().Add(unstoredAge)
	e.rotation.update(func() { known.verified, known.expires = true, end })
	return nil
}

// conclude decides what a failed attempt leaves: a pause, an answer to verify at the next call, or nothing.
func (e *Engine) conclude(known *rotation, f *failure) {
	now := e.now()
	pause := max(min(f.base.RetryAfter, pauseAtMost), pauseAtLeast)
	e.rotation.update(func() {
		known.failed = f
		switch {
		case f.grave:
			known.dropped = true
		case known.answer != nil: // nothing is sent at the next call, so nothing has to wait
			known.expires = now.Add(unstoredAge)
		default:
			known.expires = now.Add(pause)
			known.resumes, known.pause = known.expires, pause
		}
	})
}

// obtain gets a verified answer to a refresh token. Metadata and keys are loaded before the token is sent: it can be sent
// only once.
func (e *Engine) obtain(ctx context.Context, known *rotation, old *session) *failure {
	set, f := e.prepare(ctx)
	if f != nil {
		return unrefreshed(f)
	}
	if known.answer == nil {
		response, err := e.tokenRefresh(ctx, tokenRefreshParams{
			RefreshToken: old.tokens.RefreshToken, Resources: old.tokens.Resources,
		})
		if f := (*failure)(nil); errors.As(err, &f) {
			return unrefreshed(f)
		}
		received := &answer{tokens: response, received: e.now()}
		e.rotation.update(func() { known.answer = received })
	}
	return e.verifyAnswer(ctx, known, old.subject, set)
}

// verifyAnswer verifies the tokens of an answer, as far as that does not depend on who shares it.
func (e *Engine) verifyAnswer(ctx context.Context, known *rotation, subject string, set *jwks.Set) *failure {
	a := answer{tokens: known.answer.tokens, received: known.answer.received}
	if !a.tokens.IDToken.IsZero() {
		policy := e.idPolicy()
		policy.AccessToken, policy.Received = a.tokens.AccessToken.Reveal(), a.received
		id, err := e.verifyIDToken(ctx, a.tokens.IDToken, set, fromIssuer, policy)
		if err != nil {
			return e.refreshedFailure(ctx, err, a, subject)
		}
		a.idToken = id
	}
	a.access = e.accessJWT(ctx, a.tokens.AccessToken, set, fromIssuer)
	e.rotation.update(func() { known.answer = &a })
	return nil
}

// refreshedFailure judges a defect of a refreshed ID token. The tokens are kept where it may pass: where the keys cannot be
// fetched or do not have the token's key yet, and where a clock is wrong. Another issuer is another subject: a subject is
// one only within its issuer.
func (e *Engine) refreshedFailure(ctx context.Context, err error, a answer, subject string) *failure {
	var (
		f     *failure
		key   *keyError
		claim *idtoken.ClaimError
	)
	switch {
	case errors.As(err, &f):
		return unrefreshed(f)
	case errors.As(err, &key):
		return unrefreshed(temporary("keys_unavailable", "the refreshed ID token cannot be verified yet, and is kept: "+key.reason,
			authpi.ErrorSourceJWKS, nil))
	case errors.As(err, &claim) && claim.Clock:
		early := *idTokenFailure(err)
		early.grave, early.base.Temporary = false, true
		return unrefreshed(&early)
	case errors.As(err, &claim) && claim.Claim == "iss":
		return mismatched("the refreshed ID token has another issuer", subject, e.subjectOf(ctx, a.tokens.IDToken))
	}
	return idTokenFailure(err)
}

// subjectOf returns the subject of an ID token whose signature is good, else "".
func (e *Engine) subjectOf(ctx context.Context, token authpi.Secret) string {
	set, err := e.keys.cache.Load(ctx)
	if err != nil {
		return ""
	}
	v, err := e.verifySignature(ctx, idTokenKind, token.Reveal(), set, optional)
	if err != nil {
		return ""
	}
	return v.claims.Subject
}

// succeedingID checks what a refreshed ID token must have in common with the session that it follows, and returns it or, where
// the answer has none, the old one.
func (s *session) succeedingID(a *answer) (*verified, *failure) {
	switch {
	case a.idToken == nil && s.unknownKey != nil:
		return nil, unparsable("id_token_signature",
			"the ID token's key is gone and the refresh brought no new ID token; log in again", "")
	case a.idToken == nil:
		return s.id, nil
	case a.idToken.claims.Subject != s.subject:
		return nil, mismatched("the refreshed ID token belongs to another subject", s.subject, a.idToken.claims.Subject)
	}
	if s.id != nil {
		if err := a.idToken.claims.CheckNonce(idtoken.NonceIfPresent, s.id.claims.Nonce); err != nil {
			return nil, idTokenFailure(err)
		}
	}
	if f := checkOrganization(a.idToken, s.tokens.Org); f != nil {
		return nil, f
	}
	return a.idToken, nil
}

// succeed returns the session that follows an old one by an answer: what the answer does not have stays.
func (e *Engine) succeed(old *session, a *answer) (*session, *failure) {
	id, f := old.succeedingID(a)
	if f != nil {
		return nil, f
	}
	tokens := copyOf(old.tokens)
	fresh := &session{tokens: tokens, id: id, subject: old.subject}
	tokens.AccessToken = a.tokens.AccessToken
	tokens.TokenType = a.tokens.tokenType()
	tokens.ExpiresAt = expiresAt(a.received, a.tokens.ExpiresIn)
	if !a.tokens.RefreshToken.IsZero() {
		tokens.RefreshToken = a.tokens.RefreshToken
	}
	if a.idToken != nil {
		tokens.IDToken = a.tokens.IDToken
	}
	if a.tokens.Scope != nil {
		tokens.Scope = *a.tokens.Scope
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
