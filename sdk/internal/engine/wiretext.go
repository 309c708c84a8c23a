package engine

import (
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The sizes in bytes to which text from the wire is cut.
const (
	maxCode        = 128
	maxDescription = 512
	maxLink        = 256
)

// maxRetryAfter bounds what a server can ask for.
const maxRetryAfter = 24 * time.Hour

// bounded returns the part of a foreign string that an error may quote if no secret was sent.
func bounded(text string, size int) string { return cut(printable(text), size) }

// printable takes out what could forge a line of a log.
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		if c == utf8.RuneError || !unicode.IsPrint(c) {
			return -1
		}
		return c
	}, text)
}

// cut shortens a string to a size in bytes, between two characters.
func cut(text string, size int) string {
	if len(text) <= size {
		return text
	}
	for size > 0 && !utf8.RuneStart(text[size]) {
		size--
	}
	return text[:size]
}

// temporaryStatus reports whether a status means a temporary failure.
func temporaryStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500
}

// retryAfter reads the header of RFC 9110, section 10.2.3, which is a number of seconds or a date.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if n, err := strconv.ParseUint(value, 10, 32); err == nil {
		return min(time.Duration(n)*time.Second, maxRetryAfter)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter)
	}
	return 0
}

// challenge reads error and error_description of a WWW-Authenticate header as RFC 6750, section 3 has it. The challenge can
// be one of several in a line.
func challenge(header http.Header) wireError {
	const scheme = "Bearer "
	for _, value := range header.Values("WWW-Authenticate") {
		for at := 0; at+len(scheme) <= len(value); at++ {
			// By bytes: the lower case of a string can be longer than the string.
			if strings.EqualFold(value[at:at+len(scheme)], scheme) {
				parameters := authParameters(value[at+len(scheme):])
				return wireError{parameters["error"], parameters["error_description"]}
			}
		}
	}
	return wireError{}
}

// authParameters reads a list of name=value, where a value is a token or a quoted text.
func authParameters(list string) map[string]string {
	parameters := map[string]string{}
	for list != "" {
		name, rest, found := strings.Cut(list, "=")
		if !found {
			break
		}
		value, after := authValue(strings.TrimLeft(rest, " \t"))
		parameters[strings.ToLower(strings.Trim(name, " \t,"))] = value
		list = after
	}
	return parameters
}

// authValue reads one value and returns what follows it.
func authValue(text string) (value, rest string) {
	if !strings.HasPrefix(text, `"`) {
		value, rest, _ = strings.Cut(text, ",")
		return strings.TrimSpace(value), rest
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return b.String(), text[i+1:]
		case c == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}
