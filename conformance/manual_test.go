package conformance_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance"
	"github.com/arbfay/authpi-go/conformance/protocol"
)

func manual(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "adapter.md"))
	require.NoError(t, err)
	return string(text)
}

// TestManualNamesTheProtocol holds the manual against the messages as they are.
func TestManualNamesTheProtocol(t *testing.T) {
	names := append(protocol.Capabilities(), protocol.Close, protocol.ContextCancelled, protocol.ContextExpired,
		protocol.Hello, protocol.Setup, protocol.Hook, protocol.Call, protocol.Advance, protocol.Cancel, protocol.Release,
		protocol.Ping, protocol.Teardown, protocol.Bye)
	for _, message := range []any{
		protocol.Command{}, protocol.Behavior{}, protocol.Reply{}, protocol.Ready{}, protocol.SDK{}, protocol.Event{},
		protocol.Error{}, protocol.Cause{},
	} {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(message)) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			names = append(names, name)
		}
	}
	text := manual(t)
	for _, name := range names {
		assert.Contains(t, text, "`"+name+"`")
	}
}

// acme is an SDK that answers as the case below wants it.
const acme = `__version__ = "1.0"

class OAuthError(Exception):
    code, temporary = "", False

class Client:
    def __init__(self, **config): pass
    def close(self): pass

def has_access(scopes, action, resource): return resource + ":" + action in scopes
`

// TestExampleOfTheManual runs it where there is a Python.
func TestExampleOfTheManual(t *testing.T) {
	_, after, found := strings.Cut(manual(t), "```python\n")
	require.True(t, found)
	example, _, _ := strings.Cut(after, "```")
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 is here")
	}
	folder := t.TempDir()
	program := filepath.Join(folder, "adapter.py")
	require.NoError(t, os.WriteFile(program, []byte(example), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "acme.py"), []byte(acme), 0o600))
	suite := suiteOf(t, map[string]string{
		"scopes/some.json": head("scopes.some") + `"steps": [
			{"id": "nil", "call": "has_access", "args": {"scopes": null, "action": "read", "resource": "a"}, "ok": false},
			{"id": "one", "call": "has_access", "args": {"scopes": ["a:read"], "action": "read", "resource": "a"}, "ok": true},
			{"id": "end", "call": "close", "ok": null}]}`,
		"scopes/other.json": head("scopes.other") + `"steps": [{"id": "url", "call": "discover", "ok": {"$any": ""}}]}`,
	})
	report, err := conformance.Run(t.Context(), conformance.Options{Adapter: conformance.Command{python, program}, Suite: suite})
	require.NoError(t, err)
	assert.Equal(t, 1, report.Count(conformance.Pass), summary(t, report))
	assert.Equal(t, 1, report.Count(conformance.Skip))
	assert.True(t, report.OK())
}
