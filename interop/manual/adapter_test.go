package manual_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance"
	fixtures "github.com/arbfay/authpi-go/testdata/fixtures"
)

// acme is an SDK that answers as the cases below want it.
const acme = `__version__ = "1.0"

class OAuthError(Exception):
    code, temporary = "", False

class Client:
    def __init__(self, **config): pass
    def close(self): pass

def has_access(scopes, action, resource): return resource + ":" + action in scopes
`

// steps are what the cases do: the first needs what the adapter has, the second what it has not.
var steps = map[string]string{
	"some": `[
		{"id": "nil", "call": "has_access", "args": {"scopes": null, "action": "read", "resource": "a"}, "ok": false},
		{"id": "one", "call": "has_access", "args": {"scopes": ["a:read"], "action": "read", "resource": "a"}, "ok": true},
		{"id": "end", "call": "close", "ok": null}]`,
	"other": `[{"id": "url", "call": "discover", "ok": {"$any": ""}}]`,
}

func suite(t *testing.T) *conformance.Suite {
	t.Helper()
	spec, err := fixtures.Files.ReadFile("interface.json")
	require.NoError(t, err)
	files := fstest.MapFS{"interface.json": {Data: spec}}
	for name, does := range steps {
		files["scopes/"+name+".json"] = &fstest.MapFile{Data: fmt.Appendf(nil,
			`{"format": "1.0", "id": "scopes.%s", "title": "t", "why": "w", "level": "must", "clauses": ["op.close"], "steps": %s}`,
			name, does)}
	}
	loaded, err := conformance.Load(files)
	require.NoError(t, err)
	return loaded
}

func TestTheExampleOfTheManualIsAnAdapter(t *testing.T) {
	python, err := exec.LookPath("python3")
	require.NoError(t, err, "install Python: apt-get install python3")
	manual, err := os.ReadFile(filepath.Join("..", "..", "docs", "adapter.md"))
	require.NoError(t, err)
	_, after, found := strings.Cut(string(manual), "```python\n")
	require.True(t, found)
	example, _, _ := strings.Cut(after, "```")
	folder := t.TempDir()
	program := filepath.Join(folder, "adapter.py")
	require.NoError(t, os.WriteFile(program, []byte(example), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "acme.py"), []byte(acme), 0o600))

	report, err := conformance.Run(t.Context(), conformance.Options{
		Adapter: conformance.Command{python, program}, Suite: suite(t),
	})
	require.NoError(t, err)
	var text strings.Builder
	require.NoError(t, report.WriteText(&text, "conformance run"))
	assert.Equal(t, 1, report.Count(conformance.Pass), text.String())
	assert.Equal(t, 1, report.Count(conformance.Skip), text.String())
	assert.True(t, report.OK(), text.String())
}
