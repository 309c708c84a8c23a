package expr_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance/internal/expr"
	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
)

func tree(t *testing.T, text string) any {
	t.Helper()
	out, err := jsontree.Parse([]byte(text))
	require.NoError(t, err, text)
	return out
}

// scope knows one secret and one time.
func scope() expr.Scope {
	return expr.Scope{Lookup: func(operator string, argument any) (any, error) {
		switch operator {
		case "secret":
			return fmt.Sprintf("secret %v", argument), nil
		case "time":
			return json.Number("1000"), nil
		default:
			return nil, fmt.Errorf("no %s", operator)
		}
	}}
}

// TestMatchers has, for each matcher, what it holds for and what it does not.
func TestMatchers(t *testing.T) {
	for _, test := range []struct {
		want     string
		yes, no  []string
		operator string
	}{
		{want: `1`, yes: []string{`1`, `1.0`, `1e0`}, no: []string{`2`, `"1"`, `true`, `null`, `[]`, `{}`}},
		{want: `"a"`, yes: []string{`"a"`}, no: []string{`"A"`, `""`, `null`, `["a"]`}},
		{want: `true`, yes: []string{`true`}, no: []string{`false`, `"true"`, `null`}},
		{want: `null`, yes: []string{`null`, `""`, `[]`}, no: []string{`0`, `false`, `{}`, `"x"`}},
		{want: `[]`, yes: []string{`[]`, `null`}, no: []string{`[1]`, `{}`}},
		{want: `[1, 2]`, yes: []string{`[1, 2]`}, no: []string{`[2, 1]`, `[1]`, `[1, 2, 3]`, `{}`}},
		{want: `{"a": 1}`, yes: []string{`{"a": 1}`, `{"a": 1, "b": 2}`}, no: []string{`{}`, `{"a": 2}`, `{"A": 1}`, `1`}},
		{want: `{"a": null}`, yes: []string{`{}`, `{"a": null}`, `{"a": ""}`, `{"a": []}`}, no: []string{`{"a": 0}`, `1`}},
		{want: `{"a": {"$any": ""}}`, yes: []string{`{"a": 0}`, `{"a": ""}`, `{"a": []}`}, no: []string{`{}`, `{"a": null}`}},
		{want: `{"a": {"$absent": ""}}`, yes: []string{`{}`, `{"a": null}`, `{"a": []}`}, no: []string{`{"a": 0}`, `{"a": false}`}},
		{want: `{"a": {"$optional": 1}}`, yes: []string{`{}`, `{"a": 1}`}, no: []string{`{"a": 2}`}},
		{want: `{"$type": "string"}`, yes: []string{`""`, `"x"`}, no: []string{`1`, `null`}},
		{want: `{"$type": "number"}`, yes: []string{`1`, `1.5`}, no: []string{`"1"`}},
		{want: `{"$type": "integer"}`, yes: []string{`1`, `-1`}, no: []string{`1.5`, `1e3`, `"1"`}},
		{want: `{"$type": "boolean"}`, yes: []string{`true`, `false`}, no: []string{`0`}},
		{want: `{"$type": "array"}`, yes: []string{`[]`}, no: []string{`{}`}},
		{want: `{"$type": "object"}`, yes: []string{`{}`}, no: []string{`[]`, `null`}},
		{want: `{"$re": "^a+$"}`, yes: []string{`"a"`, `"aaa"`}, no: []string{`"b"`, `""`, `1`, `null`}},
		{want: `{"$in": [1, "a"]}`, yes: []string{`1`, `"a"`}, no: []string{`2`, `null`}},
		{want: `{"$not": 1}`, yes: []string{`2`, `"1"`, `null`}, no: []string{`1`, `1.0`}},
		{want: `{"$all": [{"$type": "string"}, {"$min_chars": 2}]}`, yes: []string{`"ab"`}, no: []string{`"a"`, `12`, `null`}},
		{want: `{"$contains": 1}`, yes: []string{`[1]`, `[2, 1]`}, no: []string{`[]`, `[2]`, `1`}},
		{want: `{"$contains": "b"}`, yes: []string{`"abc"`, `["b"]`}, no: []string{`"ac"`, `["abc"]`}},
		{want: `{"$set": [1, 2]}`, yes: []string{`[1, 2]`, `[2, 1]`}, no: []string{`[1]`, `[1, 1]`, `[1, 2, 2]`, `1`}},
		{want: `{"$words": ["a", "b"]}`, yes: []string{`"a b"`, `"b a"`}, no: []string{`"a  b"`, `"a"`, `"a b "`, `"ab"`, `"a b b"`, `["a", "b"]`}},
		{want: `{"$len": 2}`, yes: []string{`[1, 2]`, `"ab"`, `"éé"`}, no: []string{`[1]`, `"abc"`, `2`}},
		{want: `{"$min_chars": 2}`, yes: []string{`"ab"`, `"abc"`}, no: []string{`"a"`, `[1, 2]`}},
		{want: `{"$between": [1, 2]}`, yes: []string{`1`, `1.5`, `2`}, no: []string{`0.9`, `2.1`, `"1"`}},
		{want: `{"$media": "a/b"}`, yes: []string{`"a/b"`, `"A/B; charset=x"`}, no: []string{`"a/c"`, `""`, `1`}},
		{want: `{"$closed": {"a": 1}}`, yes: []string{`{"a": 1}`}, no: []string{`{"a": 1, "b": 1}`, `{}`, `1`}},
		{want: `{"$url": {"at": "/x", "query": {"a": "1", "b": ["2", "3"]}}}`,
			yes: []string{`"/x?a=1&b=2&b=3"`, `"/x?b=2&a=%31&b=3"`},
			no:  []string{`"/x?a=1&b=2"`, `"/x?a=1&b=3&b=2"`, `"/y?a=1&b=2&b=3"`, `"/x?a=1&b=2&b=3&c="`, `"/x?a=1;b"`, `1`}},
		{want: `{"$url": {"at": "/x", "query": {"a": ["1"]}}}`, yes: []string{`"/x?a=1"`}, no: []string{`"/x"`, `"/x?a=2"`, `"/x?a=1&a=1"`}},
		{want: `{"$url": {"at": "/x"}}`, yes: []string{`"/x"`, `"/x?"`}, no: []string{`"/x?a=1"`, `"/x#f"`}},
		{want: `{"$secret": "s"}`, yes: []string{`"secret s"`}, no: []string{`"secret t"`, `null`}},
		{want: `{"$join": ["a", {"$secret": "s"}]}`, yes: []string{`"asecret s"`}, no: []string{`"a"`}},
		{want: `{"$time": "+0s"}`, yes: []string{`1000`, `1000.0`}, no: []string{`1001`, `"1000"`, `null`}},
		{want: `{"$lit": {"$any": ""}}`, yes: []string{`{"$any": ""}`}, no: []string{`1`, `{"$any": 1}`}},
		{want: `{"$token": "x"}`, no: []string{`""`, `"x"`, `null`}}, // which nobody minted
	} {
		for _, got := range test.yes {
			assert.Empty(t, scope().Match("", tree(t, test.want), tree(t, got)), "%s for %s", test.want, got)
		}
		for _, got := range test.no {
			assert.NotEmpty(t, scope().Match("", tree(t, test.want), tree(t, got)), "%s for %s", test.want, got)
		}
	}
}

func TestSlackIsForTimesAlone(t *testing.T) {
	loose := scope()
	loose.Slack = 5
	assert.Empty(t, loose.Match("", tree(t, `{"$time": "+0s"}`), json.Number("1004.5")))
	assert.NotEmpty(t, loose.Match("", tree(t, `{"$time": "+0s"}`), json.Number("1006")))
	assert.NotEmpty(t, loose.Match("", json.Number("1000"), json.Number("1001")))
}

func TestDifferencesSayWhere(t *testing.T) {
	differences := scope().Match("ok", tree(t, `{"a": {"b": [1, {"$type": "string"}]}}`), tree(t, `{"a": {"b": [1, 2]}}`))
	require.Len(t, differences, 1)
	assert.Equal(t, `ok/a/b/1: want $type "string", got 2`, differences[0].String())
}

func TestValues(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": [{"$secret": "s"}]}`:                                      `{"a": ["secret s"]}`,
		`{"$join": ["a", 1]}`:                                            `"a1"`,
		`{"$repeat": ["ab", 3]}`:                                         `"ababab"`,
		`{"$json": {"a": {"$secret": "s"}}}`:                             `"{\"a\":\"secret s\"}"`,
		`{"$hex": "6162"}`:                                               `"ab"`,
		`{"$s256": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}`:       `"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"`,
		`{"$basic": ["a:b", "p w%"]}`:                                    `"Basic YSUzQWI6cCt3JTI1"`,
		`{"$url": {"at": "/x", "query": {"a": ["1", "2"], "b": "x y"}}}`: `"/x?a=1&a=2&b=x+y"`,
		`{"$url": {"at": "/x?z=1", "query": {"a": 1}}}`:                  `"/x?z=1&a=1"`,
		`{"$lit": {"$secret": "s"}}`:                                     `{"$secret": "s"}`,
		`{"$time": "-5m"}`:                                               `1000`,
	} {
		got, err := scope().Resolve(tree(t, text))
		require.NoError(t, err, text)
		assert.Equal(t, tree(t, want), got, text)
	}
	for _, text := range []string{
		`{"$any": ""}`, `{"$nothing": 1}`, `{"$join": [true]}`, `{"$repeat": ["x", -1]}`, `{"$repeat": ["xx", 999999999]}`,
		`{"$hex": "zz"}`, `{"$s256": 1}`, `{"$basic": ["a"]}`, `{"$url": {"at": {"$token": "x"}}}`, `{"a": [{"$token": "x"}]}`,
	} {
		_, err := scope().Resolve(tree(t, text))
		assert.Error(t, err, text)
	}
}

func TestCheck(t *testing.T) {
	all := []expr.Kind{expr.Value, expr.Matcher, expr.Handle}
	for _, text := range []string{
		`{"a": {"$re": "x"}, "b": [{"$secret": "s"}]}`, `{"$lit": {"$nothing": 1, "x": 2}}`, `{"$not": {"$absent": ""}}`,
	} {
		assert.NoError(t, expr.Check(tree(t, text), "p", all...), text)
	}
	for text, want := range map[string]string{
		`{"a": {"$rex": "x"}}`:            "p/a: unknown operator $rex",
		`{"a": {"$re": "x", "b": 1}}`:     "p/a/$re: an operator stands alone in its object",
		`[{"$re": "("}]`:                  "p/0: $re: ",
		`{"$time": "soon"}`:               "p: $time: ",
		`{"$secret": 1}`:                  "p: $secret: want a text",
		`{"$in": 1}`:                      "p: $in: want a list",
		`{"$between": [1]}`:               "p: $between: want a list of 2",
		`{"$between": [60, 0]}`:           "p: $between: want two numbers, the lower one first",
		`{"$between": ["0", "60"]}`:       "p: $between: want two numbers",
		`{"$any": "x"}`:                   `p: $any: want ""`,
		`{"$absent": true}`:               `p: $absent: want ""`,
		`{"$min_chars": -1}`:              "p: $min_chars: want a whole number",
		`{"$optional": {"$reg": "x"}}`:    `p/$optional: unknown operator $reg; did you mean "re"?`,
		`{"$type": "text"}`:               "p: $type: want string",
		`{"$len": "1"}`:                   "p: $len: want a whole number from 0",
		`{"$closed": 1}`:                  "p: $closed: want an object",
		`{"$url": {"query": {}}}`:         "p: $url: at: is missing",
		`{"$url": {"at": "", "path": 1}}`: "p: $url: unknown key path",
		`{"$var": "x"}`:                   "p: $var may not be used here",
	} {
		assert.ErrorContains(t, expr.Check(tree(t, text), "p", all...), want, text)
	}
	assert.EqualError(t, expr.Check(tree(t, `{"a": {"$secret": 1}, "b": [{"$nope": {"$len": ""}}], "c": {"$re": "x", "d": 1}}`), "p", all...),
		`p/a: $secret: want a text
p/b/0: unknown operator $nope
p/b/0/$nope: $len: want a whole number from 0
p/c/$re: an operator stands alone in its object`, "all of them")
	assert.Error(t, expr.Check(tree(t, `{"$any": ""}`), "p", expr.Value), "a matcher is no value")
	assert.Error(t, expr.Check(tree(t, `{"$object": "a"}`), "p", expr.Value, expr.Matcher), "a handle is an argument only")
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]string{"+5m": "5m0s", "-1h": "-1h0m0s", "2d": "48h0m0s", "20ms": "20ms", "0s": "0s"} {
		got, err := expr.Duration(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got.String())
	}
	for _, text := range []string{"", "5", "m", "1.5h", "1h30m", "x d", "99999d", "9999999999999999h"} {
		_, err := expr.Duration(text)
		assert.Error(t, err, text)
	}
}

// FuzzMatch: a value matches itself, and no expectation makes the matcher panic.
func FuzzMatch(f *testing.F) {
	for _, seed := range []string{
		`{"$in": [1, {"$re": "x"}]}`, `{"a": [1, null, "x", {"b": true}]}`, `{"$url": {"at": "/", "query": {"a": "1"}}}`,
		`{"$words": ["a"]}`, `{"$between": [1, 2]}`,
	} {
		f.Add([]byte(seed), []byte(`{"a": 1}`))
	}
	f.Fuzz(func(t *testing.T, expectation, value []byte) {
		got, err := jsontree.Parse(value)
		if err != nil {
			return
		}
		if expr.Check(got, "") == nil { // no operators
			assert.Empty(t, scope().Match("", got, got))
		}
		want, err := jsontree.Parse(expectation)
		if err != nil || expr.Check(want, "", expr.Value, expr.Matcher) != nil {
			return
		}
		scope().Match("", want, got)
	})
}
