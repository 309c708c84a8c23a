package bind_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/gen/internal/bind"
	"github.com/arbfay/authpi-go/gen/internal/model"
	"github.com/arbfay/authpi-go/gen/internal/spec"
)

const interfaceText = `sdk: {name: sample, version: 0.1.0, module: example.com/sample, doc: Shows bindings.}
enums:
  ErrorSource: {doc: The place., values: {sdk: {doc: The SDK itself.}}}
config:
  client_id: {type: string, doc: The client ID.}
  leeway_seconds: {type: seconds, doc: The time that clocks may differ.}
endpoints:
  token: {metadata: token_endpoint, path: /token, doc: The endpoint that issues tokens.}
types:
  Agent: {doc: An agent., accessors: true, fields: {id: {type: string, doc: The ID.}, verified: {type: bool, presence: true, doc: Whether it was verified.}}}
  Answer: {internal: true, doc: An answer., fields: {id: {type: string, doc: The ID.}}}
  Failure: {internal: true, doc: A failure., fields: {id: {type: string, doc: The ID.}}}
errors:
  OAuthError: {doc: The base of every error.}
operations:
  request: {internal: true, http: {method: POST, endpoint: token, auth: none, response: Answer}, params: {client_id: {type: string, in: form, fixed: true, default: config.client_id}}}
  exchange:
    doc: Exchanges two secrets.
    composed: {bind: Exchange, sends: [request], returns: Agent}
    params:
      code: {type: secret, required: true, doc: The code.}
      verifier: {type: secret, required: true, doc: The verifier.}
  grants: {doc: Reports whether a scope grants an action., local: {bind: Grants, returns: bool}, params: {scopes: {type: [string], required: true, doc: The scopes.}}}
  agent.expires: {doc: Reports whether the agent expires., local: {bind: Agent.Expires, returns: bool}, params: {buffer: {type: seconds, variadic: true, doc: The buffer.}}}
`

const vocabularyText = `package authpi

import "time"

type Agent struct{}

func (a *Agent) ID() string { return "" }
func (a *Agent) Verified() (verified, known bool) { return false, false }
func (a *Agent) Expires(buffer ...time.Duration) bool { return false }

func Grants(scopes []string) bool { return false }
`

const engineText = `package engine

type Engine struct{ config authpi.Config }

func (e *Engine) Exchange(ctx context.Context, code, verifier authpi.Secret, _ *authpi.ExchangeOptions) (*authpi.Agent, error) {
	return nil, e.wait(e.config.Leeway, failure{})
}
`

// check returns what is said of the given sources.
func check(t *testing.T, vocabulary, engine string, more fstest.MapFS) string {
	t.Helper()
	root := fstest.MapFS{
		"go.mod":                        {Data: []byte("module example.com/sample\n\ngo 1.25.0\n")},
		"sdk/authpi/agent.go":           {Data: []byte(vocabulary)},
		"sdk/internal/engine/engine.go": {Data: []byte(engine)},
	}
	for name, file := range more {
		root[name] = file
	}
	node, diags := spec.Load("INTERFACE.yaml", []byte(interfaceText))
	iface := model.Resolve(node, diags)
	require.Empty(t, diags.Render())
	bind.Check(iface, root, diags)
	return diags.Render()
}

func TestCheck(t *testing.T) {
	change := func(text, from, to string) string {
		require.Contains(t, text, from)
		return strings.Replace(text, from, to, 1)
	}
	for _, test := range []struct {
		name               string
		vocabulary, engine string
		want               []string // each in what is said; nothing may be said if empty
	}{
		{name: "all is well", vocabulary: vocabularyText, engine: engineText},
		{
			name: "swapped secrets", vocabulary: vocabularyText, engine: change(engineText, "code, verifier", "verifier, code"),
			want: []string{
				"INTERFACE.yaml:19:22: the parameter 2 of Engine.Exchange is called verifier at sdk/internal/engine/engine.go:5; the interface calls it code",
				"the parameter 3 of Engine.Exchange is called code",
			},
		},
		{
			name: "misspelled method", vocabulary: vocabularyText, engine: change(engineText, ") Exchange(", ") Exchagne("),
			want: []string{`sdk/internal/engine has no Engine.Exchange; did you mean "Engine.Exchagne"?`},
		},
		{
			name: "another signature", vocabulary: vocabularyText, engine: change(engineText, "(*authpi.Agent, error)", "error"),
			want: []string{"Engine.Exchange is func(context.Context, authpi.Secret, authpi.Secret, *authpi.ExchangeOptions) (error) at"},
		},
		{
			name: "a method of another type", vocabulary: change(vocabularyText, "(a *Agent) ID", "(a *Other) ID"), engine: engineText,
			want: []string{"sdk/authpi has no Agent.ID\n"},
		},
		{
			name: "an accessor without known", vocabulary: change(vocabularyText, "(verified, known bool)", "bool"), engine: engineText,
			want: []string{"Agent.Verified is func() (bool) at sdk/authpi/agent.go:8; the interface wants func() (bool, bool)"},
		},
		{
			name: "no variadic", vocabulary: change(vocabularyText, "...time", "time"), engine: engineText,
			want: []string{"the interface wants func(...time.Duration) (bool)"},
		},
		{
			name: "an option that nothing reads", vocabulary: vocabularyText, engine: change(engineText, "e.config.Leeway", "0"),
			want: []string{"INTERFACE.yaml:6:3: warning: no operation uses the option leeway_seconds and nothing in sdk/internal/engine reads config.Leeway"},
		},
		{
			name: "a type that nothing names", vocabulary: vocabularyText, engine: change(engineText, "failure{}", "nil"),
			want: []string{"INTERFACE.yaml:12:3: warning: no operation uses the internal type Failure and nothing in sdk/internal/engine names failure"},
		},
		{
			name:       "names that are taken",
			vocabulary: vocabularyText + "\ntype ErrorSource int\n\nvar OAuthError, ExchangeOptions int\n",
			engine:     engineText + "\ntype answer int\n\nconst endpointToken = 1\n\nfunc (e Engine) request() {}\n",
			want: []string{
				"the Go name ErrorSource of the enum is declared by hand at sdk/authpi/agent.go:13",
				"the Go name OAuthError of the error class", "the Go name ExchangeOptions of the options of the operation",
				"the Go name answer of the type is declared by hand at sdk/internal/engine/engine.go:9",
				"the Go name endpointToken of the endpoint", "the Go name request of the operation is that of a method at",
			},
		},
		{
			name:       "names that are imported, and members",
			vocabulary: vocabularyText,
			engine: change(change(engineText, "package engine\n", "package engine\n\nimport answer \"net/url\"\n"), "{ config ", "{ request int; config ") +
				"\ntype requestParams struct{}\n\nvar opRequest int\n",
			want: []string{
				"INTERFACE.yaml:11:3: the Go name answer of the type is that of the import at sdk/internal/engine/engine.go:3; give it another",
				"INTERFACE.yaml:16:3: the Go name request of the operation is that of a field at sdk/internal/engine/engine.go:5; give it another",
				"the Go name opRequest of the descriptor of the operation is declared by hand at",
			},
		},
		{
			name:       "a method with the name of a field",
			vocabulary: vocabularyText + "\nfunc (c Config) ClientID() string { return \"\" }\n", engine: engineText,
			want: []string{"INTERFACE.yaml:5:3: the Go name ClientID of the option is that of a method at sdk/authpi/agent.go:13"},
		},
		{
			name: "Go that does not parse", vocabulary: vocabularyText + "\nfunc {", engine: engineText,
			want: []string{"sdk/authpi/agent.go:13:6: expected "},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			said := check(t, test.vocabulary, test.engine, nil)
			if len(test.want) == 0 {
				assert.Empty(t, said)
			}
			for _, want := range test.want {
				assert.Contains(t, said, want)
			}
			assert.NotContains(t, said, ".yaml: sdk/", "the file that is wrong comes first")
		})
	}
}

// TestGeneratedFilesAndTestsAreNotRead holds that a generated file cannot vouch for itself, nor disturb by being wrong.
func TestGeneratedFilesAndTestsAreNotRead(t *testing.T) {
	said := check(t, vocabularyText, engineText, fstest.MapFS{
		"sdk/authpi/enums_gen.go":         {Data: []byte("package authpi\n\ntype ErrorSource string\n")},
		"sdk/authpi/broken_gen.go":        {Data: []byte("not Go")},
		"sdk/internal/engine/op_test.go":  {Data: []byte("package engine\n\ntype answer int\n")},
		"sdk/internal/engine/readme.md":   {Data: []byte("text")},
		"sdk/internal/engine/sub/deep.go": {Data: []byte("package sub\n\ntype answer int\n")},
	})
	assert.Empty(t, said)
}

// TestModule holds that the spec's module is that of go.mod.
func TestModule(t *testing.T) {
	for _, test := range []struct{ name, file, want string }{
		{"the same", "// A comment.\nmodule example.com/sample // as in the spec\n", ""},
		{"quoted", "go 1.25.0\n\nmodule \"example.com/sample\"\n", ""},
		{"another", "module example.com/sample/v2\n", `:1:45: the module of go.mod is "example.com/sample/v2", not "example.com/sample": one of the two`},
		{"none in the file", "go 1.25.0\n", `the module of go.mod is "", not "example.com/sample"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			said := check(t, vocabularyText, engineText, fstest.MapFS{"go.mod": {Data: []byte(test.file)}})
			if test.want == "" {
				assert.Empty(t, said)
			}
			assert.Contains(t, said, test.want)
		})
	}
}

// TestOperationWithoutKind holds that nothing more is said of an operation whose kind is missing.
func TestOperationWithoutKind(t *testing.T) {
	root := fstest.MapFS{
		"go.mod":                        {Data: []byte("module example.com/sample\n")},
		"sdk/authpi/agent.go":           {Data: []byte(vocabularyText)},
		"sdk/internal/engine/engine.go": {Data: []byte(engineText)},
	}
	node, diags := spec.Load("INTERFACE.yaml", []byte(interfaceText+"  lost: {doc: Loses its kind.}\n"))
	bind.Check(model.Resolve(node, diags), root, diags)
	assert.Contains(t, diags.Render(), "operations.lost must have exactly one of http, url, composed, local\n")
	assert.Equal(t, 1, diags.Errors(), diags.Render())
}

func TestMissingFolder(t *testing.T) {
	node, diags := spec.Load("INTERFACE.yaml", []byte(interfaceText))
	iface := model.Resolve(node, diags)
	bind.Check(iface, os.DirFS(t.TempDir()), diags)
	assert.Contains(t, diags.Render(), "INTERFACE.yaml:1:45: there is no go.mod in the root: run sdkgen in the root of the module example.com/sample")
	assert.Contains(t, diags.Render(), "INTERFACE.yaml: no hand-written Go: ")
	assert.Contains(t, diags.Render(), "sdk/internal/engine has no Engine.Exchange\n")
}
