package engine

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// checkConfig finds what in a configuration can never work. Each error names the field and a value
// that fits.
func checkConfig(config authpi.Config) *failure {
	checks := []func(authpi.Config) *failure{checkIssuer, checkClient, checkRedirectURI, checkEndpoints, checkDurations, checkSizes}
	for _, check := range checks {
		if f := check(config); f != nil {
			return f
		}
	}
	return checkResources(config.Resources)
}

func checkClient(config authpi.Config) *failure {
	if config.ClientID == "" {
		return misconfigured("missing_client_id", "set ClientID to the client's ID, such as c_1a2b3c")
	}
	if why := textDefect(config.ClientID); why != "" {
		return misconfigured("missing_client_id", "set ClientID to the client's ID, such as c_1a2b3c; the one given "+why)
	}
	if secret := config.ClientSecret.Reveal(); secret == "..." || strings.ContainsFunc(secret, unicode.IsControl) {
		return misconfigured("invalid_argument", "set ClientSecret to the client's secret; the one given is a placeholder or has "+
			"a line break, as a file often does: use strings.TrimSpace")
	}
	if why := textDefect(config.Audience); why != "" {
		return misconfigured("invalid_argument", "set Audience to the aud of the access tokens, such as https://api.example.com, "+
			"or leave it empty; the one given "+why)
	}
	switch config.ClientAuth {
	case "", authpi.ClientAuthBasic, authpi.ClientAuthPost:
	default:
		return misconfigured("invalid_argument", "set ClientAuth to ClientAuthBasic or ClientAuthPost, or leave it empty")
	}
	return nil
}

// checkSizes refuses sizes that can never work. MaxRememberedBytes: 16 meant mebibytes.
func checkSizes(config authpi.Config) *failure {
	const minRemembered = 4096
	if config.MaxTokenBytes < 0 {
		return misconfigured("invalid_argument", "set MaxTokenBytes to a size in bytes, such as 131072, or leave it 0; "+
			"tokens are never read without a limit")
	}
	if n := config.MaxRememberedBytes; n != 0 && n < minRemembered {
		return misconfigured("invalid_argument", "set MaxRememberedBytes to a size in bytes of at least 4096, such as 16777216, "+
			"or leave it 0")
	}
	return nil
}

// checkRedirectURI holds RFC 6749, section 3.1.2. A native application's scheme is its own.
func checkRedirectURI(config authpi.Config) *failure {
	if config.RedirectURI == "" {
		return nil
	}
	why := textDefect(config.RedirectURI)
	u, err := url.Parse(config.RedirectURI)
	switch {
	case why != "":
	case err != nil || !u.IsAbs() || strings.HasPrefix(u.Scheme, "http") && u.Hostname() == "":
		why = "is not an absolute URI"
	case strings.Contains(config.RedirectURI, "#"):
		why = "has a fragment"
	default:
		return nil
	}
	return misconfigured("invalid_redirect_uri", "set RedirectURI to the absolute URI that is registered for the client, such as "+
		"https://app.example.com/callback; the one given "+why)
}

func checkEndpoints(config authpi.Config) *failure {
	for i, link := range configuredEndpoints(config.Endpoints) {
		if link == "" {
			continue
		}
		why := textDefect(link)
		if why == "" {
			why = endpointDefect(link, config.IssuerURL)
		}
		if why != "" {
			return misconfigured("invalid_argument", "set "+endpointTable[i].option+" to an https URL without fragment, such as "+
				"https://idp.authpi.com/i_1a2b3c"+endpointTable[i].path+", or leave it empty; the one given "+why)
		}
	}
	return nil
}

// checkDurations refuses a number without a unit: RequestTimeout: 10 means 10 nanoseconds, in which
// no request succeeds.
func checkDurations(config authpi.Config) *failure {
	durations := []struct {
		field string
		value time.Duration
	}{
		{"RefreshBuffer", config.RefreshBuffer}, {"Leeway", config.Leeway}, {"LoginMaxAge", config.LoginMaxAge},
		{"RequestTimeout", config.RequestTimeout}, {"HTTPClient.Timeout", orZero(config.HTTPClient).Timeout},
	}
	for _, d := range durations {
		if 0 < d.value && d.value < time.Millisecond {
			return misconfigured("invalid_argument", fmt.Sprintf(
				"give %s a unit, such as %[1]s: %d * time.Second; the value given is %[3]v", d.field, int64(d.value), d.value))
		}
	}
	return nil
}

// placeholder is what examples have in the place of a value.
var placeholder = regexp.MustCompile(`\.\.\.|…|\{[^}]*\}|<[^>]*>`)

// textDefect returns what is wrong with a value that was copied, or nothing.
func textDefect(text string) string {
	switch {
	case placeholder.MatchString(text):
		return "still has the placeholder " + placeholder.FindString(text)
	case strings.TrimSpace(text) != text:
		return "begins or ends with a space or a line break"
	}
	return ""
}

// endpointDefect returns what is wrong with an endpoint of an issuer, or nothing. Plain http is for
// an issuer on loopback alone.
func endpointDefect(link, issuer string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || u.User != nil || strings.Contains(link, "#") {
		return "is no URL of an endpoint"
	}
	if u.Scheme == "https" || u.Scheme == "http" && loopback(u) && strings.HasPrefix(issuer, "http:") {
		return ""
	}
	return "is not https"
}

// loopback reports whether a URL points at this machine. Names other than localhost could resolve
// to anything.
func loopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// checkResources holds RFC 8707, section 2: absolute URIs without fragment.
func checkResources(resources []string) *failure {
	for i, resource := range resources {
		u, err := url.Parse(resource)
		if err != nil || !u.IsAbs() || strings.Contains(resource, "#") || textDefect(resource) != "" {
			return misconfigured("invalid_resource", fmt.Sprintf(
				"set Resources[%d] to an absolute URI without fragment, such as https://api.example.com", i))
		}
	}
	return nil
}
