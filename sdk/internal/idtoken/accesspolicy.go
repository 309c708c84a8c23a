package idtoken

import (
	"slices"
	"strings"
	"time"

	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

// AccessPolicy is what an access token in JWT form must say.
type AccessPolicy struct {
	// Issuer is the value of iss, byte for byte.
	Issuer string

	// Audiences has the values of which aud must have one. If nil, any audience is accepted; if empty, none.
	Audiences []string

	// ClientID is the value of client_id; if empty, any is accepted.
	ClientID string

	// Now is the present time.
	Now time.Time

	// Leeway is how far the issuer's clock may be off; negative is none.
	Leeway time.Duration
}

// IsAccessTokenType reports whether a header's typ is that of an access token in JWT form (RFC 9068, section 2.1).
func IsAccessTokenType(typ string) bool {
	return strings.EqualFold(typ, "at+jwt") || strings.EqualFold(typ, "application/at+jwt")
}

// CheckAccessToken compares the claims, and the header of the token that they are from, with a policy. The error is a
// *ClaimError; it is Expired only if nothing else is wrong with the token.
func (c *Claims) CheckAccessToken(header jws.Header, p AccessPolicy) error {
	// An ID token must not pass for an access token (RFC 9068, section 2.1).
	if !IsAccessTokenType(header.Type) {
		return wrong("typ", "is not that of an access token")
	}
	if err := c.checkIssuer(p.Issuer); err != nil {
		return err
	}
	isNamed := func(audience string) bool { return slices.Contains(p.Audiences, audience) }
	switch {
	case len(c.Audience) == 0:
		return wrong("aud", missing)
	case p.Audiences != nil && !slices.ContainsFunc(c.Audience, isNamed):
		return wrong("aud", "names none of the expected audiences")
	case c.ClientID == "":
		return wrong("client_id", missing)
	case p.ClientID != "" && c.ClientID != p.ClientID:
		return wrong("client_id", "is another client")
	case c.ID == "":
		return wrong("jti", missing)
	case c.Confirmation:
		// A bearer of a bound token has shown no proof, whatever the scheme it was sent under (RFC 9449, section 7.1).
		return wrong("cnf", "demands a proof that is not supported")
	}
	if err := c.checkSubject(); err != nil {
		return err
	}
	return c.checkTimes(p.Now, p.Now, p.Leeway)
}
