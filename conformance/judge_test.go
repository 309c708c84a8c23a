package conformance_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance"
	goadapter "github.com/arbfay/authpi-go/conformance/adapters/go"
	"github.com/arbfay/authpi-go/conformance/protocol"
	"github.com/arbfay/authpi-go/conformance/provider"
)

// seen plays one case of the sample and returns it with its transcript.
func seen(t *testing.T, id string) (*conformance.Case, *conformance.Transcript) {
	t.Helper()
	suite := sample(t)
	report, err := conformance.Run(t.Context(), conformance.Options{
		Adapter: conformance.InProcess(goadapter.Serve), Suite: suite, Cases: suite.Select(id),
		Flavors: []string{"blocking"}, KeepTranscripts: true, Seed: "seed",
	})
	require.NoError(t, err)
	require.True(t, report.OK(), summary(t, report))
	c, _ := suite.Case(id)
	return c, report.Results[0].Transcript
}

// copyOf copies a transcript by its JSON, which it is stored as.
func copyOf(t *testing.T, transcript *conformance.Transcript) *conformance.Transcript {
	t.Helper()
	data, err := json.Marshal(transcript)
	require.NoError(t, err)
	out := new(conformance.Transcript)
	require.NoError(t, json.Unmarshal(data, out))
	return out
}

func request(t *testing.T, transcript *conformance.Transcript, exchange string) *provider.Recorded {
	t.Helper()
	for i := range transcript.Requests {
		if transcript.Requests[i].Exchange == exchange {
			return &transcript.Requests[i]
		}
	}
	t.Fatalf("no request at %s", exchange)
	return nil
}

func call(t *testing.T, transcript *conformance.Transcript, instance string) *conformance.CallRecord {
	t.Helper()
	i := slices.IndexFunc(transcript.Calls, func(c *conformance.CallRecord) bool { return c.Instance == instance })
	require.GreaterOrEqual(t, i, 0)
	return transcript.Calls[i]
}

// TestRulesOfEveryCase breaks, one at a time, what holds in every case.
func TestRulesOfEveryCase(t *testing.T) {
	c, good := seen(t, "flow.login-to-logout")
	require.Empty(t, conformance.Judge(c, copyOf(t, good)), "a stored transcript is judged like a fresh one")
	var refreshToken string
	for _, event := range good.Events {
		var tokens struct {
			RefreshToken string `json:"refresh_token"`
		}
		require.NoError(t, json.Unmarshal(event.Data["tokens"], &tokens))
		refreshToken = tokens.RefreshToken
	}
	require.NotEmpty(t, refreshToken)
	for name, test := range map[string]struct {
		alter func(*conformance.Transcript)
		want  string
	}{
		"secret in a request line": {func(s *conformance.Transcript) {
			request(t, s, "profile").Target += "?access_token=" + refreshToken
		}, "the URL holds the secret rt-2"},
		"cookie": {func(s *conformance.Transcript) { request(t, s, "profile").Header.Set("Cookie", "a=b") }, "carries a cookie"},
		"JSON body": {func(s *conformance.Transcript) {
			request(t, s, "revoke").Header.Set("Content-Type", "application/json")
		}, "is no form"},
		"two auth methods":  {func(s *conformance.Transcript) { request(t, s, "refresh").Body += "&client_secret=x" }, "two methods of client authentication"},
		"another form":      {func(s *conformance.Transcript) { request(t, s, "refresh").Body += "&scope=a" }, "request refresh: form/scope: want nothing"},
		"form not encoded":  {func(s *conformance.Transcript) { request(t, s, "refresh").Body = "%zz" }, "want form encoding"},
		"a body on a GET":   {func(s *conformance.Transcript) { request(t, s, "profile").Body = "x" }, "request profile: body"},
		"another method":    {func(s *conformance.Transcript) { request(t, s, "profile").Method = http.MethodPut }, "request profile: method"},
		"late request":      {func(s *conformance.Transcript) { request(t, s, "revoke").Seq = s.TornDown + 1 }, "came after the client was closed"},
		"not scripted":      {func(s *conformance.Transcript) { request(t, s, "revoke").Exchange = "" }, "is not in the script"},
		"to another server": {func(s *conformance.Transcript) { s.Requests[0].Origin = provider.OriginOther }, "to the other is not in the script"},
		"request missing": {func(s *conformance.Transcript) {
			s.Requests = slices.DeleteFunc(s.Requests, func(r provider.Recorded) bool { return r.Exchange == "revoke" })
		}, "revoke was asked 0 times"},
		"request twice": {func(s *conformance.Transcript) { s.Requests = append(s.Requests, *request(t, s, "refresh")) }, "refresh was asked 2 times"},
		"order": {func(s *conformance.Transcript) {
			last := len(s.Requests) - 1
			s.Requests[last], s.Requests[last-1] = s.Requests[last-1], s.Requests[last]
		}, "sent: want the order"},
		"count":          {func(s *conformance.Transcript) { s.Requests = append(s.Requests, s.Requests[0]) }, "counts/discovery: want 1, got 2"},
		"no event":       {func(s *conformance.Transcript) { s.Events = nil }, "agent/events/0: on_refresh was not called"},
		"event twice":    {func(s *conformance.Transcript) { s.Events = append(s.Events, s.Events[0]) }, "agent/events/1: on_refresh was called"},
		"another hook":   {func(s *conformance.Transcript) { s.Events[0].Hook = "agent.on_refresh_error" }, "want on_refresh, got on_refresh_error"},
		"config event":   {func(s *conformance.Transcript) { s.Events[0].Call = 0 }, "config_events/0"},
		"other data":     {func(s *conformance.Transcript) { s.Events[0].Data["tokens"] = []byte(`{}`) }, "on_refresh/tokens/access_token"},
		"call missing":   {func(s *conformance.Transcript) { s.Calls = s.Calls[:len(s.Calls)-1] }, "closed: was not called"},
		"call unended":   {func(s *conformance.Transcript) { call(t, s, "closed").Ended = 0 }, "closed: never ended"},
		"call unstarted": {func(s *conformance.Transcript) { call(t, s, "closed").Started = false }, "without having started"},
		"call refused":   {func(s *conformance.Transcript) { call(t, s, "closed").Refused = "no" }, "the adapter refused: no"},
		"call crashed":   {func(s *conformance.Transcript) { call(t, s, "closed").Crash = "boom" }, "crashed: boom"},
		"no JSON":        {func(s *conformance.Transcript) { call(t, s, "closed").OK = []byte(`{`) }, "its result is no JSON"},
		"setup unended":  {func(s *conformance.Transcript) { s.Calls = s.Calls[1:] }, "setup: never ended"},
		"broken adapter": {func(s *conformance.Transcript) { s.Broken = []string{"adapter: oops"} }, "adapter: oops"},
		"error for a result": {func(s *conformance.Transcript) {
			call(t, s, "closed").Err = &protocol.Error{Class: "OAuthError", Code: "x", Text: "x"}
		}, "closed: want success"},
		"secret in an error": {func(s *conformance.Transcript) {
			call(t, s, "closed").Err = &protocol.Error{Text: "cannot send " + refreshToken}
		}, "the error holds the secret rt-2"},
		"error without text": {func(s *conformance.Transcript) { call(t, s, "closed").Err = &protocol.Error{Class: "OAuthError"} }, "the error has no text"},
		"secret in an event": {func(s *conformance.Transcript) {
			s.Events[0].Data["error"] = json.RawMessage(`{"text":"` + refreshToken + `"}`)
		}, "agent.on_refresh: the error holds the secret rt-2"},
		"secret in a URL": {func(s *conformance.Transcript) {
			out := call(t, s, "logout")
			out.OK = []byte(strings.Replace(string(out.OK), "state=s-1", "state="+refreshToken, 1))
		}, "logout: the URL holds the secret rt-2"},
		"another challenge": {func(s *conformance.Transcript) {
			out := call(t, s, "login")
			out.OK = []byte(strings.Replace(string(out.OK), "code_challenge=", "code_challenge=x", 1))
		}, "does not carry the S256 challenge"},
		"plain challenge": {func(s *conformance.Transcript) {
			out := call(t, s, "login")
			out.OK = []byte(strings.Replace(string(out.OK), "=S256", "=plain", 1))
		}, "does not carry the S256 challenge"},
		"short verifier": {func(s *conformance.Transcript) {
			out := call(t, s, "login")
			out.OK = []byte(strings.Replace(string(out.OK), `"code_verifier":"`, `"code_verifier":"+`, 1))
		}, "43 to 128 unreserved characters"},
		"the same login twice": {func(s *conformance.Transcript) {
			again := *call(t, s, "login")
			again.Instance = "again"
			s.Calls = append(s.Calls, &again)
		}, "again: its state is that of login"},
	} {
		t.Run(name, func(t *testing.T) {
			altered := copyOf(t, good)
			test.alter(altered)
			assert.Contains(t, strings.Join(conformance.Judge(c, altered), "\n"), test.want)
		})
	}
}

// TestAfter moves the end of a call about the place that it must not precede. What
// a step lets go on may be told of before the adapter has answered that step.
func TestAfter(t *testing.T) {
	const id = "refresh.first-callback-holds"
	suite := suiteOf(t, features())
	report, err := conformance.Run(t.Context(), conformance.Options{
		Adapter: conformance.InProcess(goadapter.Serve), Suite: suite, Cases: suite.Select(id),
		Flavors: []string{"blocking"}, KeepTranscripts: true,
	})
	require.NoError(t, err)
	require.True(t, report.OK(), summary(t, report))
	c, _ := suite.Case(id)
	good := report.Results[0].Transcript
	first, late := call(t, good, "first"), call(t, good, "late")
	for _, test := range []struct {
		after string
		ended int64
		want  []string
	}{
		{"go", good.Begun["go"] + 1, nil},
		{"go", good.Begun["go"] - 1, []string{"first: ended before go"}},
		{"late", late.Ended + 1, nil},
		{"late", late.Ended - 1, []string{"first: ended before late"}},
	} {
		c.Steps[0].After, first.Ended = test.after, test.ended
		assert.Equal(t, test.want, conformance.Judge(c, good), "%s %d", test.after, test.ended)
	}
}

func TestUnscriptedButImplicit(t *testing.T) {
	c, good := seen(t, "create_agent.fresh")
	endpoints := map[string]bool{}
	for _, request := range good.Requests {
		assert.Empty(t, request.Exchange)
		endpoints[request.Endpoint] = true
	}
	assert.Equal(t, []string{"discovery", "jwks"}, slices.Sorted(maps.Keys(endpoints)))
	assert.Empty(t, conformance.Judge(c, good))
}

func TestTraceTellsTheStory(t *testing.T) {
	_, good := seen(t, "flow.login-to-logout")
	good.Stopped, good.Reason, good.Broken = conformance.Timeout, "at the end", []string{"a thing"}
	text := good.Trace()
	for _, want := range []string{
		"=== flow.login-to-logout (blocking)", "POST /i_conformance/token HTTP/1.1", "grant_type=refresh_token",
		"callback agent.on_refresh", "logout: create_logout_url", "broken: a thing", "stopped: timeout: at the end",
	} {
		assert.Contains(t, text, want)
	}
}
