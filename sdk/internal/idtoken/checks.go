package idtoken

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// checkIssuer compares iss byte for byte. All issuers of a provider may share their keys,
// so only this check, not the signature, distinguishes them. The error shows both
// issuers, which are not secret, so that a user can find an extra slash.
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

// shown quotes a string and truncates it, so that two of them fit into the 512 bytes of a
// description. It limits the quoted form, because an escape can be ten times as long as
// its character.
func shown(text string) string {
	const most = 200
	quoted := strconv.Quote(cut(text, most))
	if len(quoted) <= most && len(text) <= most {
		return quoted
	}
	return strings.TrimSuffix(cut(quoted, most), `"`) + `..."`
}

// cut truncates a string to at most size bytes, without splitting a character.
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

// checkTimes checks exp, iat and nbf. It must be the last check, because its errors
// report that the token has no other defect. received is when the token was received.
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

// checkBegin checks iat and nbf, which stay valid once they are valid.
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
