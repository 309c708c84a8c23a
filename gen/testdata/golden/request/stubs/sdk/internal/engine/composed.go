package engine

import (
	"context"

	"example.com/request/sdk/authpi"
)

func (e *Engine) Exchange(ctx context.Context, code authpi.Secret, _ *authpi.ExchangeOptions) error {
	_, err := e.tokenCode(ctx, tokenCodeParams{Code: code})
	return err
}
