package engine

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// wellKnown is in the address of a document about an issuer. The issuer's own URL never has it.
const wellKnown = "/.well-known/"

// checkIssuer refuses an issuer URL that can never be one, and gives the one that was probably
// meant.
func checkIssuer(config authpi.Config) *failure {
	if why, fit := issuerDefect(config.IssuerURL); why != "" {
		return invalidIssuer("IssuerURL", why, fit)
	}
	// Issuer is compared, never fetched from, so that it may be what is not a URL at all.
	why, fit := textDefect(config.Issuer), ""
	if strings.Contains(config.Issuer, wellKnown) {
		why, fit = issuerDefect(config.Issuer)
	}
	if why != "" {
		return invalidIssuer("Issuer", why, fit)
	}
	return nil
}

func invalidIssuer(field, why, fit string) *failure {
	if fit == "" {
		fit = "the issuer's https URL, such as https://idp.authpi.com/i_1a2b3c"
	} else {
		fit = strconv.Quote(bounded(fit, maxLink))
	}
	return misconfigured("invalid_issuer_url", "set "+field+" to "+fit+"; the one given "+why)
}

// issuerDefect returns what is wrong with an issuer URL, or nothing, and the URL that would fit, if
// that can be guessed. It never repeats the user information of the URL, which may be a password.
func issuerDefect(link string) (why, fit string) {
	if link == "" {
		return "is empty", ""
	}
	text := strings.TrimSpace(link)
	if why = textDefect(text); why != "" {
		return why, ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "is not an https URL with a host", withScheme(text)
	}
	switch fit = issuerOf(u); {
	case text != link:
		return textDefect(link), fit
	case u.Scheme != "https" && !loopback(u):
		return "is not https", fit
	case u.RawQuery != "" || u.ForceQuery:
		return "has a query", fit
	case u.Fragment != "" || strings.Contains(text, "#"):
		return "has a fragment", fit
	case u.User != nil:
		return "has user information", fit
	case strings.Contains(u.EscapedPath(), wellKnown):
		return "is the address of its metadata", fit
	case strings.Contains(u.EscapedPath(), "//"):
		return "has an empty path segment", fit
	}
	return "", ""
}

// withScheme returns the https URL of a string that begins with a host, or "".
func withScheme(text string) string {
	u, err := url.Parse("https://" + text)
	if err != nil || !strings.Contains(u.Hostname(), ".") {
		return ""
	}
	return issuerOf(u)
}

// issuerOf returns a URL without what an issuer cannot have. A name after "/.well-known/NAME" is
// the issuer's path, as RFC 8414, section 3.1, places it.
func issuerOf(u *url.URL) string {
	scheme := "https"
	if loopback(u) {
		scheme = u.Scheme
	}
	path, document, _ := strings.Cut(u.EscapedPath(), wellKnown)
	if _, rest, _ := strings.Cut(document, "/"); rest != "" {
		path += "/" + rest
	}
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return scheme + "://" + u.Host + path
}
