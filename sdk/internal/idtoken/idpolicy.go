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

// NonceRule determines how the nonce of an ID token is checked.
type NonceRule int

const (
	// NonceRequired requires the expected nonce. It is the zero value, so that the
	// default is the strictest rule.
	NonceRequired NonceRule = iota
	// NonceIfPresent also accepts a token without a nonce, as a refresh may return
	// (OpenID Connect Core, section 12.2).
	NonceIfPresent
	// NonceIgnored does not check the nonce.
	NonceIgnored
)

// IDPolicy holds the requirements for an ID token.
type IDPolicy struct {
	// Issuer is the required iss, compared byte for byte.
	Issuer string

	// ClientID is the only allowed value of aud, and of azp if present.
	ClientID string

	// Now is the current time.
	Now time.Time

	// Received is when the token was received, if that was before Now. A token does not
	// expire while the SDK waits for its key to be published.
	Received time.Time

	// Leeway is the allowed difference between the issuer's clock and this machine's;
	// negative means none.
	Leeway time.Duration

	// NonceRule determines how Nonce is used.
	NonceRule NonceRule

	// Nonce is the expected nonce.
	Nonce string

	// MaxAge is the max_age of the request: the maximum time since the login. Nil means
	// no limit.
	MaxAge *time.Duration

	// ACRValues is the acr_values of the request. Unless it is empty, acr must be one of
	// them.
	ACRValues []string

	// AccessToken is the access token of the same response, empty if there is none.
	// at_hash, if present, must be its hash.
	AccessToken string

	// Stored skips the checks that are needed only when the token is received: exp,
	// nonce, max_age and at_hash.
	Stored bool
}

// CheckIDToken checks the claims and the header of an ID token against a policy. The
// error is a *ClaimError.
func (c *Claims) CheckIDToken(header jws.Header, p IDPolicy) error {
	// Tokens of other kinds are signed with the same keys (RFC 8725, section 3.11).
	if header.Type != "" && !isJWTType(header.Type) {
		return wrong("typ", "belongs to another kind of token")
	}
	if err := c.checkParties(p); err != nil {
		return err
	}
	if len(p.ACRValues) > 0 && c.ACR == "" {
		return wrong("acr", missing)
	}
	if len(p.ACRValues) > 0 && !slices.Contains(p.ACRValues, c.ACR) {
		return wrong("acr", "is not one of the requested acr_values")
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

// isJWTType reports whether typ is "JWT", in its short or full form (RFC 7515, section
// 4.1.9).
func isJWTType(typ string) bool {
	return strings.EqualFold(typ, "JWT") || strings.EqualFold(typ, "application/jwt")
}

// checkParties checks the issuer, the audience and the subject.
func (c *Claims) checkParties(p IDPolicy) error {
	if err := c.checkIssuer(p.Issuer); err != nil {
		return err
	}
	if len(c.Audience) == 0 {
		return wrong("aud", missing)
	}
	// Another audience could have received the token, and could use it to log in here as
	// the user.
	for _, audience := range c.Audience {
		if audience != p.ClientID {
			return wrong("aud", "contains an audience other than this client")
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

// CheckNonce compares the nonce with the nonce of the request. The error is a
// *ClaimError.
func (c *Claims) CheckNonce(rule NonceRule, nonce string) error {
	switch {
	case rule == NonceIgnored || rule == NonceIfPresent && c.Nonce == "":
		return nil
	case c.Nonce == "":
		return wrong("nonce", missing)
	case subtle.ConstantTimeCompare([]byte(c.Nonce), []byte(nonce)) != 1:
		return wrong("nonce", "does not match the request")
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
		return wrong("auth_time", "is further in the past than max_age allows")
	default:
		return nil
	}
}

// checkAccessTokenHash checks that the two tokens belong together (OpenID Connect Core,
// section 3.1.3.6). It uses the hash function of the signature algorithm, which is
// SHA-512 for Ed25519.
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
		return wrong("at_hash", "does not match the access token")
	}
	return nil
}
