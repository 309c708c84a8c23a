package engine

import "strings"

// defect returns what RFC 6749, section 5.1 requires and the response lacks, or "".
func (t *tokenResponse) defect() string {
	switch {
	case t.AccessToken.IsZero():
		return `"access_token" is missing`
	case !strings.EqualFold(t.tokenType(), "bearer"):
		return `"token_type" must be Bearer`
	}
	return ""
}

// tokenType returns the type of the access token. Servers that issue only bearer tokens leave it out.
func (t *tokenResponse) tokenType() string {
	if t.TokenType == nil {
		return "Bearer"
	}
	return *t.TokenType
}
