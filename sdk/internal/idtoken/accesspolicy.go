package idtoken

import (
	"slices"
	"strings"
	"time"

	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

// AccessPolicy holds the requirements for an access token in JWT form.
type AccessPolicy struct {
	// Issuer is the required iss, compared byte for byte.
	Issuer string

	// Audiences lists the accepted audiences; aud must contain one of them. Nil accepts
	// any audience, empty accepts none.
	Audiences []string

	// ClientID is the required client_id. Empty accepts any.
	ClientID string

	// Now is the current time.
	Now time.Time

	// Leeway is the allowed difference between the issuer's clock and this machine's;
	// negative means none.
	Leeway time.Duration
}

// IsAccessTokenType reports whether typ is the type of an access token in JWT form (RFC
// 9068, section 2.1).
func IsAccessTokenType(typ string) bool {
	return strings.EqualFold(typ, "at+jwt") || strings.EqualFold(typ, "application/at+jwt")
}

// CheckAccessToken checks the claims and the header of an access token against a policy.
// The error is a *ClaimError, whose Expired is true only if the token has no other
// defect.
func (c *Claims) CheckAccessToken(header jws.Header, p AccessPolicy) error {
	// An ID token must not be accepted as an access token (RFC 9068, section 2.1).
	if !IsAccessTokenType(header.Type) {
		return wrong("typ", "is not the type of an access token")
	}
	if err := c.checkIssuer(p.Issuer); err != nil {
		return err
	}
	isNamed := func(audience string) bool { return slices.Contains(p.Audiences, audience) }
	switch {
	case len(c.Audience) == 0:
		return wrong("aud", missing)
	case p.Audiences != nil && !slices.ContainsFunc(c.Audience, isNamed):
		return wrong("aud", "contains none of the expected audiences")
	case c.ClientID == "":
		return wrong("client_id", missing)
	case p.ClientID != "" && c.ClientID != p.ClientID:
		return wrong("client_id", "is not the expected client")
	case c.ID == "":
		return wrong("jti", missing)
	case c.Confirmation:
		// A bound token needs a proof of possession, with any authentication scheme (RFC
		// 9449, section 7.1).
		return wrong("cnf", "requires a proof of possession, which is not supported")
	}
	if err := c.checkSubject(); err != nil {
		return err
	}
	return c.checkTimes(p.Now, p.Now, p.Leeway)
}
