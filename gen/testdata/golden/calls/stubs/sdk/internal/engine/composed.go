package engine

import (
	"context"

	"example.com/calls/sdk/authpi"
)

func (e *Engine) Exchange(
	ctx context.Context, callbackURL string, record *authpi.Record, typeValue string, opts *authpi.ExchangeOptions,
) (*authpi.Record, error) {
	return record, e.request(ctx)
}

func (e *Engine) ExchangeAll(ctx context.Context, token authpi.Secret, opts *authpi.ExchangeAllOptions) error {
	return nil
}

func (e *Engine) Draw(opts *authpi.DrawOptions) (*authpi.Record, error) { return nil, nil }
