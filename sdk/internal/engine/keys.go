package engine

import (
	"context"
	"errors"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/jwks"
)

// keyCache holds the issuer's signing keys.
type keyCache struct{ cache *jwks.Cache }

func (k *keyCache) init(e *Engine) {
	k.cache = jwks.NewCache(jwks.Options{
		Now: e.now,
		Fetch: func(ctx context.Context) ([]byte, error) {
			defer e.reportPanic()
			return e.fetchJWKS(ctx)
		},
	})
}

func (k *keyCache) wait(ctx context.Context) error { return k.cache.Wait(ctx) }

// prepare loads what every verification needs, the metadata and the keys, before anything is sent that cannot be sent twice.
func (e *Engine) prepare(ctx context.Context) (*jwks.Set, *failure) {
	if _, f := e.neededMetadata(ctx); f != nil {
		return nil, f
	}
	set, err := e.keys.cache.Load(ctx)
	if err != nil {
		return nil, e.keysUnavailable(ctx, err)
	}
	return set, nil
}

// keysUnavailable judges a key set that cannot be had. It never is the token's fault.
func (e *Engine) keysUnavailable(ctx context.Context, err error) *failure {
	if ctx.Err() != nil {
		return cancelled(ctx)
	}
	if errors.Is(err, jwks.ErrTooSoon) {
		return temporary("keys_unavailable", "the token is signed with a key that is not known yet; the keys were fetched "+
			"moments ago and are fetched again in 10 s at the latest", authpi.ErrorSourceJWKS, nil)
	}
	if f := asFailure(ctx, err); f.base.Code == "missing_endpoint" {
		return f
	}
	link := e.endpoints[endpointJWKS]
	if m := e.metadata.current(); link == "" && m != nil {
		link = m.endpoints[endpointJWKS]
	}
	return keysDocument.unavailable(link, err)
}
