package conformance_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance"
	"github.com/arbfay/authpi-go/testdata/fixtures"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := fixtures.Files.ReadFile("schema.json")
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, compiler.AddResource("schema.json", document))
	compiled, err := compiler.Compile("schema.json")
	require.NoError(t, err)
	return compiled
}

func TestEveryCaseFitsTheSchema(t *testing.T) {
	compiled := schema(t)
	names, err := fs.Glob(fixtures.Files, "*/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		data, err := fixtures.Files.ReadFile(name)
		require.NoError(t, err)
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		require.NoError(t, err, name)
		assert.NoError(t, compiled.Validate(document), name)
	}
}

// good is a case that schema and loader take; the table below spoils it.
const good = `{
	"format": "1.0", "id": "create_agent.good", "title": "t", "why": "w", "level": "must",
	"clauses": ["op.create_agent"],
	"given": {"tokens": {"id": {"like": "id_token"}}},
	"script": [{"id": "x", "on": {"endpoint": "token", "form": {}}, "times": "any", "reply": {"json": {}}}],
	"steps": [
		{"id": "a", "call": "create_agent", "args": {"tokens": {"id_token": {"$token": "id"}}, "on_refresh": {}}, "ok": {"$any": ""}},
		{"advance": "1s"}
	]
}`

// goodNegative is a case with a control that both take.
const goodNegative = `{
	"format": "1.0", "id": "create_agent.bad", "title": "t", "why": "w", "level": "must",
	"clauses": ["op.create_agent"], "control": "create_agent.good",
	"defect": [{"at": "steps/a/args/tokens/id_token", "drop": true}],
	"until": "a", "err": {"class": "TokenParseError", "code": "id_token_missing"}, "sent": []
}`

// malformed are merge patches on the two cases above. Those of form are refused
// by schema and loader alike; the names, only the loader knows.
func malformed() (form, names map[string]string) {
	form = map[string]string{
		"unknown key":                `{"tilte": "t"}`,
		"later format":               `{"format": "1.1"}`,
		"other major":                `{"format": "2.0"}`,
		"no title":                   `{"title": null}`,
		"no why":                     `{"why": ""}`,
		"unknown level":              `{"level": "maybe"}`,
		"no clauses":                 `{"clauses": []}`,
		"clause without stance":      `{"clauses": [{"id": "op.create_agent"}]}`,
		"unknown capability":         `{"requires": ["telepathy"]}`,
		"unknown key in given":       `{"given": {"colck": "x"}}`,
		"unknown algorithm":          `{"given": {"keys": {"k2": "HS256"}}}`,
		"unknown like":               `{"given": {"tokens": {"id": {"like": "refresh_token"}}}}`,
		"unknown key in a token":     `{"given": {"tokens": {"id": {"like": "bare", "claim": {}}}}}`,
		"relative issuer path":       `{"given": {"issuer_path": "x"}}`,
		"unknown key in an exchange": `{"script": [{"id": "x", "on": {"endpoint": "token"}, "rpely": {}, "reply": {}}]}`,
		"neither endpoint nor path":  `{"script": [{"id": "x", "on": {"form": {}}, "reply": {}}]}`,
		"endpoint and path":          `{"script": [{"id": "x", "on": {"endpoint": "token", "path": "/x"}, "reply": {}}]}`,
		"unknown origin":             `{"script": [{"id": "x", "on": {"endpoint": "token", "origin": "moon"}, "reply": {}}]}`,
		"unknown fault":              `{"script": [{"id": "x", "on": {"endpoint": "token"}, "fault": "explode"}]}`,
		"unknown encoding":           `{"script": [{"id": "x", "on": {"endpoint": "token"}, "reply": {"encoding": "br"}}]}`,
		"impossible status":          `{"script": [{"id": "x", "on": {"endpoint": "token"}, "reply": {"status": 99}}]}`,
		"no times":                   `{"script": [{"id": "x", "on": {"endpoint": "token"}, "times": 0, "reply": {}}]}`,
		"no id of an exchange":       `{"script": [{"on": {"endpoint": "token"}, "reply": {}}]}`,
		"unknown key in a step":      `{"steps": [{"id": "a", "call": "close", "ok": null, "okay": null}]}`,
		"two kinds of step":          `{"steps": [{"id": "a", "call": "close", "ok": null, "advance": "1s"}]}`,
		"no kind of step":            `{"steps": [{"id": "a"}]}`,
		"call without id":            `{"steps": [{"call": "close", "ok": null}]}`,
		"no calls":                   `{"steps": [{"id": "a", "call": "close", "times": 0, "ok": null}]}`,
		"too many calls":             `{"steps": [{"id": "a", "call": "close", "times": 65, "ok": null}]}`,
		"call without outcome":       `{"steps": [{"id": "a", "call": "close"}]}`,
		"call with two outcomes":     `{"steps": [{"id": "a", "call": "close", "ok": null, "err": {"class": "OAuthError", "code": "x"}}]}`,
		"unknown context":            `{"steps": [{"id": "a", "call": "close", "context": "late", "ok": null}]}`,
		"no duration":                `{"steps": [{"advance": "a while"}]}`,
		"two waits":                  `{"steps": [{"wait": {"ended": "a", "request": "x"}}]}`,
		"error without code":         `{"steps": [{"id": "a", "call": "close", "err": {"class": "OAuthError"}}]}`,
		"unknown key in an error":    `{"steps": [{"id": "a", "call": "close", "err": {"class": "OAuthError", "code": "x", "text": "y"}}]}`,
		"event of two callbacks":     `{"steps": [{"id": "a", "call": "close", "ok": null, "events": [{"on_a": {}, "on_b": {}}]}]}`,
		"negative count":             `{"counts": {"token": -1}}`,
		"rows without each":          `{"rows": [{"row": "r", "ok": true}]}`,
		"each without rows":          `{"each": {"call": "close"}}`,
		"err without control":        `{"err": {"class": "OAuthError", "code": "x"}}`,
		"until without control":      `{"until": "a"}`,
		"empty matrix":               `{"matrix": {}}`,
		"axis without values":        `{"matrix": {"a": {}}}`,
	}
	names = map[string]string{
		"unknown clause":        `{"clauses": ["op.dance"]}`,
		"unknown operation":     `{"steps": [{"id": "a", "call": "dance", "ok": null}]}`,
		"unknown parameter":     `{"steps": [{"id": "a", "call": "close", "args": {"x": 1}, "ok": null}]}`,
		"missing parameter":     `{"steps": [{"id": "a", "call": "create_agent", "ok": {"$any": ""}}]}`,
		"unknown option":        `{"given": {"config": {"color": "blue"}}}`,
		"option of the adapter": `{"given": {"config": {"clock": 1}}}`,
		"unknown class":         `{"steps": [{"id": "a", "call": "close", "err": {"class": "SillyError", "code": "x"}}, {"id": "b", "call": "close", "ok": null}]}`,
		"unknown endpoint":      `{"script": [{"id": "x", "on": {"endpoint": "kitchen"}, "reply": {}}]}`,
		"unknown count":         `{"counts": {"kitchen": 1}}`,
		"unknown exchange":      `{"sent": ["y"]}`,
		"exchange twice":        `{"script": [{"id": "x", "on": {"endpoint": "token"}, "reply": {}}, {"id": "x", "on": {"endpoint": "token"}, "reply": {}}]}`,
		"step twice":            `{"steps": [{"id": "a", "call": "close", "ok": null}, {"id": "a", "call": "close", "ok": null}]}`,
		"unknown operator":      `{"steps": [{"id": "a", "call": "close", "ok": {"$maybe": 1}}]}`,
		"matcher as a value":    `{"given": {"config": {"client_id": {"$any": ""}}}}`,
		"operator in company":   `{"steps": [{"id": "a", "call": "close", "ok": {"$any": "", "x": 1}}]}`,
		"unknown token":         `{"steps": [{"id": "a", "call": "close", "ok": {"$token": "other"}}]}`,
		"unknown call":          `{"steps": [{"id": "a", "call": "close", "ok": {"$result": "b/x"}}]}`,
		"unknown variable":      `{"matrix": {"a": {"b": 1}}, "title": {"$var": "c"}}`,
		"leftover variable":     `{"given": {"config": {"client_id": {"$var": "c"}}}}`,
		"unknown key name":      `{"given": {"jwks": ["k9"]}}`,
		"unknown tamper":        `{"given": {"tokens": {"id": {"like": "bare", "tamper": "squash"}}}}`,
		"unknown client":        `{"steps": [{"id": "a", "call": "close", "client": "b", "ok": null}]}`,
		"unknown release":       `{"steps": [{"id": "a", "call": "close", "ok": null}, {"release": "z"}]}`,
		"unknown cancel":        `{"steps": [{"id": "a", "call": "close", "ok": null}, {"cancel": "z"}]}`,
		"unknown hold":          `{"script": [{"id": "x", "on": {"endpoint": "token"}, "hold": {"started": ["z"]}, "reply": {}}]}`,
		"unknown callback":      `{"config_events": [{"on_refresh": {}}]}`,
		"errors alone":          `{"steps": [{"id": "a", "call": "close", "err": {"class": "OAuthError", "code": "x"}}]}`,
		"unknown code":          `{"steps": [{"id": "a", "call": "close", "err": {"class": "OAuthError", "code": "x"}}, {"id": "b", "call": "close", "ok": null}]}`,
		"nothing between":       `{"steps": [{"id": "a", "call": "close", "ok": {"$between": [60, 0]}}]}`,
		"any of something":      `{"steps": [{"id": "a", "call": "close", "ok": {"$any": "x"}}]}`,
		"broken pattern":        `{"steps": [{"id": "a", "call": "close", "ok": {"$re": "("}}]}`,
		"another name":          `{"id": "create_agent.other"}`,
	}
	return form, names
}

func TestSchemaAndLoaderAgree(t *testing.T) {
	compiled := schema(t)
	require.NoError(t, loadWith(t, good, goodNegative))
	require.NoError(t, validate(t, compiled, good))
	require.NoError(t, validate(t, compiled, goodNegative))
	form, names := malformed()
	for name, patch := range form {
		t.Run(name, func(t *testing.T) {
			spoiled := merged(t, good, patch)
			assert.Error(t, validate(t, compiled, spoiled), "schema")
			err := loadWith(t, spoiled, "")
			require.Error(t, err, "loader")
			assert.Contains(t, err.Error(), "create_agent/good.json: ")
		})
	}
	for name, patch := range names {
		t.Run(name, func(t *testing.T) {
			assert.Error(t, loadWith(t, merged(t, good, patch), ""))
		})
	}
}

func TestDefectsThatAreRefused(t *testing.T) {
	compiled := schema(t)
	for name, test := range map[string]struct {
		patch string
		form  bool // the schema refuses it, too
	}{
		"no control":               {`{"control": "create_agent.none"}`, false},
		"controls itself":          {`{"control": "create_agent.bad"}`, false},
		"no defect":                {`{"defect": []}`, true},
		"no until":                 {`{"until": null}`, true},
		"unknown until":            {`{"until": "z"}`, false},
		"until an advance":         {`{"until": "1"}`, false},
		"two outcomes":             {`{"ok": 1}`, true},
		"own steps":                {`{"steps": []}`, true},
		"own script":               {`{"script": []}`, true},
		"own given":                {`{"given": {}}`, true},
		"sent left out":            {`{"sent": null}`, false},
		"edit of nothing":          {`{"defect": [{"at": "steps/a"}]}`, true},
		"edit in two ways":         {`{"defect": [{"at": "steps/a", "set": 1, "drop": true}]}`, true},
		"edit without place":       {`{"defect": [{"set": 1}]}`, true},
		"drop of nothing":          {`{"defect": [{"at": "steps/a/args/z", "drop": true}]}`, false},
		"edit at no element":       {`{"defect": [{"at": "steps/z/args", "set": 1}]}`, false},
		"insert at no element":     {`{"defect": [{"at": "steps/z", "insert": {}}]}`, false},
		"edit below a text":        {`{"defect": [{"at": "title/x/y", "set": 1}]}`, false},
		"edit that breaks":         {`{"defect": [{"at": "steps/a/call", "set": "dance"}]}`, false},
		"edit with a typing error": {`{"defect": [{"at": "given/tokens/id/clamis", "set": {}}]}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			spoiled := merged(t, goodNegative, test.patch)
			assert.Error(t, loadWith(t, good, spoiled))
			if test.form {
				assert.Error(t, validate(t, compiled, spoiled))
			} else {
				assert.NoError(t, validate(t, compiled, spoiled))
			}
		})
	}
}

func validate(t *testing.T, compiled *jsonschema.Schema, text string) error {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text)))
	require.NoError(t, err)
	return compiled.Validate(document)
}

// loadWith loads the two cases, the second if there is one.
func loadWith(t *testing.T, first, second string) error {
	t.Helper()
	spec, err := fixtures.Files.ReadFile("interface.json")
	require.NoError(t, err)
	return loadWithInterface(string(spec), first, second)
}

func loadWithInterface(spec, first, second string) error {
	files := fstest.MapFS{
		"interface.json":         {Data: []byte(spec)},
		"create_agent/good.json": {Data: []byte(first)},
	}
	if second != "" {
		files["create_agent/bad.json"] = &fstest.MapFile{Data: []byte(second)}
	}
	_, err := conformance.Load(files)
	return err
}

// merged lays a merge patch over a case, at the top level only; lists and
// objects below are replaced.
func merged(t *testing.T, text, patch string) string {
	t.Helper()
	var object, changes map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &object))
	require.NoError(t, json.Unmarshal([]byte(patch), &changes))
	for name, value := range changes {
		if value == nil {
			delete(object, name)
			continue
		}
		object[name] = value
	}
	out, err := json.Marshal(object)
	require.NoError(t, err)
	return string(out)
}
