package gen_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/gen"
)

// TestNewOperations adds to the real spec what testdata/newoperation/fragments has: two RFCs that the SDK has never heard of. It
// builds a program and the conformance suite over what is generated then, and asks both flavors for the new operations. Nothing of it
// is known to hand-written Go, and nothing in the tree changes.
func TestNewOperations(t *testing.T) {
	files := generateExtended(t)
	t.Run("documents", func(t *testing.T) { checkDocuments(t, files) })

	programs := buildOver(t, files, "cmd/newoperation", "cmd/conformance")
	for _, flavor := range []string{"blocking", "future"} {
		t.Run(flavor, func(t *testing.T) {
			issuer := newIssuer(t)
			output := run(t, programs["newoperation"], flavor, issuer.URL)
			assert.JSONEq(t, wantFacts, strings.ReplaceAll(output, issuer.URL, "https://idp.test"))
			assert.Equal(t, wantRequests, issuer.requests())
		})
		t.Run("adapter/"+flavor, func(t *testing.T) { checkAdapter(t, programs["conformance"], flavor) })
	}
	assert.NoDirExists(t, "../cmd/newoperation")
	t.Run("suite", func(t *testing.T) {
		cases := t.TempDir()
		require.NoError(t, os.CopyFS(cases, os.DirFS("testdata/newoperation/cases")))
		writeFile(t, filepath.Join(cases, "interface.json"), files["testdata/fixtures/interface.json"])
		assert.Contains(t, run(t, programs["conformance"], "run", "--cases", cases), "4 pass")
	})
}

// wantFacts is what the program prints, whatever the flavor.
const wantFacts = `{
	"account, before discovery": {
		"url": "https://idp.test/account?client_id=c_app&page=linked-accounts&return_to=https%3A%2F%2Fapp.test%2F%3Fa%3D1%26b", "error": null
	},
	"account, after discovery": {
		"url": "https://idp.test/account?client_id=c_app&page=linked-accounts&return_to=https%3A%2F%2Fapp.test%2F%3Fa%3D1%26b", "error": null
	},
	"push": {"request_uri": "urn:ietf:params:oauth:request_uri:1", "expires_in": "1m30s", "high": true},
	"push, of the configuration": {"error": null, "printed": "&{RequestURI:urn:ietf:params:oauth:request_uri:2 ExpiresIn:1m30s Assurance:}"},
	"push, invalid": {"result": null, "error": {
		"classes": ["InvalidRequestURIError"], "code": "invalid_request_uri", "status": 400, "source": "pushed_authorization_request",
		"operation": "push_authorization_request", "invalid response": false
	}},
	"push, expired": {"result": null, "error": {
		"classes": ["ExpiredRequestURIError", "InvalidRequestURIError"], "code": "expired_request_uri", "status": 400,
		"source": "pushed_authorization_request", "operation": "push_authorization_request", "invalid response": false
	}},
	"push, missing": {"result": null, "error": {
		"classes": ["ConfigurationError"], "code": "invalid_argument", "status": 0, "source": "sdk",
		"operation": "push_authorization_request", "invalid response": false
	}},
	"push, reserved": {
		"classes": ["ConfigurationError"], "code": "reserved_parameter", "status": 0, "source": "sdk",
		"operation": "push_authorization_request", "invalid response": false
	},
	"device": {
		"device_code": "device-secret", "user_code": "WDJB-MJHT", "verification_uri": "https://idp.test/device",
		"verification_uri_complete": "https://idp.test/device?user_code=WDJB-MJHT", "expires_in": "30m0s", "interval": "7s",
		"extra": "\"data:,\"",
		"printed": "[redacted]", "leaks": false,
		"json": {
			"device_code": "[redacted]", "user_code": "WDJB-MJHT", "verification_uri": "https://idp.test/device",
			"verification_uri_complete": "https://idp.test/device?user_code=WDJB-MJHT", "expires_in": 1800, "interval": 7, "qr": "data:,"
		}
	},
	"device, optional members missing": {"complete": "", "interval": "5s", "extra": false},
	"device, refused": {
		"classes": ["DeviceRefusedError"], "code": "unauthorized_client", "status": 400, "source": "device_authorization",
		"operation": "authorize_device", "invalid response": false
	},
	"device, incomplete": {
		"classes": [], "code": "invalid_response", "status": 200, "source": "device_authorization",
		"operation": "authorize_device", "invalid response": true
	},
	"device, public client, answer too large": {
		"classes": [], "code": "invalid_response", "status": 200, "source": "device_authorization",
		"operation": "authorize_device", "invalid response": true
	},
	"list, d1": {"scopes": ["openid", "tv"], "seen": "2030-03-17T17:46:40Z", "trusted": false, "blocked": true},
	"list, d2": {"scopes": null, "seen": "0001-01-01T00:00:00Z", "trusted": null, "blocked": false},
	"rename": null,
	"rename, name missing": {
		"classes": ["ConfigurationError"], "code": "invalid_argument", "status": 0, "source": "sdk",
		"operation": "rename_device", "invalid response": false
	}
}`

// wantRequests are what the program sends, whatever the flavor, sorted.
var wantRequests = []string{
	"GET /as/device?count=2&trusted=true [Bearer at-secret] [] ",
	"POST /as/device [Basic c_app:s3cret] [] scope=incomplete",
	"POST /as/device [Basic c_app:s3cret] [] scope=openid tv",
	"POST /as/device [Basic c_app:s3cret] [] scope=plain",
	"POST /as/device [Basic c_app:s3cret] [] scope=refused",
	"POST /as/par [Basic c_app:s3cret] [rm, de;q=0.5] acr_values=urn:example:assurance:high&claims={}&code_challenge=challenge" +
		"&code_challenge_method=S256&max_age=0&redirect_uri=https://app.test/callback&resource=https://a.test/&resource=https://b.test/" +
		"&response_type=code&scope=openid email",
	pushedByDefault("expired"),
	pushedByDefault("invalid"),
	pushedByDefault("plain"),
	"POST /elsewhere [] [] client_id=c_tv",
	"PUT /as/device?device_id=d+1 [Bearer at-secret] [] name=Küche",
}

// pushedByDefault is the request of a push whose optional parameters are the configuration's.
func pushedByDefault(challenge string) string {
	return "POST /as/par [Basic c_app:s3cret] [rm, de;q=0.5] acr_values=urn:example:assurance:low&code_challenge=" + challenge +
		"&code_challenge_method=S256&redirect_uri=https://app.test/callback&resource=https://api.test/&response_type=code&scope=openid"
}

// checkDocuments looks for the new nodes where people and the conformance suite read of them.
func checkDocuments(t *testing.T, files map[string][]byte) {
	clauses := []string{
		"config.assurance", "config.max_device_answer_bytes", "endpoint.pushed_authorization_request", "endpoint.account",
		"enum.AssuranceLevel", "value.AssuranceLevel.high", "type.PushedAuthorization", "field.DeviceAuthorization.device_code",
		"error.invalid_request_uri", "error.ExpiredRequestURIError", "op.push_authorization_request",
		"param.push_authorization_request.assurance", "op.authorize_device", "op.rename_device", "op.create_account_url",
	}
	var described struct {
		Operations []struct{ Name, Kind, Returns, Clause string }
		Clauses    []struct{ ID, Level, Source string }
	}
	require.NoError(t, json.Unmarshal(files["testdata/fixtures/interface.json"], &described))
	ids := make([]string, len(described.Clauses))
	for i, clause := range described.Clauses {
		ids[i] = clause.ID
	}
	assert.Subset(t, ids, clauses)
	for _, id := range clauses {
		assert.Contains(t, string(files["docs/INTERFACE.md"]), "`"+id+"`")
	}
	assert.Contains(t, described.Operations, struct{ Name, Kind, Returns, Clause string }{
		"authorize_device", "http", "DeviceAuthorization", "op.authorize_device",
	})
	assert.Contains(t, string(files["docs/INTERFACE.md"]), "RFC 8628, section 3.1")
}

// generateExtended renders the spec with the fragments in it. A fragment's name is the path of the node that it is added to.
func generateExtended(t *testing.T) map[string][]byte {
	t.Helper()
	source, err := os.ReadFile("../INTERFACE.yaml")
	require.NoError(t, err)
	fragments, err := filepath.Glob("testdata/newoperation/fragments/*.yaml")
	require.NoError(t, err)
	lines := strings.SplitAfter(string(source), "\n")
	for _, name := range fragments {
		fragment, err := os.ReadFile(name)
		require.NoError(t, err)
		at := endOf(lines, strings.Split(strings.TrimSuffix(filepath.Base(name), ".yaml"), "."))
		require.Positive(t, at, name)
		lines = slices.Insert(lines, at, string(fragment))
	}
	files, diags, err := gen.Render([]byte(strings.Join(lines, "")))
	require.NoError(t, err)
	require.Empty(t, diags.String())
	return files
}

// endOf returns the number of the line after the node at a path, or 0 if there is none.
func endOf(lines, path []string) int {
	at := 0
	for depth, key := range path {
		indent := strings.Repeat("  ", depth)
		found := slices.IndexFunc(lines[at:], func(line string) bool { return strings.HasPrefix(line, indent+key+":") })
		if found < 0 {
			return 0
		}
		at += found + 1
	}
	for at < len(lines) && (strings.HasPrefix(lines[at], strings.Repeat("  ", len(path))) || strings.TrimSpace(lines[at]) == "") {
		at++
	}
	return at
}

// buildOver builds commands of the module with the rendered files in place of the tree's, and testdata/newoperation/program as
// cmd/newoperation. It returns the binaries by their names. The tree is only read.
func buildOver(t *testing.T, files map[string][]byte, commands ...string) map[string]string {
	t.Helper()
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	program, err := os.ReadFile("testdata/newoperation/program/main.go")
	require.NoError(t, err)
	files["cmd/newoperation/main.go"] = program
	work, replace := t.TempDir(), map[string]string{}
	for name, content := range files {
		replace[filepath.Join(root, name)] = filepath.Join(work, "over", name)
		writeFile(t, filepath.Join(work, "over", name), content)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	writeFile(t, filepath.Join(work, "overlay.json"), overlay)

	arguments := []string{"build", "-overlay", filepath.Join(work, "overlay.json"), "-o", filepath.Join(work, "bin") + string(filepath.Separator)}
	binaries := map[string]string{}
	for _, command := range commands {
		arguments = append(arguments, "./"+command)
		binaries[filepath.Base(command)] = filepath.Join(work, "bin", filepath.Base(command))
	}
	build := exec.CommandContext(t.Context(), "go", arguments...)
	build.Dir = root
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	return binaries
}

// run runs a program to its end and returns what it prints.
func run(t *testing.T, program string, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, arguments...)
	var complaints strings.Builder
	command.Stderr = &complaints
	output, err := command.Output()
	require.NoError(t, err, "%s\n%s", output, &complaints)
	return string(output)
}
