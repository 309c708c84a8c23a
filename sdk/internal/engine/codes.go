package engine

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/flight"
)

const (
	outcomeAge  = 10 * time.Second // how long the outcome of an exchange is remembered
	maxOutcomes = 4096             // remembered at once
)

// codes sends each authorization code once, however many callers bring it: the callbacks of a double click or of a browser's
// retry arrive together, and the provider revokes the tokens of a code that it sees twice. A code is in one of four states:
//
//   - unknown: nobody brought it, or its outcome is too old or was forgotten. The next caller starts an exchange.
//   - in flight: an exchange runs, and callers wait for it. If it fails before the code is sent, the code is unknown again.
//   - redeemed: the tokens are remembered. Each caller's own login is checked against them.
//   - spent: the exchange failed after the code was sent. Callers get that failure.
type codes struct {
	flights flight.Group[codeKey, *outcome]

	mu       sync.Mutex
	outcomes map[codeKey]*outcome // of the codes that are redeemed or spent
}

// codeKey is the hash of a code and of everything that is sent with it.
type codeKey [sha256.Size]byte

// outcome is the result of an exchange: tokens or a failure. It never changes once it is remembered.
type outcome struct {
	response *tokenResponse
	received time.Time
	id       *verified
	access   *verified // nil unless the access token is a JWT of this client's
	failure  *failure  // set if the code is spent
	ended    time.Time
}

// key returns the key of an exchange. Each part has its length, so that no two exchanges have the same parts.
func (x exchange) key() codeKey {
	h := sha256.New()
	for _, part := range append([]string{x.code.Reveal(), x.verifier.Reveal(), x.redirectURI}, x.resources...) {
		_, _ = fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return codeKey(h.Sum(nil))
}

// shareExchange returns the outcome of a code, exchanging the code if it is unknown. A failure after the code was sent has the
// grant authorization_code.
func (e *Engine) shareExchange(ctx context.Context, x exchange) (*outcome, *failure) {
	if ctx.Err() != nil {
		return nil, cancelled(ctx)
	}
	x.resources = slices.Clone(x.resources) // the exchange can outlive the call
	key := x.key()
	o, err := e.codes.flights.Do(ctx, key, 0, func(ctx context.Context) (*outcome, error) {
		defer e.reportPanic()
		return e.redeem(ctx, key, x)
	})
	if err != nil {
		return nil, asFailure(ctx, err)
	}
	return o, o.failure
}

// redeem exchanges a code, unless an exchange has ended since its caller came. The error is a failure before the code was sent.
func (e *Engine) redeem(ctx context.Context, key codeKey, x exchange) (*outcome, error) {
	if known := e.codes.recall(key, e.now()); known != nil {
		return known, nil
	}
	set, f := e.prepare(ctx) // before the code is sent, which cannot be sent twice
	if f != nil {
		return nil, f
	}
	o := &outcome{failure: temporary("network_error", "the exchange was interrupted", authpi.ErrorSourceToken, nil).of(codeGrant)}
	// Deferred, since a transport that panics may have sent the code.
	defer func() { e.codes.remember(key, o, e.now()) }()
	redeemed, f := e.sendCode(ctx, x, set)
	switch {
	case f == nil:
		o = redeemed
	case f.base.Source == authpi.ErrorSourceToken || f.base.Grant == codeGrant:
		o = &outcome{failure: f.of(codeGrant)}
	default: // no request was made
		o = nil
		return nil, f
	}
	return o, nil
}

// recall returns the outcome of a code that is redeemed or spent, else nil.
func (c *codes) recall(key codeKey, now time.Time) *outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o := c.outcomes[key]; o != nil && o.fresh(now) {
		return o
	}
	return nil
}

// fresh reports whether an outcome is still to be remembered. A clock that was set back does not prolong that.
func (o *outcome) fresh(now time.Time) bool { return now.Sub(o.ended).Abs() < outcomeAge }

// remember keeps an outcome, which may be nil, and forgets those that are too old, or the oldest if there are too many.
func (c *codes) remember(key codeKey, o *outcome, now time.Time) {
	if o == nil {
		return
	}
	o.ended = now
	c.mu.Lock()
	defer c.mu.Unlock()
	oldest := key
	for key, known := range c.outcomes {
		if !known.fresh(now) {
			delete(c.outcomes, key)
		} else if first := c.outcomes[oldest]; first == nil || known.ended.Before(first.ended) {
			oldest = key
		}
	}
	if len(c.outcomes) >= maxOutcomes {
		delete(c.outcomes, oldest)
	}
	if c.outcomes == nil {
		c.outcomes = make(map[codeKey]*outcome)
	}
	c.outcomes[key] = o
}

// forget drops the outcomes whose tokens are revoked: nobody gets them from here any more.
func (c *codes) forget(revoked func(*tokenResponse) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, o := range c.outcomes {
		if o.response != nil && revoked(o.response) {
			delete(c.outcomes, key)
		}
	}
}
