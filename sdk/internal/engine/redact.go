package engine

import (
	"encoding/base64"
	"html"
	"net/url"
	"slices"
	"strings"
)

// minRedacted is the size in bytes of the shortest secret that redact looks for. A shorter one occurs in ordinary words.
const minRedacted = 8

// code returns an error code unchanged, or "" if it is malformed or contains a secret.
func (r *request) code(text string) string {
	code := cut(text, maxCode)
	if !isErrorCode(text) || cut(r.redact(text, maxCode), maxCode) != code {
		return ""
	}
	return code
}

// isErrorCode reports whether text is not empty and has only the bytes that RFC 6749, section 5.2, allows in an error code.
func isErrorCode(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return text != ""
}

// description returns a server's description, redacted and bounded. It is "" if one of the secrets that were sent is too short
// to be redacted.
func (r *request) description(text string) string {
	if slices.ContainsFunc(r.secrets, isShort) {
		return ""
	}
	return r.quotable(text, maxDescription)
}

// isShort reports whether a secret is too short to be redacted. Only its printable characters count, since only they can occur
// in a printable text.
func isShort(secret string) bool { return len(printable(secret)) < minRedacted }

// showsShort reports whether a string contains a secret that is too short to be redacted.
func (r *request) showsShort(text string) bool {
	return slices.ContainsFunc(r.secrets, func(secret string) bool {
		visible := printable(secret)
		return visible != "" && isShort(secret) && strings.Contains(text, visible)
	})
}

// quotable returns the part of a server's text that an error may quote, at most size bytes. The order of the steps matters:
// removing characters can join the halves of a secret, and redact does not find a secret that was cut.
func (r *request) quotable(text string, size int) string {
	return cut(r.redact(printable(text), size), size)
}

// redact replaces each secret in a printable text, plain or encoded. It makes one pass: the replacement is not searched again.
// It stops soon after size bytes, so that a long text takes no longer than a short one; the caller cuts the rest.
func (r *request) redact(text string, size int) string {
	if text == "" {
		return ""
	}
	needles := r.needles()
	var b strings.Builder
	end := 0 // of the part of text that is in b, or was replaced
	for i := range len(text) {
		if i >= end && b.Len()+i-end > size {
			return b.String() + text[end:i]
		}
		found := 0
		for _, needle := range needles {
			found = max(found, spelled(text[i:], needle))
		}
		if found > 0 && i >= end {
			b.WriteString(text[end:i] + "[redacted]")
		}
		if found > 0 {
			end = max(end, i+found) // a secret may begin inside another one
		}
	}
	return b.String() + text[end:]
}

// needles returns the strings that redact looks for: each secret, its printable characters, and its base64.
func (r *request) needles() []string {
	var needles []string
	for _, secret := range r.secrets {
		if isShort(secret) {
			continue
		}
		needles = append(needles, secret, printable(secret),
			base64.RawStdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)))
	}
	slices.Sort(needles)
	return slices.Compact(needles)
}

// spelled returns the number of bytes at the start of text that spell the secret, or 0. Each character is plain or escaped, all
// of them in the same way.
func spelled(text, secret string) int {
	if text[0] != secret[0] && !strings.ContainsRune(`%+\&`, rune(text[0])) {
		return 0
	}
	for _, unescape := range []func(string) (string, int){percentEscape, jsonEscape, htmlEscape} {
		if size := spelledBy(unescape, text, secret); size > 0 {
			return size
		}
	}
	return 0
}

func spelledBy(unescape func(string) (string, int), text, secret string) int {
	size := 0
	for secret != "" {
		char, n := unescape(text[size:])
		if n == 0 || !strings.HasPrefix(secret, char) {
			if !strings.HasPrefix(text[size:], secret[:1]) {
				return 0
			}
			char, n = secret[:1], 1
		}
		secret, size = secret[len(char):], size+n
	}
	return size
}

// percentEscape reads the escape of a URL or a form at the start of text. It returns the character and the size of the escape,
// which is 0 if there is none.
func percentEscape(text string) (char string, size int) {
	const escape = len("%2F")
	switch {
	case strings.HasPrefix(text, "+"):
		return " ", 1
	case len(text) < escape || text[0] != '%':
		return "", 0
	}
	char, err := url.PathUnescape(text[:escape])
	if err != nil {
		return "", 0
	}
	return char, escape
}

// jsonEscape reads the escape of a JSON string at the start of text.
func jsonEscape(text string) (char string, size int) {
	const short, long, pair = len(`\/`), len(`\u002f`), len(`\ud83d\ude00`)
	if !strings.HasPrefix(text, `\`) {
		return "", 0
	}
	for _, size := range []int{short, long, pair} {
		if size <= len(text) {
			if char := unquoted(`"` + text[:size] + `"`); char != "" {
				return char, size
			}
		}
	}
	return "", 0
}

// htmlEscape reads the character reference of HTML at the start of text.
func htmlEscape(text string) (char string, size int) {
	const longest = len("&#x0000002F;")
	if !strings.HasPrefix(text, "&") {
		return "", 0
	}
	end := strings.IndexByte(text[:min(len(text), longest)], ';') + 1
	if char = html.UnescapeString(text[:end]); char == text[:end] {
		return "", 0
	}
	return char, end
}
