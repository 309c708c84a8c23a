package provider_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/arbfay/authpi-go/conformance/internal/expr"
	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
	"github.com/arbfay/authpi-go/conformance/provider"
	"github.com/arbfay/authpi-go/internal/mint"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func endpoints() []provider.Endpoint {
	return []provider.Endpoint{
		{Name: "discovery", Path: "/.well-known/openid-configuration"},
		{Name: "token", Metadata: "token_endpoint", Path: "/token"},
		{Name: "jwks", Metadata: "jwks_uri", Path: "/jwks.json"},
	}
}

// served is a running provider and a client without connections of its own left
// over.
type served struct {
	*provider.Server
	client *http.Client
}

func serve(t *testing.T, options provider.Options) served {
	t.Helper()
	var sequence atomic.Int64
	options.Next = func() int64 { return sequence.Add(1) }
	options.Endpoints = endpoints()
	if options.IssuerPath == "" {
		options.IssuerPath = "/i_1"
	}
	if options.Keys == nil {
		keys, err := new(provider.Keyring).Keys(map[string]string{"k1": "ES256", "k2": "EdDSA"})
		require.NoError(t, err)
		options.Keys, options.JWKS = keys, []any{"k1"}
	}
	server, err := provider.Listen(options)
	require.NoError(t, err)
	server.Serve(expr.Scope{Lookup: func(operator string, argument any) (any, error) {
		text, _ := argument.(string)
		switch operator {
		case "other":
			return server.Other() + text, nil
		case "origin":
			return server.Origin() + text, nil
		case "secret":
			return "secret-" + text, nil
		default:
			return nil, errors.New("unknown here")
		}
	}})
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return served{server, &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (s served) get(t *testing.T, path string) (int, http.Header, string, error) {
	t.Helper()
	response, err := s.client.Get(s.Origin() + path)
	if err != nil {
		return 0, nil, "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, response.Header, string(body), err
}

func (s served) post(t *testing.T, form url.Values) (int, string, error) {
	t.Helper()
	response, err := s.client.PostForm(s.Origin()+"/i_1/token", form)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}

func script(t *testing.T, text string) []*provider.Exchange {
	t.Helper()
	tree, err := jsontree.Parse([]byte(text))
	require.NoError(t, err)
	var exchanges []*provider.Exchange
	holder := struct {
		Script []*provider.Exchange `json:"script"`
	}{}
	require.NoError(t, jsontree.Decode(map[string]any{"script": tree}, &holder))
	exchanges = holder.Script
	for _, exchange := range exchanges {
		require.NoError(t, exchange.Check())
	}
	return exchanges
}

func TestMetadataAndKeysAreServedUnscripted(t *testing.T) {
	s := serve(t, provider.Options{Discovery: map[string]any{
		"token_endpoint": map[string]any{"$origin": "/elsewhere/token"}, "jwks_uri": nil, "x": "y",
	}})
	status, header, body, err := s.get(t, "/i_1/.well-known/openid-configuration")
	require.NoError(t, err)
	assert.Equal(t, 200, status)
	assert.Equal(t, "application/json", header.Get("Content-Type"))
	var metadata map[string]any
	require.NoError(t, json.Unmarshal([]byte(body), &metadata))
	assert.Equal(t, s.Origin()+"/i_1", metadata["issuer"])
	assert.Equal(t, s.Origin()+"/elsewhere/token", metadata["token_endpoint"])
	assert.Equal(t, "y", metadata["x"])
	assert.NotContains(t, metadata, "jwks_uri")

	_, _, body, err = s.get(t, "/i_1/jwks.json")
	require.NoError(t, err)
	assert.Contains(t, body, `"kty":"EC"`)
	status, _, _, err = s.get(t, "/elsewhere/token")
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotImplemented, status, "unscripted")
	status, _, _, err = s.get(t, "/nowhere")
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotImplemented, status)

	requests := s.Requests()
	require.Len(t, requests, 4)
	var seen []string
	for _, request := range requests {
		seen = append(seen, request.Endpoint)
	}
	assert.Equal(t, []string{"discovery", "jwks", "token", ""}, seen)
	assert.True(t, strings.HasPrefix(requests[0].Raw, "GET /i_1/.well-known/openid-configuration HTTP/1.1\r\n"))
	assert.True(t, strings.HasSuffix(requests[1].Raw, "\r\n\r\n"))
}

func TestRequestsGoToTheExchangeThatFits(t *testing.T) {
	s := serve(t, provider.Options{Script: script(t, `[
		{"id": "a", "on": {"endpoint": "token", "form": {"code": {"$secret": "a"}}}, "reply": {"json": {"is": "a"}}},
		{"id": "b", "on": {"endpoint": "token", "form": {"code": "b"}}, "times": 2, "reply": {"status": 400, "json": {"is": {"$secret": "b"}}}}
	]`)})
	for _, test := range []struct {
		code, want string
		status     int
	}{
		{"b", `{"is":"secret-b"}`, 400}, {"secret-a", `{"is":"a"}`, 200},
		{"misfit", `{"is":"secret-b"}`, 400}, {"b", `{"error":"unscripted_request"}`, 501},
	} {
		status, body, err := s.post(t, url.Values{"code": {test.code}})
		require.NoError(t, err)
		assert.Equal(t, test.want, body)
		assert.Equal(t, test.status, status)
	}
	requests := s.Requests()
	assert.Equal(t, "b", requests[2].Exchange)
	assert.Equal(t, "", requests[3].Exchange)
	assert.Equal(t, int64(4), requests[3].Seq)
	assert.True(t, strings.HasSuffix(requests[0].Raw, "\r\n\r\ncode=b"))
	assert.Equal(t, []expr.Difference{{Path: "form/code", Want: `"b"`, Got: `"misfit"`}},
		script(t, `[{"id": "b", "on": {"endpoint": "token", "form": {"code": "b"}}, "reply": {}}]`)[0].On.Compare(expr.Scope{}, &requests[2]))
}

func TestFaults(t *testing.T) {
	reply := `"reply": {"json": {"a": "0123456789"}}`
	for fault, want := range map[string]error{
		"close": io.EOF, "reset": syscall.ECONNRESET, "truncate": io.ErrUnexpectedEOF,
	} {
		t.Run(fault, func(t *testing.T) {
			s := serve(t, provider.Options{Script: script(t, `[{"id": "x", "on": {"endpoint": "token"}, "fault": "`+fault+`", `+reply+`}]`)})
			_, _, body, err := s.get(t, "/i_1/token")
			assert.ErrorIs(t, err, want)
			if fault == "truncate" {
				assert.Equal(t, `{"a":"012`, body)
			}
		})
	}
	for _, fault := range []string{"hang", "stall"} {
		t.Run(fault, func(t *testing.T) {
			s := serve(t, provider.Options{Script: script(t, `[{"id": "x", "on": {"endpoint": "token"}, "fault": "`+fault+`", `+reply+`}]`)})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Origin()+"/i_1/token", http.NoBody)
			require.NoError(t, err)
			go func() {
				if s.WaitRequest(ctx, "x") == nil {
					cancel()
				}
			}()
			response, err := s.client.Do(request)
			if err == nil {
				_, err = io.ReadAll(response.Body)
				_ = response.Body.Close()
			}
			assert.ErrorIs(t, err, context.Canceled)
		})
	}
}

func TestReplies(t *testing.T) {
	s := serve(t, provider.Options{Other: true, Script: script(t, `[
		{"id": "gzip", "on": {"path": "/gzip"}, "reply": {"body": {"$repeat": ["x", 100000]}, "encoding": "gzip"}},
		{"id": "redirect", "on": {"path": "/redirect"}, "reply": {"status": 307, "headers": {"location": {"$other": "/token"}}}},
		{"id": "bare", "on": {"path": "/bare"}, "reply": {"headers": {"content-type": null}, "body": {"$hex": "ff00"}}},
		{"id": "keys", "on": {"path": "/keys"}, "reply": {"jwks": ["k2", {"key": "k1", "set": {"use": "enc", "kid": null}}, {"unusable": "empty"}, {"raw": {"kty": {"$secret": "s"}}}]}},
		{"id": "metadata", "on": {"path": "/metadata"}, "reply": {"metadata": {"issuer": "other"}}},
		{"id": "empty", "on": {"path": "/empty"}, "reply": {"status": 204}},
		{"id": "impossible", "on": {"path": "/impossible"}, "reply": {"json": {"$token": "none"}}}
	]`)})
	_, header, body, err := s.get(t, "/i_1/gzip")
	require.NoError(t, err)
	assert.Equal(t, "gzip", header.Get("Content-Encoding"))
	assert.Less(t, len(body), 1000)
	plain, err := gzip.NewReader(strings.NewReader(body))
	require.NoError(t, err)
	unpacked, err := io.ReadAll(plain)
	require.NoError(t, err)
	assert.Len(t, unpacked, 100000)

	status, header, _, err := s.get(t, "/redirect")
	require.NoError(t, err)
	assert.Equal(t, 307, status)
	assert.Equal(t, s.Other()+"/token", header.Get("Location"))

	_, header, body, err = s.get(t, "/bare")
	require.NoError(t, err)
	assert.NotContains(t, header, "Content-Type")
	assert.Equal(t, "\xff\x00", body)

	_, _, body, err = s.get(t, "/keys")
	require.NoError(t, err)
	var set struct {
		Keys []map[string]any `json:"keys"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &set))
	require.Len(t, set.Keys, 4)
	assert.Equal(t, "OKP", set.Keys[0]["kty"])
	assert.Equal(t, "enc", set.Keys[1]["use"])
	assert.NotContains(t, set.Keys[1], "kid")
	assert.Empty(t, set.Keys[2])
	assert.Equal(t, "secret-s", set.Keys[3]["kty"])

	_, _, body, err = s.get(t, "/metadata")
	require.NoError(t, err)
	assert.Contains(t, body, `"issuer":"other"`)
	status, _, _, err = s.get(t, "/empty")
	require.NoError(t, err)
	assert.Equal(t, 204, status)
	_, _, _, err = s.get(t, "/impossible")
	require.Error(t, err)
	require.Len(t, s.Troubles(), 1)
	assert.Contains(t, s.Troubles()[0], "script/impossible/reply/json: $token")
}

func TestTheOtherServerOnlyRecords(t *testing.T) {
	s := serve(t, provider.Options{Other: true})
	response, err := s.client.Get(s.Other() + "/i_1/token?x=1")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	requests := s.Requests()
	require.Len(t, requests, 1)
	assert.Equal(t, provider.OriginOther, requests[0].Origin)
	assert.Equal(t, "/i_1/token?x=1", requests[0].Target)
}

func TestHolds(t *testing.T) {
	s := serve(t, provider.Options{Script: script(t, `[
		{"id": "x", "on": {"endpoint": "token"}, "hold": {"started": ["a", "b"], "ended": ["c"], "released": true}, "reply": {"json": {}}}
	]`)})
	answered := make(chan error, 1)
	go func() {
		_, _, _, err := s.get(t, "/i_1/token")
		answered <- err
	}()
	require.NoError(t, s.WaitRequest(t.Context(), "x"))
	for _, what := range []string{"started a", "started b", "ended c"} {
		s.Happened(what)
		select {
		case <-answered:
			t.Fatalf("answered after %s", what)
		default:
		}
	}
	s.Happened("released x")
	assert.NoError(t, <-answered)
}

func TestDrainEndsWhatHangs(t *testing.T) {
	s := serve(t, provider.Options{Script: script(t, `[
		{"id": "held", "on": {"path": "/held"}, "hold": {"released": true}, "reply": {}},
		{"id": "hung", "on": {"path": "/hung"}, "fault": "hang"}
	]`)})
	answered := make(chan error, 2)
	for _, path := range []string{"held", "hung"} {
		go func() {
			_, _, _, err := s.get(t, "/"+path)
			answered <- err
		}()
		require.NoError(t, s.WaitRequest(t.Context(), path))
	}
	s.Drain()
	assert.Error(t, <-answered)
	assert.Error(t, <-answered)
	_, _, _, err := s.get(t, "/late")
	require.NoError(t, err)
	assert.Len(t, s.Requests(), 3, "what comes late is still recorded")
	assert.Error(t, s.WaitRequest(t.Context(), "nothing"))
}

func TestContinueAndGarbage(t *testing.T) {
	s := serve(t, provider.Options{})
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.Origin(), "http://"))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, "POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
	require.NoError(t, err)
	reader := bufio.NewReader(conn)
	line, err := reader.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
	_, err = io.WriteString(conn, "hi")
	require.NoError(t, err)
	_, err = io.ReadAll(reader)
	require.NoError(t, err, "closed after the answer")
	require.Len(t, s.Requests(), 1)
	assert.Equal(t, "hi", s.Requests()[0].Body)

	garbled, err := net.Dial("tcp", strings.TrimPrefix(s.Origin(), "http://"))
	require.NoError(t, err)
	defer func() { _ = garbled.Close() }()
	_, err = io.WriteString(garbled, "NOT HTTP\r\n\r\n")
	require.NoError(t, err)
	answer, err := io.ReadAll(garbled)
	require.NoError(t, err)
	assert.Empty(t, answer)
	assert.Len(t, s.Requests(), 1)
}

func TestTokensAreMintedAsData(t *testing.T) {
	keys, err := new(provider.Keyring).Keys(map[string]string{"k1": "ES256", "k2": "EdDSA"})
	require.NoError(t, err)
	scope := expr.Scope{Lookup: func(operator string, argument any) (any, error) {
		if operator == "time" {
			return json.Number("1000"), nil
		}
		return operator, nil
	}}
	token := provider.Token{
		Like: "access_token", Key: "k2", Header: map[string]any{"typ": nil, "x": "y"},
		Claims: map[string]any{"dat": nil, "sub": map[string]any{"$join": []any{"a", "b"}}},
	}
	require.NoError(t, token.Check())
	minted, err := token.Mint(scope, keys)
	require.NoError(t, err)
	header, payload, _, err := mint.Split(minted)
	require.NoError(t, err)
	assert.JSONEq(t, `{"alg":"EdDSA","kid":"`+keys["k2"].ID+`","x":"y"}`, string(header))
	assert.JSONEq(t, `{"iss":"issuer","sub":"ab","aud":"config","client_id":"config","iat":1000,"exp":1000,
		"jti":"jti-0123456789abcdef","scope":"openid"}`, string(payload))

	token = provider.Token{Like: "bare", Payload: `{"a":1,"a":2}`}
	minted, err = token.Mint(scope, keys)
	require.NoError(t, err)
	_, payload, _, err = mint.Split(minted)
	require.NoError(t, err)
	assert.Equal(t, `{"a":1,"a":2}`, string(payload))

	token = provider.Token{Like: "id_token", Tamper: mint.AlgNone}
	minted, err = token.Mint(scope, keys)
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(minted, "."))

	for name, bad := range map[string]provider.Token{
		"like": {Like: "refresh_token"}, "tamper": {Like: "bare", Tamper: "squash"},
		"claims": {Like: "bare", Claims: map[string]any{"a": map[string]any{"$any": ""}}},
	} {
		assert.ErrorContains(t, bad.Check(), name)
	}
	for name, bad := range map[string]provider.Token{
		"no key": {Like: "bare", Key: "k9"}, "claims": {Like: "bare", Claims: map[string]any{"a": map[string]any{"$nothing": ""}}},
	} {
		_, err := bad.Mint(scope, keys)
		assert.ErrorContains(t, err, name)
	}
	_, err = new(provider.Keyring).Keys(map[string]string{"k": "HS256"})
	assert.ErrorContains(t, err, "k: unknown algorithm")
}
