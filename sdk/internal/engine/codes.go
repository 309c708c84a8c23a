package engine

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/rotation"
)

const (
	exchangeAge  = 10 * time.Second // how long the outcome of an exchange is remembered
	maxExchanges = 4096             // remembered at once
)

// key returns the key of an exchange: the hash of the code and of everything that is sent with it. Each part has its length,
// so that no two exchanges have the same parts.
func (x exchange) key() fingerprint {
	h := sha256.New()
	for _, part := range append([]string{x.code.Reveal(), x.verifier.Reveal(), x.redirectURI}, x.resources...) {
		_, _ = fmt.Fprintf(h, "%d:%s", len(part), part) // a hash returns no error
	}
	return fingerprint{codeKind, [sha256.Size]byte(h.Sum(nil))}
}

// shareExchange sends a code once for all callers that bring it: the callbacks of a double click or of a browser's retry
// arrive together, and the provider revokes the tokens of a code that it sees twice. A failure after the code was sent has
// the grant authorization_code.
func (e *Engine) shareExchange(ctx context.Context, x exchange) (*redeemed, *failure) {
	if ctx.Err() != nil {
		return nil, cancelled(ctx)
	}
	x.resources = slices.Clone(x.resources) // the exchange can outlive the call
	call := e.exchanges.Join(x.key(), e.now(), rotation.Caller[outcome]{
		Attempt: func(f *rotation.Flight[outcome]) rotation.Landing[outcome] { return e.attemptExchange(f, x) },
	})
	defer call.Leave()
	o, err := call.Result(ctx)
	if err != nil {
		return nil, cancelled(ctx)
	}
	return o.redeemed, o.failure
}

// attemptExchange redeems a code. The outcome is remembered, unless the failure came before the code was sent.
func (e *Engine) attemptExchange(flight *rotation.Flight[outcome], x exchange) rotation.Landing[outcome] {
	defer e.reportPanic()
	o, spent := flight.Prior() // of an attempt that panicked
	if !spent {
		ctx := context.Background()
		set, f := e.prepare(ctx) // before the code is sent, which cannot be sent twice
		if f != nil {
			return rotation.Landing[outcome]{Result: outcome{failure: f}}
		}
		// A transport that panics may have sent the code.
		interrupted := temporary("network_error", "the exchange was interrupted", authpi.ErrorSourceToken, nil).of(codeGrant)
		flight.Keep(outcome{failure: interrupted}, e.now(), e.now().Add(exchangeAge))
		o.redeemed, o.failure = e.sendCode(ctx, x, set)
		if f := o.failure; f != nil {
			if f.unsent || f.base.Source != authpi.ErrorSourceToken && f.base.Grant != codeGrant { // nothing was sent
				return rotation.Landing[outcome]{Result: o}
			}
			o.failure = f.of(codeGrant)
		}
	}
	now := e.now()
	return rotation.Landing[outcome]{Result: o, State: rotation.Known, Since: now, Until: now.Add(exchangeAge)}
}
