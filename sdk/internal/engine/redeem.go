package engine

import (
	"context"
	"errors"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/idtoken"
	"github.com/arbfay/authpi-go/sdk/internal/jwks"
	"github.com/arbfay/authpi-go/sdk/internal/rotation"
)

const (
	successorAge = time.Minute     // how long a completed rotation is remembered
	keptAge      = time.Hour       // how long a response is kept that could not be verified or stored yet
	pauseAtLeast = 5 * time.Second // between attempts after a failure that is not final
	pauseAtMost  = 5 * time.Minute // even if Retry-After asks for more
	maxRotations = 4096            // remembered at once
)

// redeemed is what the token endpoint gave for a code or a refresh token. It is immutable.
type redeemed struct {
	response *tokenResponse
	received time.Time
	verified bool      // the tokens below were verified, as far as that does not depend on who shares them
	id       *verified // nil if the response has no ID token
	access   *verified // nil unless the access token is a JWT with a good signature
}

// outcome is what an attempt to redeem a code or a refresh token came to.
type outcome struct {
	*redeemed          // nil where no response came
	failure   *failure // nil where the response may be used
	own       bool     // the failure is one of the session of the caller that began the attempt, and of no other
	unstored  bool     // the failure is that the callback of the configuration did not store the tokens
}

// refreshToken returns the refresh token of the response, or the zero Secret.
func (o outcome) refreshToken() authpi.Secret {
	if o.redeemed == nil {
		return authpi.Secret{}
	}
	return o.response.RefreshToken
}

// gave reports whether a token set is what came of the response, where its refresh token was kept.
func (o outcome) gave(tokens *authpi.TokenSet) bool {
	kept := o.refreshToken().IsZero() || o.refreshToken() == tokens.RefreshToken
	return o.redeemed != nil && kept && o.response.AccessToken == tokens.AccessToken
}

func refreshKey(refreshToken authpi.Secret) fingerprint {
	return fingerprintOf(refreshTokenKind, refreshToken.Reveal())
}

// attemptRefresh redeems a refresh token, unless an earlier attempt has kept the response, and stores the new tokens with the
// callback of the configuration.
func (e *Engine) attemptRefresh(flight *rotation.Flight[outcome], old *session) rotation.Landing[outcome] {
	defer e.reportPanic()
	prior, _ := flight.Prior()
	got, f := e.verifiedRefresh(flight, prior.redeemed, old)
	if f != nil {
		return e.landing(outcome{redeemed: got, failure: f})
	}
	now := e.now()
	flight.Keep(outcome{redeemed: got}, now, now.Add(keptAge))
	fresh, f := e.next(old, got)
	if f != nil {
		return e.landing(outcome{redeemed: got, failure: f, own: true})
	}
	if e.config.OnRefresh != nil {
		store := func(ctx context.Context, tokens *authpi.TokenSet) error {
			return e.config.OnRefresh(ctx, copyOf(old.tokens), tokens)
		}
		run := func(callback func() error) error { return flight.Store(outcome{redeemed: got}, callback) }
		if f := e.persist(context.Background(), fresh.tokens, run, store); f != nil {
			return e.landing(outcome{redeemed: got, failure: f, unstored: true})
		}
	}
	return e.landing(outcome{redeemed: got})
}

// landing decides what an attempt leaves: the new tokens, a response to verify or to store at the next call, nothing after a
// final refusal, or a pause.
func (e *Engine) landing(o outcome) rotation.Landing[outcome] {
	landing := rotation.Landing[outcome]{Result: o, Since: e.now()}
	lasts := time.Duration(0)
	switch {
	case o.failure == nil:
		landing.State, lasts = rotation.Known, successorAge
		landing.Unstored = landing.Since.Add(keptAge)
	case o.failure.grave && !o.own:
		landing.State = rotation.Refused
	case o.redeemed != nil: // nothing is sent at the next call, so nothing has to wait
		landing.State, lasts = rotation.Kept, keptAge
	default:
		landing.State, lasts = rotation.Paused, max(min(o.failure.base.RetryAfter, pauseAtMost), pauseAtLeast)
	}
	landing.Until = landing.Since.Add(lasts)
	return landing
}

// verifiedRefresh returns a verified response to a refresh token and calls the hook with the outcome. With a failure, it returns
// the unverified response if there is one.
func (e *Engine) verifiedRefresh(
	flight *rotation.Flight[outcome], got *redeemed, old *session,
) (*redeemed, *failure) {
	if got != nil && got.verified {
		return got, nil
	}
	got, f := e.redeemRefresh(context.Background(), flight, got, old)
	if e.config.Hooks.Refresh != nil {
		var err error
		if f != nil {
			err = f.public("refresh")
		}
		e.config.Hooks.Refresh(authpi.RefreshEvent{Err: err})
	}
	return got, f
}

// redeemRefresh sends a refresh token, unless it was sent already, and verifies the response. Metadata and keys are loaded
// before: the token can be sent only once.
func (e *Engine) redeemRefresh(
	ctx context.Context, flight *rotation.Flight[outcome], got *redeemed, old *session,
) (*redeemed, *failure) {
	set, f := e.prepare(ctx)
	if f != nil {
		return got, unrefreshed(f)
	}
	if got == nil {
		response, err := e.tokenRefresh(ctx, tokenRefreshParams{
			RefreshToken: old.tokens.RefreshToken, Resources: old.tokens.Resources,
		})
		if f := (*failure)(nil); errors.As(err, &f) {
			return nil, unrefreshed(f)
		}
		got = &redeemed{response: response, received: e.now()}
		flight.Keep(outcome{redeemed: got}, got.received, got.received.Add(keptAge))
	}
	verified, f := e.verifyRefreshed(ctx, got, old.subject, set)
	if f != nil {
		return got, f
	}
	return verified, nil
}

// verifyRefreshed verifies the tokens of a response, as far as that does not depend on who shares them.
func (e *Engine) verifyRefreshed(ctx context.Context, a *redeemed, subject string, set *jwks.Set) (*redeemed, *failure) {
	verified := &redeemed{response: a.response, received: a.received, verified: true}
	if !a.response.IDToken.IsZero() {
		policy := e.idPolicy()
		policy.AccessToken, policy.Received = a.response.AccessToken.Reveal(), a.received
		id, err := e.verifyIDToken(ctx, a.response.IDToken, set, fromIssuer, policy)
		if err != nil {
			return nil, e.refreshedFailure(ctx, err, a, subject)
		}
		verified.id = id
	}
	verified.access = e.accessJWT(ctx, a.response.AccessToken, set, fromIssuer)
	return verified, nil
}

// refreshedFailure judges a defect of a refreshed ID token. The tokens are kept where it may pass: where the keys cannot be
// fetched or do not have the token's key yet, and where a clock is wrong. Another issuer is another subject: a subject is
// one only within its issuer.
func (e *Engine) refreshedFailure(ctx context.Context, err error, a *redeemed, subject string) *failure {
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
		return mismatched("the refreshed ID token has another issuer", subject, e.subjectOf(ctx, a.response.IDToken))
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

// nextID checks what a refreshed ID token must have in common with the session that it follows, and returns it or, where
// the answer has none, the old one.
func (s *session) nextID(a *redeemed) (*verified, *failure) {
	switch {
	case a.id == nil && s.unknownKey != nil:
		return nil, unparsable("id_token_signature",
			"the ID token's key is gone and the refresh brought no new ID token; log in again", "")
	case a.id == nil:
		return s.id, nil
	case a.id.claims.Subject != s.subject:
		return nil, mismatched("the refreshed ID token belongs to another subject", s.subject, a.id.claims.Subject)
	}
	if s.id != nil {
		if err := a.id.claims.CheckNonce(idtoken.NonceIfPresent, s.id.claims.Nonce); err != nil {
			return nil, idTokenFailure(err)
		}
	}
	if f := checkOrganization(a.id, s.tokens.Org); f != nil {
		return nil, f
	}
	return a.id, nil
}
