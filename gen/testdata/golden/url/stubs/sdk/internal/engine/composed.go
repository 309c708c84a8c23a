package engine

import "example.com/url/sdk/authpi"

func (e *Engine) StartLogin(_ *authpi.StartLoginOptions) (string, error) {
	return e.authorizeRequest(authorizeRequestParams{})
}
