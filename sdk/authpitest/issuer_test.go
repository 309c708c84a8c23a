package authpitest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpitest"
)

// fakeTB records failures instead of ending a test. Like package testing, it blames the
// first function on the stack that is not a helper.
type fakeTB struct {
	failures []string
	blamed   []string
	cleanups []func()
	helpers  map[string]bool
}

func (f *fakeTB) Helper() {
	if f.helpers == nil {
		f.helpers = map[string]bool{}
	}
	f.helpers[callers()[0]] = true
}

func (f *fakeTB) Cleanup(cleanup func()) { f.cleanups = append(f.cleanups, cleanup) }

func (f *fakeTB) Fatalf(format string, args ...any) {
	f.failures = append(f.failures, fmt.Sprintf(format, args...))
	stack := callers()
	f.blamed = append(f.blamed, stack[slices.IndexFunc(stack, func(name string) bool { return !f.helpers[name] })])
}

// callers returns the names of the functions on the stack, without itself and its caller.
func callers() []string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var names []string
	for frame, more := frames.Next(); more; frame, more = frames.Next() {
		names = append(names, frame.Function)
	}
	return names
}

func TestMisuseFailsTheTest(t *testing.T) {
	tb := &fakeTB{}
	issuer := authpitest.New(tb, nil)
	require.Len(t, tb.cleanups, 1)
	defer tb.cleanups[0]()
	good := spa(t, issuer)

	for name, misuse := range map[string]func(){
		"unknown user":             func() { issuer.Login(good.authorizeURL(), "usr_none") },
		"another issuer's URL":     func() { issuer.Login("https://idp.example/authorize?x=1", "usr_alice") },
		"another endpoint":         func() { issuer.Login(issuer.URL()+"/token?x=1", "usr_alice") },
		"unregistered redirect":    func() { issuer.Login(good.authorizeURL("redirect_uri", "https://x"), "usr_alice") },
		"relative redirect URI":    func() { issuer.AddClient(authpitest.Client{ID: "c", RedirectURIs: []string{"/cb"}}) },
		"redirect with fragment":   func() { issuer.AddClient(authpitest.Client{ID: "c", RedirectURIs: []string{"https://x#f"}}) },
		"redirect empty fragment":  func() { issuer.AddClient(authpitest.Client{ID: "c", RedirectURIs: []string{"https://x/#"}}) },
		"redirect without host":    func() { issuer.AddClient(authpitest.Client{ID: "c", RedirectURIs: []string{"https:///cb"}}) },
		"redirect that is opaque":  func() { issuer.AddClient(authpitest.Client{ID: "c", RedirectURIs: []string{"https:cb"}}) },
		"script for a redirect":    func() { issuer.AddClient(authpitest.Client{ID: "c", RedirectURIs: []string{"javascript:x()"}}) },
		"client without ID":        func() { issuer.AddClient(authpitest.Client{}) },
		"unknown algorithm":        func() { issuer.AddClient(authpitest.Client{ID: "c", SigningAlgorithm: "HS256"}) },
		"unknown endpoint":         func() { issuer.Fail("token", 1, authpitest.Failure{}) },
		"token for unknown client": func() { issuer.AccessToken("c_x", &authpitest.AccessTokenOptions{ClientID: "c_x"}) },
		"token for unknown user":   func() { issuer.AccessToken("usr_none", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			tb.failures, tb.blamed = nil, nil
			misuse()
			assert.Contains(t, strings.Join(tb.blamed, " "), "TestMisuseFailsTheTest", "the line of the test is shown")
			require.Len(t, tb.failures, 1)
			assert.Contains(t, tb.failures[0], "authpitest: ")
		})
	}
	assert.Nil(t, authpitest.New(tb, &authpitest.Options{Address: "127.0.0.1:-1"}))
}

func TestNewIssuer(t *testing.T) {
	issuer, err := authpitest.NewIssuer(&authpitest.Options{Users: []authpitest.User{{ID: "u1"}}})
	require.NoError(t, err)
	assert.Panics(t, func() { issuer.Login(web(t, issuer).authorizeURL(), "usr_alice") })
	assert.NotEmpty(t, web(t, issuer).login("u1").Get("code"))
	assert.Equal(t, issuer.URL(), fmt.Sprintf("%+v", issuer))
	issuer.Close()
	issuer.Close()
	assert.Error(t, fetchKeys(issuer))

	for name, opts := range map[string]authpitest.Options{
		"public address": {Address: ":0"},
		"no address":     {Address: "x"},
		"bad client":     {Clients: []authpitest.Client{{}}},
	} {
		_, err := authpitest.NewIssuer(&opts)
		assert.ErrorContains(t, err, "authpitest: ", name)
	}
}

func TestClock(t *testing.T) {
	issuer := authpitest.New(t, nil)
	before := issuer.Now()
	assert.WithinDuration(t, time.Now(), before, time.Minute)
	issuer.Advance(48 * time.Hour)
	assert.WithinDuration(t, time.Now().Add(48*time.Hour), issuer.Now(), time.Minute)
}

func TestRequests(t *testing.T) {
	issuer := fixed(t, authpitest.Options{})
	client := web(t, issuer)
	tokens := client.tokens("usr_alice")
	client.refresh("x")
	get(t, issuer, "/userinfo?a=%zz", "Authorization", "Bearer "+tokens.str("access_token"))

	requests := issuer.Requests("/token")
	require.Len(t, requests, 2)
	assert.Equal(t, "POST", requests[0].Method)
	assert.Equal(t, verifier, requests[0].Form.Get("code_verifier"))
	assert.Equal(t, "application/x-www-form-urlencoded", requests[0].Header.Get("Content-Type"))
	assert.Equal(t, 200, requests[0].Status)
	assert.Equal(t, 400, requests[1].Status)
	assert.Equal(t, issuer.Now(), requests[0].Time)
	requests[0].Form.Set("code", "changed")
	assert.NotEqual(t, "changed", issuer.Requests("/token")[0].Form.Get("code"))

	var paths []string
	for _, request := range issuer.Requests("") {
		paths = append(paths, request.Method+" "+request.Path)
	}
	assert.Equal(t, []string{"GET /authorize", "POST /token", "POST /token", "GET /userinfo"}, paths)
	assert.Equal(t, "c_web", issuer.Requests("/authorize")[0].Query.Get("client_id"))
	assert.Equal(t, 303, issuer.Requests("/authorize")[0].Status)
}

func TestFail(t *testing.T) {
	issuer := authpitest.New(t, nil)
	client := web(t, issuer)
	tokens := client.tokens("usr_alice")

	t.Run("answers", func(t *testing.T) {
		issuer.Fail("/userinfo", 1, authpitest.Failure{
			Status: 503, Header: http.Header{"retry-after": {"7"}}, Body: "down",
		})
		issuer.Fail("/userinfo", 1, authpitest.Failure{Status: 500})
		first := get(t, issuer, "/userinfo")
		assert.Equal(t, 503, first.status)
		assert.Equal(t, "7", first.header.Get("Retry-After"))
		assert.Equal(t, "down", first.text)
		assert.Equal(t, 500, get(t, issuer, "/userinfo").status)
		assert.Equal(t, 401, get(t, issuer, "/userinfo").status)
	})
	t.Run("until it is canceled", func(t *testing.T) {
		issuer.Fail("/jwks.json", -1, authpitest.Failure{Status: 500})
		for range 3 {
			assert.Equal(t, 500, get(t, issuer, "/jwks.json").status)
		}
		issuer.Fail("/jwks.json", 0, authpitest.Failure{})
		assert.Equal(t, 200, get(t, issuer, "/jwks.json").status)
	})
	t.Run("loses a response", func(t *testing.T) {
		issuer.Fail("/token", 1, authpitest.Failure{Drop: true, Processed: true})
		request := client.request(http.MethodPost, "/token", url.Values{
			"grant_type": {"refresh_token"}, "refresh_token": {tokens.str("refresh_token")},
			"client_id": {"c_web"}, "client_secret": {"web-secret"},
		})
		response, err := issuer.Client().Do(request)
		if err == nil {
			response.Body.Close()
		}
		require.Error(t, err)
		requireRefusal(t, client.refresh(tokens.str("refresh_token")), 400, "invalid_grant")
	})
	t.Run("holds a request", func(t *testing.T) {
		hold := make(chan struct{})
		issuer.Fail("/jwks.json", 1, authpitest.Failure{Hold: hold})
		before, done := len(issuer.Requests("/jwks.json")), make(chan error)
		go func() { done <- fetchKeys(issuer) }()
		require.Eventually(t, func() bool { return len(issuer.Requests("/jwks.json")) > before },
			10*time.Second, time.Millisecond)
		assert.Equal(t, 200, get(t, issuer, "/.well-known/openid-configuration").status, "the other endpoints work")
		select {
		case <-done:
			assert.Fail(t, "the request was not held")
		default:
		}
		close(hold)
		assert.NoError(t, <-done)
	})
}

func TestCloseFreesHeldRequests(t *testing.T) {
	issuer, err := authpitest.NewIssuer(nil)
	require.NoError(t, err)
	issuer.Fail("/jwks.json", 1, authpitest.Failure{Hold: make(chan struct{})})
	done := make(chan error)
	go func() { done <- fetchKeys(issuer) }()
	require.Eventually(t, func() bool { return len(issuer.Requests("/jwks.json")) == 1 },
		10*time.Second, time.Millisecond)
	issuer.Close()
	assert.Error(t, <-done)
}

// fetchKeys returns an error because goroutines must not end a test.
func fetchKeys(issuer *authpitest.Issuer) error {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, issuer.URL()+"/jwks.json", nil)
	if err != nil {
		return err
	}
	response, err := issuer.Client().Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	return errors.Join(err, response.Body.Close())
}

// When many clients use one refresh token at once, one succeeds and the family is
// revoked.
func TestConcurrency(t *testing.T) {
	issuer := authpitest.New(t, nil)
	client := web(t, issuer)
	tokens := client.tokens("usr_alice")
	form := url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {tokens.str("refresh_token")},
		"client_id": {"c_web"}, "client_secret": {"web-secret"},
	}
	statuses := make([]int, 8)
	var group sync.WaitGroup
	for n := range statuses {
		request := client.request(http.MethodPost, "/token", form)
		group.Go(func() {
			response, err := issuer.Client().Do(request)
			if assert.NoError(t, err) {
				statuses[n] = response.StatusCode
				assert.NoError(t, response.Body.Close())
			}
			issuer.Advance(time.Millisecond)
			issuer.AddUser(authpitest.User{ID: fmt.Sprintf("usr_%d", n)})
			issuer.Login(client.authorizeURL(), fmt.Sprintf("usr_%d", n))
			issuer.RotateKeys()
			assert.NoError(t, fetchKeys(issuer))
			issuer.Requests("")
		})
	}
	group.Wait()
	slices.Sort(statuses)
	assert.Equal(t, []int{200, 400, 400, 400, 400, 400, 400, 400}, statuses)
}

func FuzzAuthorize(f *testing.F) {
	issuer, err := authpitest.NewIssuer(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(issuer.Close)
	f.Add(foreign{issuer: issuer, id: "c_spa"}.authorizeQuery().Encode())
	f.Add(foreign{issuer: issuer, id: "c_web"}.authorizeQuery("prompt", "none", "resource", "urn:x").Encode())
	f.Add("client_id=c_spa&client_id=%zz;")
	f.Fuzz(func(t *testing.T, raw string) {
		defer func() {
			// Without a testing.TB, only misuse panics.
			if panicked := recover(); panicked != nil {
				message, isText := panicked.(string)
				require.True(t, isText && strings.HasPrefix(message, "authpitest: "), "%v", panicked)
			}
		}()
		callback := issuer.Login(issuer.URL()+"/authorize?"+raw, "usr_alice")
		require.True(t, strings.HasPrefix(callback, callbackURI+"?"), callback)
		parsed, err := url.Parse(callback)
		require.NoError(t, err)
		require.NotEqual(t, parsed.Query().Has("code"), parsed.Query().Has("error"))
	})
}
