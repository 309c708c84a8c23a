package provider

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"

	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
)

// metadata returns the provider metadata with the case's changes and further
// ones laid over it.
func (s *Server) metadata(changes any) (any, error) {
	base := s.Origin() + strings.TrimSuffix(s.options.IssuerPath, "/")
	document := map[string]any{
		"issuer":                                s.Origin() + s.options.IssuerPath,
		"scopes_supported":                      []any{"openid", "profile", "email", "phone", "address"},
		"response_types_supported":              []any{"code"},
		"response_modes_supported":              []any{"query", "form_post"},
		"grant_types_supported":                 []any{"authorization_code", "refresh_token", "client_credentials"},
		"subject_types_supported":               []any{"public"},
		"id_token_signing_alg_values_supported": []any{"ES256", "RS256", "EdDSA"},
		"token_endpoint_auth_methods_supported": []any{"client_secret_basic", "client_secret_post", "none"},
		"code_challenge_methods_supported":      []any{"S256"},
	}
	for _, endpoint := range s.options.Endpoints {
		if endpoint.Metadata != "" {
			document[endpoint.Metadata] = base + endpoint.Path
		}
	}
	return s.scope.Resolve(jsontree.Merge(jsontree.Merge(document, patch(s.options.Discovery)), patch(changes)))
}

// answer is a reply as bytes.
type answer struct {
	status  int
	headers http.Header
	body    []byte
}

// render makes an exchange's reply.
func (s *Server) render(reply *Reply) (*answer, error) {
	if reply == nil {
		reply = &Reply{}
	}
	out := &answer{status: reply.Status, headers: http.Header{"Content-Type": {"application/json"}}}
	if out.status == 0 {
		out.status = http.StatusOK
	}
	var err error
	if out.body, err = s.body(reply); err != nil {
		return nil, err
	}
	for name, tree := range reply.Headers {
		if tree == nil {
			out.headers.Del(name)
			continue
		}
		value, err := s.scope.Text(tree)
		if err != nil {
			return nil, fmt.Errorf("headers/%s: %w", name, err)
		}
		out.headers.Set(name, value)
	}
	if reply.Encoding == "gzip" {
		out.headers.Set("Content-Encoding", "gzip")
		out.body = compressed(out.body)
	}
	return out, nil
}

func (s *Server) body(reply *Reply) ([]byte, error) {
	switch {
	case reply.JSON != nil:
		value, err := s.scope.Resolve(reply.JSON)
		if err != nil {
			return nil, fmt.Errorf("json: %w", err)
		}
		return jsontree.ToJSON(value), nil
	case reply.Body != nil:
		text, err := s.scope.Text(reply.Body)
		return []byte(text), err
	case reply.JWKS != nil:
		return keySet(reply.JWKS, s.scope, s.options.Keys)
	case reply.Metadata != nil:
		value, err := s.metadata(reply.Metadata)
		return jsontree.ToJSON(value), err
	default:
		return nil, nil
	}
}

// implicit answers metadata and keys where no exchange does.
func (s *Server) implicit(endpoint string) (*answer, error) {
	switch endpoint {
	case "discovery":
		return s.render(&Reply{Metadata: map[string]any{}})
	case "jwks":
		return s.render(&Reply{JWKS: s.options.JWKS})
	default:
		return s.render(&Reply{Status: http.StatusNotImplemented, JSON: map[string]any{"error": "unscripted_request"}})
	}
}

func compressed(body []byte) []byte {
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	_, _ = writer.Write(body) // to memory
	_ = writer.Close()
	return out.Bytes()
}

// head renders the status line and the headers. Each connection carries one
// request: HTTP stacks repeat a request in silence when a connection that they
// used again turns out to be dead, and a fault must be seen once.
func (a *answer) head() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	if a.hasBody() {
		fmt.Fprintf(&out, "Content-Length: %d\r\n", len(a.body))
	}
	_ = a.headers.Write(&out) // to memory
	out.WriteString("Connection: close\r\n\r\n")
	return out.Bytes()
}

func (a *answer) hasBody() bool {
	return a.status != http.StatusNoContent && a.status != http.StatusNotModified
}
