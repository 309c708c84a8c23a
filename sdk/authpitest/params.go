package authpitest

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxBody limits request bodies.
const maxBody = 1 << 20 // 1 MiB

// params holds the parameters of a query or a form. An empty value counts as absent (RFC
// 6749, section 3.1).
type params struct {
	values  url.Values
	doubled []string // names that occur more than once but must not, sorted
}

// parseParams parses a query or a form strictly: it rejects malformed parameters, which
// url.ParseQuery reports but skips, and values that are not UTF-8.
func parseParams(raw string) (params, *refusal) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return params{}, refuse("invalid_request", "the parameters are malformed")
	}
	p := params{values: values}
	for name, given := range values {
		for _, value := range given {
			if !utf8.ValidString(name) || !utf8.ValidString(value) {
				return params{}, refuse("invalid_request", "the parameters are not UTF-8")
			}
		}
		// Only resource may occur more than once (RFC 8707, section 2).
		if len(given) > 1 && name != "resource" {
			p.doubled = append(p.doubled, name)
		}
	}
	slices.Sort(p.doubled)
	return p, nil
}

// refuseDoubled rejects parameters that occur more than once (RFC 6749, section 3.1).
func (p params) refuseDoubled() *refusal {
	if len(p.doubled) == 0 {
		return nil
	}
	return refuse("invalid_request", "parameter given more than once: "+printable(p.doubled[0]))
}

// only returns the values of a single parameter.
func (p params) only(name string) url.Values { return url.Values{name: p.values[name]} }

func (p params) get(name string) string { return p.values.Get(name) }

// words splits a space-separated parameter. It keeps the order and drops duplicates.
func (p params) words(name string) []string {
	var words []string
	for word := range strings.SplitSeq(p.get(name), " ") {
		if word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

// resources returns the resource indicators. Each must be an absolute URI without a
// fragment (RFC 8707, section 2), and listed in allowed unless that is nil.
func (p params) resources(allowed []string) ([]string, *refusal) {
	var resources []string
	for _, resource := range p.values["resource"] {
		if resource == "" || slices.Contains(resources, resource) {
			continue
		}
		parsed, err := url.Parse(resource)
		if err != nil || !parsed.IsAbs() || strings.Contains(resource, "#") {
			return nil, refuse("invalid_target", "a resource must be an absolute URI without a fragment")
		}
		if allowed != nil && !slices.Contains(allowed, resource) {
			return nil, refuse("invalid_target", "this resource is not allowed here")
		}
		resources = append(resources, resource)
	}
	return resources, nil
}

// readForm reads the body of a POST to a protocol endpoint. It rejects parameters in the
// query, because URLs end up in logs (RFC 6749, section 2.3.1).
func readForm(r *http.Request) (params, *refusal) {
	if !isForm(r) {
		return params{}, refuse("invalid_content_type", "want application/x-www-form-urlencoded")
	}
	if r.URL.RawQuery != "" {
		return params{}, refuse("invalid_request", "parameters belong in the body")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return params{}, refuse("invalid_request", "the body cannot be read")
	}
	form, refused := parseParams(string(body))
	if refused != nil {
		return params{}, refused
	}
	return form, form.refuseDoubled()
}

// isForm reports whether the request has a form body.
func isForm(r *http.Request) bool {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && mediaType == "application/x-www-form-urlencoded" && r.Method == http.MethodPost
}

// printable replaces characters that error_description may not have (RFC 6749, section
// 5.2).
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' {
			return '?'
		}
		return r
	}, text)
}
