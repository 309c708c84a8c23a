package certified_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// browser is a person's browser. It follows redirects and submits forms until it would leave the provider.
type browser struct {
	http.Client
	issuer string
}

// newBrowser returns a browser without cookies.
func (f *foreign) newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	b := &browser{issuer: f.issuer, Client: http.Client{Jar: jar, Transport: transport}}
	b.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), f.issuer+"/") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return b
}

// typed is what a person enters, by the name of the field or the button. The provider takes any password.
var typed = map[string]string{"login": "usr_alice", "password": "any", "logout": "yes"}

// visit opens an address of the provider and goes through its pages until the browser is sent elsewhere.
// It returns the URL that it would open there, and the body that it would post, if any.
func (b *browser) visit(t *testing.T, address string) (target, body string) {
	t.Helper()
	target, page := b.open(t, address, nil)
	for pages := 0; target == ""; pages++ {
		require.Less(t, pages, 5, "there are too many pages: %s", page)
		action, fields := form(t, page)
		if !strings.HasPrefix(action, b.issuer+"/") {
			return action, fields.Encode()
		}
		target, page = b.open(t, action, fields)
	}
	return target, ""
}

// open gets a page, or posts a form to it. It returns the URL outside the provider that the browser is
// redirected to, or else the page.
func (b *browser) open(t *testing.T, address string, fields url.Values) (target, page string) {
	t.Helper()
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if fields != nil {
		method, body = http.MethodPost, strings.NewReader(fields.Encode())
	}
	request, err := http.NewRequestWithContext(t.Context(), method, address, body)
	require.NoError(t, err)
	if fields != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := b.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.Header.Get("Location"), string(text)
}

// cancel opens an address of the provider, follows the link that cancels the login, and returns where the
// browser is sent.
func (b *browser) cancel(t *testing.T, address string) string {
	t.Helper()
	_, page := b.open(t, address, nil)
	found := abortTag.FindStringSubmatch(page)
	require.NotNil(t, found, "the page cannot be canceled: %s", page)
	target, _ := b.open(t, found[1], nil)
	return target
}

var (
	abortTag = regexp.MustCompile(`<a href="([^"]+/abort)"`)
	formTag  = regexp.MustCompile(`<form[^>]* action="([^"]+)"`)
	fieldTag = regexp.MustCompile(`<(?:input|button)[^>]* name="[^>]+>`)
	nameOf   = regexp.MustCompile(` name="([^"]*)"`)
	valueOf  = regexp.MustCompile(` value="([^"]*)"`)
)

// form returns the address and the fields of the page's form, filled in.
func form(t *testing.T, page string) (action string, fields url.Values) {
	t.Helper()
	found := formTag.FindStringSubmatch(page)
	require.NotNil(t, found, "the page has no form: %s", page)
	fields = url.Values{}
	for _, tag := range fieldTag.FindAllString(page, -1) {
		name := nameOf.FindStringSubmatch(tag)[1]
		if value := valueOf.FindStringSubmatch(tag); value != nil {
			fields.Set(name, html.UnescapeString(value[1]))
		}
		if value, person := typed[name]; person {
			fields.Set(name, value)
		}
	}
	return html.UnescapeString(found[1]), fields
}
