package gen_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

const discovery = "/.well-known/openid-configuration"

// issuer is an authorization server that knows the new endpoints. Metadata names them under /as.
type issuer struct {
	*httptest.Server

	mu   sync.Mutex
	seen []string
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	s := &issuer{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+discovery, func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, fmt.Sprintf(`{"issuer": %[1]q, "pushed_authorization_request_endpoint": "%[1]s/as/par",
			"device_authorization_endpoint": "%[1]s/as/device"}`, s.URL))
	})
	mux.HandleFunc("POST /as/par", push)
	mux.HandleFunc("POST /as/device", startDevice)
	mux.HandleFunc("POST /elsewhere", startDevice)
	mux.HandleFunc("GET /as/device", listDevices)
	mux.HandleFunc("GET /elsewhere", listDevices)
	mux.HandleFunc("PUT /as/device", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.record(r)
		mux.ServeHTTP(w, r)
	}))
	s.Start() // once s.Server is set, which the handlers read
	t.Cleanup(s.Close)
	return s
}

func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

func push(w http.ResponseWriter, r *http.Request) {
	switch r.PostFormValue("code_challenge") {
	case "invalid":
		answer(w, http.StatusBadRequest, `{"error": "invalid_request_uri"}`)
	case "expired":
		answer(w, http.StatusBadRequest, `{"error": "expired_request_uri"}`)
	case "plain":
		answer(w, http.StatusCreated, `{"request_uri": "urn:ietf:params:oauth:request_uri:2", "expires_in": 90}`)
	default:
		answer(w, http.StatusCreated, `{"request_uri": "urn:ietf:params:oauth:request_uri:1", "expires_in": 90,
			"assurance": "urn:example:assurance:high"}`)
	}
}

func startDevice(w http.ResponseWriter, r *http.Request) {
	const required = `"device_code": "device-secret", "user_code": "WDJB-MJHT", "verification_uri": "https://idp.test/device", "expires_in": 1800`
	switch r.PostFormValue("scope") {
	case "plain":
		answer(w, http.StatusOK, `{`+required+`}`)
	case "incomplete":
		answer(w, http.StatusOK, `{"user_code": "WDJB-MJHT"}`)
	case "refused":
		answer(w, http.StatusBadRequest, `{"error": "unauthorized_client"}`)
	default:
		answer(w, http.StatusOK, `{`+required+`, "interval": 7, "qr": "data:,",
			"verification_uri_complete": "https://idp.test/device?user_code=WDJB-MJHT"}`)
	}
}

func listDevices(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, `{"devices": [{"id": "d1", "scope": "openid tv", "seen_at": 1900000000, "trusted": false, "state": "blocked"},
		{"id": "d2"}]}`)
}

// record notes a request but those for metadata: method, path and query, how the client authenticates, the language, the form.
func (s *issuer) record(r *http.Request) {
	if r.URL.Path == discovery {
		return
	}
	authorization := r.Header.Get("Authorization")
	if encoded, basic := strings.CutPrefix(authorization, "Basic "); basic {
		decoded, _ := base64.StdEncoding.DecodeString(encoded) // what is wrong in it shows
		authorization = "Basic " + string(decoded)
	}
	_ = r.ParseForm()
	form, _ := url.QueryUnescape(r.PostForm.Encode())
	line := fmt.Sprintf("%s %s [%s] [%s] %s", r.Method, r.RequestURI, authorization, r.Header.Get("Accept-Language"), form)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, line)
}

// requests returns what was recorded, sorted, and forgets it.
func (s *issuer) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	s.seen = nil
	slices.Sort(seen)
	return seen
}
