package model_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/gen/internal/model"
	"github.com/arbfay/authpi-go/gen/internal/spec"
)

const header = `sdk: {name: sample, version: 0.1.0, module: example.com/sample, doc: Shows the model.}
enums:
  ErrorSource: {doc: The place., values: {token: {doc: The token endpoint.}}}
endpoints:
  token: {metadata: token_endpoint, path: /token, doc: The endpoint that issues tokens.}
errors:
  OAuthError: {doc: The base of every error.}
`

// resolve returns the interface of a spec without errors.
func resolve(t *testing.T, source string) *model.Interface {
	t.Helper()
	node, diags := spec.Load("S.yaml", []byte(source))
	iface := model.Resolve(node, diags)
	require.Zero(t, diags.Errors(), diags.Render())
	return iface
}

// TestGoNames derives field names and parameters from the names of a spec.
func TestGoNames(t *testing.T) {
	tests := []struct{ name, goName, argument string }{
		{"client_id", "ClientID", "clientID"},
		{"id_token_hint", "IDTokenHint", "idTokenHint"},
		{"redirect_uri", "RedirectURI", "redirectURI"},
		{"jwks_uri", "JWKSURI", "jwksuri"},
		{"ui_locales", "UILocales", "uiLocales"},
		{"acr_values", "ACRValues", "acrValues"},
		{"request_uris", "RequestURIs", "requestURIs"},
		{"ids", "IDs", "ids"},
		{"oauth_code", "OAuthCode", "oauthCode"},
		{"code_verifier", "CodeVerifier", "codeVerifier"},
		{"x5t", "X5t", "x5t"},
		{"url", "URL", "urlValue"},
		{"context", "Context", "contextValue"},
		{"type", "Type", "typeValue"},
		{"opts", "Opts", "optsValue"},
		{"values", "Values", "valuesValue"},
		{"string", "String", "stringValue"},
	}
	var source strings.Builder
	source.WriteString(header + "operations:\n")
	for i, test := range tests {
		fmt.Fprintf(&source, "  ask_%d: {doc: Asks., composed: {}, params: {%s: {type: string, required: true, doc: The value.}}}\n",
			i, test.name)
	}
	iface := resolve(t, source.String())
	for i, test := range tests {
		p := iface.Operations[i].Params[0]
		assert.Equal(t, test.goName, p.GoName)
		assert.Equal(t, test.argument, p.Arg)
	}
}

// TestComments joins names and texts to sentences.
func TestComments(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"client_id", "The OAuth client ID.", "ClientID is the OAuth client ID."},
		{"scopes", "The scopes asked for.", "Scopes are the scopes asked for."},
		{"scope", "The granted scopes in one text.", "Scope holds the granted scopes in one text."},
		{"audience", "The audiences.", "Audience holds the audiences."},
		{"address", "The postal address as it came.", "Address is the postal address as it came."},
		{"status", "The HTTP status.", "Status is the HTTP status."},
		{"tokens", "A set of tokens.", "Tokens is a set of tokens."},
		{"active", "Whether it is valid now.", "Active says whether it is valid now."},
		{"prompt", "What to ask the user.", "Prompt says what to ask the user."},
		{"quiet", "Turns off all output.", "Quiet turns off all output."},
		{"keys", "The issuer's signing keys.", "Keys are the issuer's signing keys."},
		{"mention", "The option that ask_all and default_name have.", "Mention is the option that AskAll and DefaultName have."},
		{"grant", "The grant password_grant.", "Grant is the grant password_grant."},
	}
	var source strings.Builder
	source.WriteString(header + `config:
  default_name: {type: string, doc: The name.}
operations:
  ask_all: {doc: Asks., composed: {}}
  password_grant: {doc: Asks., http: {method: POST, endpoint: token, auth: none, constants: {grant_type: password_grant}}}
types:
  Set:
    doc: A set.
    fields:
`)
	for _, test := range tests {
		fmt.Fprintf(&source, "      %s: {type: string, doc: %q}\n", test.name, test.text)
	}
	iface := resolve(t, source.String())
	for i, test := range tests {
		assert.Equal(t, test.want, iface.Types[0].Fields[i].Go)
	}
}

// TestClauses holds that every node has one, in the order of the file, and that rules are those of no other node.
func TestClauses(t *testing.T) {
	iface := resolve(t, header+`
operations:
  ask: {doc: Asks., clause: op.asking, level: may, composed: {}, params: {code: {type: string, required: true, doc: The code.}}}
scopes: {rules: {exact: {doc: A grant is exact.}}}
clauses: {http.once: {doc: Nothing is sent twice., source: 'RFC 6749, section 10.5', level: should}}
`)
	var ids []string
	for _, c := range iface.Clauses {
		ids = append(ids, c.ID+" "+c.Level)
	}
	assert.Equal(t, []string{
		"enum.ErrorSource should", "value.ErrorSource.token should", "endpoint.token should", "error.OAuthError must",
		"op.asking may", "param.ask.code should", "scope.exact must", "http.once should",
	}, ids)
	require.Len(t, iface.Rules, 2)
	assert.Equal(t, "RFC 6749, section 10.5", iface.Rules[1].Source)
}

// TestSignatures shows what becomes of an operation's parameters and result.
func TestSignatures(t *testing.T) {
	iface := resolve(t, header+`
types:
  Agent: {doc: An agent., accessors: true, fields: {}}
  Record: {doc: A record., fields: {}}
operations:
  request: {internal: true, http: {method: POST, endpoint: token, auth: none}}
  exchange: {doc: Exchanges., composed: {sends: [request], returns: Agent}, params: {record: {type: Record, required: true, doc: The record.}, hint: {type: string, doc: The hint.}}}
  revoke: {doc: Revokes., composed: {sends: [request]}, params: {token: {type: secret, required: true, doc: The token.}}}
  link: {doc: Links., url: {endpoint: token}}
  parse: {doc: Parses., local: {returns: Record, nullable: true}, params: {text: {type: string, required: true, doc: The text.}}}
  agent.expires: {doc: Reports whether it expires., local: {returns: bool}, params: {buffer: {type: seconds, variadic: true, doc: The buffer.}}}
`)
	want := map[string]string{
		"exchange":      "(ctx context.Context, record *authpi.Record, opts *authpi.ExchangeOptions) (*authpi.Agent, error)",
		"revoke":        "(ctx context.Context, token authpi.Secret, opts *authpi.RevokeOptions) (error)",
		"link":          "(opts *authpi.LinkOptions) (string, error)",
		"parse":         "(text string) (authpi.Record, bool)",
		"agent.expires": "(buffer ...time.Duration) (bool)",
	}
	for _, op := range iface.Operations {
		if op.Internal {
			continue
		}
		var arguments []string
		for _, a := range op.Signature().Arguments {
			arguments = append(arguments, a.Name+" "+a.GoType)
		}
		have := "(" + strings.Join(arguments, ", ") + ") (" + strings.Join(op.Signature().Results, ", ") + ")"
		assert.Equal(t, want[op.Name], have)
	}
}
