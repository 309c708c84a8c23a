package idtoken

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

// NonceRule says how the nonce of an ID token is checked.
type NonceRule int

const (
	// NonceRequired demands the expected nonce. It is the zero value: forgetting to choose refuses too much, not too little.
	NonceRequired NonceRule = iota
	// NonceIfPresent accepts a token without a nonce, as a refresh may bring (OpenID Connect Core, section 12.2).
	NonceIfPresent
	// NonceIgnored looks at no nonce.
	NonceIgnored
)

// IDPolicy is what an ID token must say.
type IDPolicy struct {
	// Issuer is the value of iss, byte for byte.
	Issuer string

	// ClientID is the one value of aud, and of azp where that is there.
	ClientID string

	// Now is the present time.
	Now time.Time

	// Received is when the token came, if that was before Now: a token that was good then does not expire while it waits for
	// its key to be published.
	Received time.Time

	// Leeway is how far the issuer's clock may be off; negative is none.
	Leeway time.Duration

	// NonceRule says how Nonce is used.
	NonceRule NonceRule

	// Nonce is the value of nonce.
	Nonce string

	// MaxAge is the max_age of the request, nil if it had none: how long ago the login may have been.
	MaxAge *time.Duration

	// ACRValues is the acr_values of the request; unless empty, acr must be one of them.
	ACRValues []string

	// AccessToken is the access token of the same response, empty if there is none: at_hash, if present, must be its hash.
	AccessToken string

	// Stored drops what held when the token was received: exp, nonce, max_age and at_hash are not checked.
	Stored bool
}

// CheckIDToken compares the claims, and the header of the token that they are from, with a policy. The error is a
// *ClaimError.
func (c *Claims) CheckIDToken(header jws.Header, p IDPolicy) error {
	// A token of another kind is signed with the same keys (RFC 8725, section 3.11).
	if header.Type != "" && !isJWTType(header.Type) {
		return wrong("typ", "is that of another kind of token")
	}
	if err := c.checkParties(p); err != nil {
		return err
	}
	if len(p.ACRValues) > 0 && c.ACR == "" {
		return wrong("acr", missing)
	}
	if len(p.ACRValues) > 0 && !slices.Contains(p.ACRValues, c.ACR) {
		return wrong("acr", "is not one of the requested")
	}
	if p.Stored {
		return c.checkBegin(p.Now, p.Leeway)
	}
	if err := c.CheckNonce(p.NonceRule, p.Nonce); err != nil {
		return err
	}
	if err := c.checkMaxAge(p); err != nil {
		return err
	}
	if err := c.checkAccessTokenHash(header.Algorithm, p.AccessToken); err != nil {
		return err
	}
	received := p.Now
	if !p.Received.IsZero() && p.Received.Before(p.Now) {
		received = p.Received
	}
	return c.checkTimes(p.Now, received, p.Leeway)
}

// isJWTType reports whether a header's typ is that of a plain JWT, in its short or its full form (RFC 7515, section 4.1.9).
func isJWTType(typ string) bool {
	return strings.EqualFold(typ, "JWT") || strings.EqualFold(typ, "application/jwt")
}

// checkParties checks who issued the token, to whom and about whom.
func (c *Claims) checkParties(p IDPolicy) error {
	if err := c.checkIssuer(p.Issuer); err != nil {
		return err
	}
	if len(c.Audience) == 0 {
		return wrong("aud", missing)
	}
	// Whoever else is named could have been given the token, and would pass for this client's user here.
	for _, audience := range c.Audience {
		if audience != p.ClientID {
			return wrong("aud", "names another audience than this client")
		}
	}
	if len(c.Audience) > 1 && c.AuthorizedParty == "" {
		return wrong("azp", missing)
	}
	if c.AuthorizedParty != "" && c.AuthorizedParty != p.ClientID {
		return wrong("azp", "is not this client")
	}
	return c.checkSubject()
}

// CheckNonce compares the nonce with that of a request. The error is a *ClaimError.
func (c *Claims) CheckNonce(rule NonceRule, nonce string) error {
	switch {
	case rule == NonceIgnored || rule == NonceIfPresent && c.Nonce == "":
		return nil
	case c.Nonce == "":
		return wrong("nonce", missing)
	case subtle.ConstantTimeCompare([]byte(c.Nonce), []byte(nonce)) != 1:
		return wrong("nonce", "is not that of the request")
	default:
		return nil
	}
}

func (c *Claims) checkMaxAge(p IDPolicy) error {
	leeway := max(p.Leeway, 0)
	switch {
	case p.MaxAge == nil:
		return nil
	case c.AuthTime.IsZero():
		return wrong("auth_time", missing)
	case c.AuthTime.After(p.Now.Add(leeway)):
		return wrong("auth_time", "is in the future")
	case p.Now.Sub(c.AuthTime)-leeway > *p.MaxAge:
		return wrong("auth_time", "is longer ago than max_age")
	default:
		return nil
	}
}

// checkAccessTokenHash checks that the tokens belong together (OpenID Connect Core, section 3.1.3.6). The hash is the
// one inside the signature algorithm, which is SHA-512 for Ed25519.
func (c *Claims) checkAccessTokenHash(algorithm, accessToken string) error {
	if c.AccessTokenHash == "" || accessToken == "" {
		return nil
	}
	var sum [sha512.Size]byte
	size := sha512.Size
	if algorithm == jws.EdDSA {
		sum = sha512.Sum512([]byte(accessToken))
	} else {
		size = sha256.Size
		short := sha256.Sum256([]byte(accessToken))
		copy(sum[:], short[:])
	}
	want := base64.RawURLEncoding.EncodeToString(sum[:size/2])
	if subtle.ConstantTimeCompare([]byte(c.AccessTokenHash), []byte(want)) != 1 {
		return wrong("at_hash", "is not that of the access token")
	}
	return nil
}
