package conformance_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance"
	"github.com/arbfay/authpi-go/testdata/fixtures"
)

// suiteOf loads cases that a test writes, by file name.
func suiteOf(t *testing.T, cases map[string]string) *conformance.Suite {
	t.Helper()
	spec, err := fixtures.Files.ReadFile("interface.json")
	require.NoError(t, err)
	files := fstest.MapFS{"interface.json": {Data: spec}}
	for name, text := range cases {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	suite, err := conformance.Load(files)
	require.NoError(t, err)
	return suite
}

func ids(cases []*conformance.Case) []string {
	var out []string
	for _, c := range cases {
		out = append(out, c.ID)
	}
	return out
}

// head is the head of a case, up to where its own members begin.
func head(id string) string {
	return fmt.Sprintf(`{"format": "1.0", "id": %q, "title": "t", "why": "w", "level": "must", "clauses": ["op.close"], `, id)
}

func TestMatrixMakesAFormOfEachCombination(t *testing.T) {
	suite := suiteOf(t, map[string]string{"config/m.json": head("config.m") + `
		"matrix": {"b": {"x": {"id": "c_x"}, "y": {"id": {"$var": "a"}}}, "a": {"1": "one", "2": "two"}},
		"given": {"config": {"client_id": {"$var": "b.id"}}},
		"steps": [{"id": "s", "call": "close", "ok": null}]}`})
	require.Equal(t, []string{"config.m[a=1,b=x]", "config.m[a=1,b=y]", "config.m[a=2,b=x]", "config.m[a=2,b=y]"}, ids(suite.Cases))
	for id, want := range map[string]string{"config.m[a=2,b=x]": "c_x", "config.m[a=2,b=y]": "two"} {
		c, ok := suite.Case(id)
		require.True(t, ok)
		assert.Equal(t, want, c.Given.Config["client_id"])
		assert.Equal(t, "config", c.Area())
	}
	assert.Len(t, suite.Select("config.m"), 4, "a family's id selects its forms")
	assert.Equal(t, []string{"config.m[a=1,b=x]"}, ids(suite.Select("config.m[a=1,b=x]")))
	assert.Len(t, suite.Select("*b=x]"), 2)
	assert.Len(t, suite.Select("config.?[a=1*"), 2)
	assert.Empty(t, suite.Select("config"))
}

func TestRowsAreSteps(t *testing.T) {
	suite := suiteOf(t, map[string]string{"scopes/r.json": head("scopes.r") + `
		"steps": [{"id": "first", "call": "close", "ok": null}],
		"each": {"call": "has_access", "args": {"action": "read", "resource": "a"}},
		"rows": [{"row": "r1", "args": {"scopes": []}, "ok": false}, {"row": "r2", "args": {"scopes": null, "resource": "b"}, "ok": true}]}`})
	c := suite.Cases[0]
	require.Len(t, c.Steps, 3)
	assert.Equal(t, "r1", c.Steps[1].ID)
	assert.Equal(t, map[string]any{"action": "read", "resource": "a", "scopes": []any{}}, c.Steps[1].Args)
	assert.Equal(t, map[string]any{"action": "read", "resource": "b", "scopes": nil}, c.Steps[2].Args, "null is an argument")
	assert.Equal(t, true, c.Steps[2].OK.Want)
}

func TestDefectsSpoilTheControl(t *testing.T) {
	suite := suiteOf(t, map[string]string{
		"config/good.json": head("config.good") + `
			"kills": ["K"], "requires": ["entropy"], "counts": {"token": 0},
			"script": [{"id": "x", "on": {"endpoint": "token"}, "times": "any", "reply": {}}],
			"steps": [{"id": "a", "call": "close", "ok": null}, {"id": "b", "call": "close", "ok": null}, {"id": "c", "call": "close", "ok": null}]}`,
		"config/bad.json": head("config.bad") + `
			"control": "config.good", "until": "b", "sent": [],
			"defect": [
				{"at": "given/config/client_id", "set": "other"}, {"at": "script/x/times", "drop": true},
				{"at": "script/0", "insert": {"id": "w", "on": {"endpoint": "jwks"}, "fault": "close"}},
				{"at": "script", "add": {"id": "z", "on": {"endpoint": "jwks"}, "fault": "close"}},
				{"at": "script/x/on", "merge": {"endpoint": null, "path": "/p"}}
			],
			"err": {"class": "OAuthError", "code": "timeout"}, "then": [{"id": "d", "call": "close", "ok": null}]}`,
		"config/worse.json": head("config.worse") + `
			"control": "config.bad", "until": "setup", "sent": [], "defect": [{"at": "given/config/client_id", "set": ""}],
			"err": {"class": "ConfigurationError", "code": "missing_client_id"}}`,
	})
	bad, _ := suite.Case("config.bad")
	assert.Equal(t, "config.good", bad.Control)
	assert.Equal(t, "other", bad.Given.Config["client_id"])
	assert.Equal(t, "https://app.test/callback", bad.Given.Config["redirect_uri"])
	require.Len(t, bad.Script, 3)
	assert.Equal(t, []string{"w", "x", "z"}, []string{bad.Script[0].ID, bad.Script[1].ID, bad.Script[2].ID})
	assert.Equal(t, "/p", bad.Script[1].On.Path)
	assert.Zero(t, bad.Script[1].Times)
	require.Len(t, bad.Steps, 3)
	assert.False(t, bad.Steps[1].OK.Set)
	assert.Equal(t, "timeout", bad.Steps[1].Err["code"])
	assert.Equal(t, "d", bad.Steps[2].ID)
	assert.Empty(t, bad.Kills, "what the control catches, this does not")
	assert.Empty(t, bad.Requires)
	assert.Nil(t, bad.Counts)
	assert.Equal(t, "against", bad.Clauses[0].Argues)

	worse, _ := suite.Case("config.worse")
	require.NotNil(t, worse.Setup)
	assert.Equal(t, "missing_client_id", worse.Setup.Err["code"])
	assert.Empty(t, worse.Steps)

	good, _ := suite.Case("config.good")
	assert.Equal(t, "for", good.Clauses[0].Argues)
	assert.Equal(t, []string{"x"}, good.Sent, "all of the script, unless said otherwise")
	assert.Equal(t, "c_app", good.Given.Config["client_id"], "the control stays as it was")
}

func TestStraysAreRefused(t *testing.T) {
	spec, err := fixtures.Files.ReadFile("interface.json")
	require.NoError(t, err)
	_, err = conformance.Load(fstest.MapFS{
		"interface.json": {Data: spec}, "schema.json": {Data: []byte(`{}`)},
		"close.json": {Data: []byte(`{}`)}, "flow/deep/close.json": {Data: []byte(`{}`)},
	})
	require.EqualError(t, err, "close.json: a case stands in the folder of its area, as AREA/NAME.json\n"+
		"flow/deep/close.json: a case stands in the folder of its area, as AREA/NAME.json")
}

// TestCodesThatTheProviderSends hold without being of the interface.
func TestCodesThatTheProviderSends(t *testing.T) {
	for code, reply := range map[string]string{
		"x-sent": `{"json": {"error": "x-sent"}}`, "x-text": `{"body": "{\"error\":\"x-text\"}"}`,
		"x-head": `{"headers": {"www-authenticate": "Bearer error=\"x-head\""}}`,
		"xxxx":   `{"json": {"error": {"$repeat": ["x", 4]}}}`, "timeout": `{}`,
	} {
		suiteOf(t, map[string]string{"config/c.json": head("config.c") + `
			"script": [{"id": "x", "on": {"endpoint": "token"}, "reply": ` + reply + `}],
			"steps": [{"id": "a", "call": "close", "ok": null},
				{"id": "b", "call": "close", "err": {"class": "OAuthError", "code": "` + code + `"}}]}`})
	}
}

// TestEverythingWrongIsTold has several mistakes in one file.
func TestEverythingWrongIsTold(t *testing.T) {
	spoiled := merged(t, good, `{"steps": [
		{"id": "a", "call": "close", "ok": {"a": {"$between": [60, 0]}, "b": {"$reg": "x"}}},
		{"id": "b", "call": "create_agnet", "ok": null},
		{"id": "c", "call": "close", "err": {"class": "OAuthErorr", "code": "time_out", "cause": {"class": "RefreshEror", "code": "x"}}},
		{"id": "d", "call": "close", "args": {}, "err": {"class": "OAuthError", "code": "state_mismatch", "stauts": 1}}
	], "requires": ["clok"], "counts": {"tokn": 1}, "given": {"config": {"client_di": "x"}}}`)
	require.EqualError(t, loadWith(t, spoiled, ""), `create_agent/good.json: counts/tokn: no such endpoint; did you mean "token"?
create_agent/good.json: given/config/client_di: no such option; did you mean "client_id"?
create_agent/good.json: requires/0: no capability "clok"; did you mean "clock"?
create_agent/good.json: steps/0/ok/a: $between: want two numbers, the lower one first
create_agent/good.json: steps/0/ok/b: unknown operator $reg; did you mean "re"?
create_agent/good.json: steps/1/call: no operation "create_agnet"; did you mean "create_agent"?
create_agent/good.json: steps/2/err/cause/class: no class "RefreshEror"; did you mean "RefreshError"?
create_agent/good.json: steps/2/err/cause/code: the interface has no code "x", and the provider does not send it
create_agent/good.json: steps/2/err/class: no class "OAuthErorr"; did you mean "OAuthError"?
create_agent/good.json: steps/2/err/code: the interface has no code "time_out", and the provider does not send it; did you mean "timeout"?
create_agent/good.json: steps/3/err/stauts: unknown key; did you mean "status"?`)
}

func TestRequirementsAreSeenFromTheCase(t *testing.T) {
	suite := suiteOf(t, map[string]string{"config/r.json": head("config.r") + `
		"given": {"entropy": "x", "config": {"on_refresh": {}}, "tokens": {"id": {"like": "id_token"}}},
		"steps": [
			{"id": "a", "call": "create_agent", "times": 2, "async": true, "args": {"tokens": {}, "on_refresh": {"call":
				{"id": "inner", "call": "discover", "ok": {"$any": ""}}}}, "ok": {"$any": ""}},
			{"advance": "1s"}, {"cancel": "a.1"}
		]}`})
	assert.Equal(t, []string{"callbacks", "cancel", "clock", "concurrency", "config_callbacks", "entropy", "storage"}, suite.Cases[0].Requires)
}

func TestCoverage(t *testing.T) {
	suite := suiteOf(t, map[string]string{
		"config/good.json": head("config.good") + `"steps": [{"id": "a", "call": "discover", "ok": {"$any": ""}}]}`,
		"config/bad.json": head("config.bad") + `"control": "config.good", "until": "a",
			"defect": [{"at": "given/config/client_id", "set": "x"}], "err": {"class": "SessionExpiredError", "code": "session_expired"}}`,
	})
	found := map[string]*conformance.ClauseCoverage{}
	for _, clause := range suite.Coverage() {
		found[clause.ID] = clause
	}
	assert.Equal(t, []string{"config.good"}, found["op.discover"].For)
	assert.Equal(t, []string{"config.bad"}, found["op.discover"].Against)
	assert.Empty(t, found["op.discover"].Missing())
	assert.Empty(t, found["op.close"].Missing(), "named by both")
	assert.Empty(t, found["error.session_expired"].Missing())
	assert.Equal(t, "for and against", found["idtoken.aud"].Missing())
	assert.Equal(t, "for", found["code.token_expired"].Missing())
	assert.Empty(t, found["param.create_authorization_url.state"].Missing(), "not of level must")
}

func TestInterfaceMustBeThere(t *testing.T) {
	_, err := conformance.Load(fstest.MapFS{})
	require.ErrorContains(t, err, "the interface is not there")
	_, err = conformance.Load(fstest.MapFS{"interface.json": {Data: []byte(`{}`)}})
	require.ErrorContains(t, err, "no operations")
	_, err = conformance.ReadInterface([]byte(`[`))
	require.Error(t, err)
}

// smallInterface is what the fuzzed cases speak of: the real one takes longer to
// read than they do.
const smallInterface = `{
	"operations": [{"name": "create_agent", "params": [{"name": "tokens", "type": "TokenSet"}, {"name": "on_refresh", "type": "callback.x"}]}],
	"types": [{"name": "TokenSet", "storage": true}], "errors": [{"name": "OAuthError"}, {"name": "TokenParseError", "codes": ["id_token_missing"]}],
	"endpoints": [{"name": "token", "metadata": "token_endpoint", "path": "/token"}],
	"config": [{"name": "issuer_url", "type": "url"}, {"name": "client_id", "type": "string"}, {"name": "redirect_uri", "type": "string"}],
	"clauses": [{"id": "op.create_agent", "level": "must"}, {"id": "op.close", "level": "must"}]
}`

func FuzzLoad(f *testing.F) {
	require.NoError(f, loadWithInterface(smallInterface, good, goodNegative))
	f.Add([]byte(good), []byte(goodNegative))
	f.Add([]byte(head("create_agent.good")+`"each": {"call": "close"}, "rows": [{"row": "a", "ok": null}]}`), []byte(`{}`))
	f.Add([]byte(head("create_agent.good")+`"matrix": {"a": {"b": {"$var": "a"}}}, "steps": [{"$var": "a"}]}`), []byte(`[]`))
	f.Fuzz(func(_ *testing.T, first, second []byte) {
		suite, err := conformance.Load(fstest.MapFS{
			"interface.json": {Data: []byte(smallInterface)}, "create_agent/good.json": {Data: first}, "create_agent/bad.json": {Data: second},
		})
		if err == nil {
			suite.Coverage()
			suite.Select("*")
		}
	})
}
