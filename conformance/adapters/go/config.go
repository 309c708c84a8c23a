package goadapter

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/arbfay/authpi-go/conformance/protocol"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

// config makes the SDK's configuration of the options that a case gives.
func (s *session) config(command *protocol.Command) (config authpi.Config, err error) {
	defer func() {
		if failure, ok := recover().(refusal); ok {
			err = failure
		}
	}()
	a := &arguments{session: s, given: command.Config}
	config = authpi.Config{Clock: s.clock.time, HTTPClient: &http.Client{Transport: s.transport}}
	if command.Entropy != "" {
		config.Entropy = &seeded{seed: command.Entropy}
	}
	set := options(a, &config)
	for _, name := range slices.Sorted(maps.Keys(command.Config)) {
		apply, known := set[name]
		if !known {
			return config, fmt.Errorf("unknown option %q", name)
		}
		apply(name)
	}
	return config, nil
}

// options returns what sets each option of the interface.
func options(a *arguments, c *authpi.Config) map[string]func(name string) {
	return map[string]func(string){
		"issuer_url":              func(name string) { c.IssuerURL = a.text(name) },
		"issuer":                  func(name string) { c.Issuer = a.text(name) },
		"client_id":               func(name string) { c.ClientID = a.text(name) },
		"client_secret":           func(name string) { c.ClientSecret = a.secret(name) },
		"redirect_uri":            func(name string) { c.RedirectURI = a.text(name) },
		"audience":                func(name string) { c.Audience = a.text(name) },
		"resources":               func(name string) { c.Resources = a.texts(name) },
		"endpoints":               func(name string) { c.Endpoints = endpoints(a.mapping(name)) },
		"auto_refresh":            func(name string) { c.DisableAutoRefresh = !a.boolean(name) },
		"refresh_buffer_seconds":  func(name string) { c.RefreshBuffer = limit(a.seconds(name)) },
		"leeway_seconds":          func(name string) { c.Leeway = limit(a.seconds(name)) },
		"login_max_age_seconds":   func(name string) { c.LoginMaxAge = limit(a.seconds(name)) },
		"request_timeout_seconds": func(name string) { c.RequestTimeout = limit(a.seconds(name)) },
		"max_token_bytes":         func(name string) { c.MaxTokenBytes = limit(a.integer(name)) },
		"client_auth":             func(name string) { c.ClientAuth = authpi.ClientAuth(a.text(name)) },
		"on_refresh":              func(name string) { c.OnRefresh = a.session.refreshHook(a.text(name)) },
	}
}

// limit turns the interface's "0 is none" into Go's "negative is none".
func limit[T time.Duration | int](given T) T {
	if given == 0 {
		return -1
	}
	return given
}

func endpoints(given map[string]string) authpi.Endpoints {
	known := authpi.Endpoints{
		Authorization: given["authorization"], Token: given["token"], Userinfo: given["userinfo"],
		Revocation: given["revocation"], Introspection: given["introspection"], EndSession: given["end_session"],
		JWKS: given["jwks"],
	}
	names := []string{"authorization", "token", "userinfo", "revocation", "introspection", "end_session", "jwks"}
	for name := range given {
		if !slices.Contains(names, name) {
			panic(refusal(fmt.Sprintf("unknown endpoint %q", name)))
		}
	}
	return known
}

// seeded is the stream of bytes that protocol.Command.Entropy describes. The SDK
// reads it from several goroutines only where it makes several logins at once,
// which no case with a seed does.
type seeded struct {
	seed  string
	block uint64
	rest  []byte
}

// Read fills p.
func (s *seeded) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		if len(s.rest) == 0 {
			sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(s.seed), s.block))
			s.block++
			s.rest = sum[:]
		}
		copied := copy(p[n:], s.rest)
		n, s.rest = n+copied, s.rest[copied:]
	}
	return len(p), nil
}
