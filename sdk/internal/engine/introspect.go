package engine

import (
	"context"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// IntrospectToken asks the issuer for the state of a token.
func (e *Engine) IntrospectToken(
	ctx context.Context, token authpi.Secret, opts *authpi.IntrospectTokenOptions,
) (*authpi.Introspection, error) {
	ctx, span := e.begin(ctx, "introspect_token")
	state, f := e.introspect(ctx, token, orZero(opts).Hint)
	if f != nil {
		return nil, span.end(f)
	}
	return state, span.end(nil)
}

func (e *Engine) introspect(
	ctx context.Context, token authpi.Secret, hint authpi.TokenTypeHint,
) (*authpi.Introspection, *failure) {
	switch {
	case token.IsZero():
		return nil, misconfigured("invalid_argument", "pass the token")
	case e.config.ClientSecret.IsZero():
		return nil, misconfigured("missing_client_secret", "set ClientSecret: introspection is for confidential clients")
	}
	state, err := e.introspectRequest(ctx, introspectRequestParams{Token: token, Hint: hint})
	if err != nil {
		return nil, asFailure(ctx, err)
	}
	if !state.Active {
		// RFC 7662, section 2.2: nothing else is known about an inactive token. Other members of the response are ignored.
		return &authpi.Introspection{}, nil
	}
	return state, nil
}
