package provider_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// browser is a person's browser. It follows redirects until they leave the server.
type browser struct {
	http.Client
	issuer string
}

// newBrowser has no cookies yet.
func (f *foreign) newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	b := &browser{Client: *f.client, issuer: f.issuer}
	b.Jar = jar
	b.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), f.issuer+"/") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return b
}

// login follows an authorization request, fills in the login page and returns the
// callback, which it does not open. A refusal may come without a page.
func (f *foreign) login(t *testing.T, authorizationURL string) string {
	t.Helper()
	b := f.newBrowser(t)
	location, page := b.open(t, authorizationURL, nil)
	if location != "" {
		return location
	}
	host, err := url.Parse(f.issuer)
	require.NoError(t, err)
	location, page = b.open(t, f.issuer+b.formAction(t, page), url.Values{
		"id": {hidden(t, page, "id")}, "username": {"test-user@" + host.Hostname()}, "password": {"verysecure"},
	})
	require.NotEmpty(t, location, page)
	return location
}

// open gets a page, or posts a form to it. It returns where the browser was sent that
// is not the server, or else the page.
func (b *browser) open(t *testing.T, address string, form url.Values) (location, page string) {
	t.Helper()
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	request, err := http.NewRequestWithContext(t.Context(), method, address, body)
	require.NoError(t, err)
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := b.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	if location := response.Header.Get("Location"); location != "" {
		return location, ""
	}
	require.Equal(t, http.StatusOK, response.StatusCode, "%s", text)
	return "", string(text)
}

// formAction is where the page's form goes.
func (b *browser) formAction(t *testing.T, page string) string {
	t.Helper()
	found := regexp.MustCompile(`<form method="POST" action="([^"]+)"`).FindStringSubmatch(page)
	require.NotNil(t, found, page)
	return found[1]
}

// hidden is the value of a hidden field.
func hidden(t *testing.T, page, name string) string {
	t.Helper()
	found := regexp.MustCompile(`<input type="hidden" name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	require.NotNil(t, found, page)
	return found[1]
}
