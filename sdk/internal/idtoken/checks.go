package idtoken

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// checkIssuer compares byte for byte. The keys may be those of all issuers of a provider, so that this check, and not the
// signature, is what tells them apart. An issuer is no secret, and a slash too many is found only where both can be seen.
func (c *Claims) checkIssuer(issuer string) error {
	switch c.Issuer {
	case "":
		return wrong("iss", missing)
	case issuer:
		return nil
	default:
		return wrong("iss", "is "+shown(c.Issuer)+", not "+shown(issuer))
	}
}

// shown quotes a text, of which it shows so much that two of them stay within the 512 bytes of a description. Escapes count:
// they take ten times the room of what they stand for.
func shown(text string) string {
	const most = 200
	quoted := strconv.Quote(cut(text, most))
	if len(quoted) <= most && len(text) <= most {
		return quoted
	}
	return strings.TrimSuffix(cut(quoted, most), `"`) + `..."`
}

// cut shortens a text to a size in bytes, between two characters.
func cut(text string, size int) string {
	if len(text) <= size {
		return text
	}
	for size > 0 && !utf8.RuneStart(text[size]) {
		size--
	}
	return text[:size]
}

// checkSubject applies OpenID Connect Core, section 2: at most 255 characters of ASCII.
func (c *Claims) checkSubject() error {
	const maxLength = 255
	if c.Subject == "" {
		return wrong("sub", missing)
	}
	if len(c.Subject) > maxLength {
		return wrong("sub", "is too long")
	}
	for i := range len(c.Subject) {
		if c.Subject[i] >= 0x80 {
			return wrong("sub", "is not ASCII")
		}
	}
	return nil
}

// checkTimes checks all times. It comes last, so that a token which has no other defect can be told from the rest. received
// is when the token came.
func (c *Claims) checkTimes(now, received time.Time, leeway time.Duration) error {
	if c.ExpiresAt.IsZero() {
		return wrong("exp", missing)
	}
	if err := c.checkBegin(now, leeway); err != nil {
		return err
	}
	if !received.Before(c.ExpiresAt.Add(max(leeway, 0))) { // RFC 7519, section 4.1.4
		return late(received.Sub(c.ExpiresAt))
	}
	return nil
}

// checkBegin checks the times that stay right once they have been right.
func (c *Claims) checkBegin(now time.Time, leeway time.Duration) error {
	latest := now.Add(max(leeway, 0))
	switch {
	case c.IssuedAt.IsZero():
		return wrong("iat", missing)
	case c.IssuedAt.After(latest):
		return early("iat", c.IssuedAt.Sub(now))
	case c.NotBefore.After(latest):
		return early("nbf", c.NotBefore.Sub(now))
	default:
		return nil
	}
}
