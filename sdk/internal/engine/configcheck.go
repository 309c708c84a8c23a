package engine

import (
	"net"
	"net/url"
	"strings"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// checkConfig finds what in a configuration can never work.
func checkConfig(config authpi.Config) *failure {
	if why := issuerDefect(config.IssuerURL); why != "" {
		return misconfigured("invalid_issuer_url", "set IssuerURL to the issuer's https URL, such as "+
			"https://idp.authpi.com/i_...; the one given "+why)
	}
	if config.ClientID == "" {
		return misconfigured("missing_client_id", "set ClientID to the client's ID, such as c_...")
	}
	if f := checkResources(config.Resources); f != nil {
		return f
	}
	switch config.ClientAuth {
	case "", authpi.ClientAuthBasic, authpi.ClientAuthPost:
	default:
		return misconfigured("invalid_argument", "set ClientAuth to one of the ClientAuth constants, or leave it empty")
	}
	if config.MaxTokenBytes < 0 {
		return misconfigured("invalid_argument", "set MaxTokenBytes to a size, or leave it 0: a token is never read without limit")
	}
	for i, link := range configuredEndpoints(config.Endpoints) {
		if link != "" && endpointDefect(link, config.IssuerURL) != "" {
			return misconfigured("invalid_argument",
				"set Endpoints."+endpointTable[i].name+" to an https URL without fragment, or leave it empty")
		}
	}
	return nil
}

// issuerDefect says what is wrong with an issuer URL, or nothing.
func issuerDefect(link string) string {
	u, err := url.Parse(link)
	switch {
	case link == "":
		return "is empty"
	case err != nil || u.Host == "" || u.Hostname() == "":
		return "is no URL with a host"
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u)):
		return "is not https"
	case u.RawQuery != "" || u.ForceQuery:
		return "has a query"
	case u.Fragment != "" || strings.Contains(link, "#"):
		return "has a fragment"
	case u.User != nil:
		return "has user information"
	}
	return ""
}

// endpointDefect says what is wrong with an endpoint of an issuer, or nothing. Plain http is for an issuer on loopback alone.
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

// loopback reports whether a URL points at this machine. Names other than localhost could resolve to anything.
func loopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// checkResources holds RFC 8707, section 2: absolute URIs without fragment.
func checkResources(resources []string) *failure {
	for _, resource := range resources {
		u, err := url.Parse(resource)
		if err != nil || !u.IsAbs() || strings.Contains(resource, "#") {
			return misconfigured("invalid_resource", "name each resource by an absolute URI without fragment")
		}
	}
	return nil
}
