package jsontree_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
)

func parse(t *testing.T, text string) any {
	t.Helper()
	tree, err := jsontree.Parse([]byte(text))
	require.NoError(t, err)
	return tree
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		``:                          "(root): unexpected EOF",
		`{`:                         "unexpected EOF",
		`{} {}`:                     "something stands after the value",
		`{"a": {"b": 1, "b": 2}}`:   "a/b: stands twice",
		`[1, {"a/b": 1, "a/b": 2}]`: "1/a~1b: stands twice",
	} {
		_, err := jsontree.Parse([]byte(text))
		assert.ErrorContains(t, err, want, text)
	}
	deep := make([]byte, 0, 400)
	for range 200 {
		deep = append(deep, '[')
	}
	_, err := jsontree.Parse(deep)
	assert.ErrorContains(t, err, "nested too deeply")
}

func TestEqualComparesNumbersByValue(t *testing.T) {
	assert.True(t, jsontree.Equal(parse(t, `[1000, 1.5]`), parse(t, `[1e3, 1.50]`)))
	assert.False(t, jsontree.Equal(parse(t, `1`), parse(t, `"1"`)))
	assert.False(t, jsontree.Equal(parse(t, `{"a": null}`), parse(t, `{}`)))
	assert.False(t, jsontree.Equal(parse(t, `9007199254740993`), parse(t, `"9007199254740993"`)))
}

func TestMergeKeepsOperatorsWhole(t *testing.T) {
	for _, test := range []struct{ target, patch, want string }{
		{`{"a": 1, "b": 2}`, `{"b": null, "c": 3}`, `{"a": 1, "c": 3}`},
		{`{"a": {"b": 1}}`, `{"a": {"c": 2}}`, `{"a": {"b": 1, "c": 2}}`},
		{`{"a": {"$secret": "x"}}`, `{"a": {"$token": "y"}}`, `{"a": {"$token": "y"}}`},
		{`{"a": {"$secret": "x"}}`, `{"a": {"b": 1}}`, `{"a": {"b": 1}}`},
		{`{"a": {"b": 1}}`, `{"a": {"$secret": "x"}}`, `{"a": {"$secret": "x"}}`},
		{`{"a": [1]}`, `{"a": [null]}`, `{"a": [null]}`},
		{`1`, `{"a": 1}`, `{"a": 1}`},
	} {
		target := parse(t, test.target)
		assert.Equal(t, parse(t, test.want), jsontree.Merge(target, parse(t, test.patch)), test.patch)
		assert.Equal(t, parse(t, test.target), target, "the target stays")
	}
}

func TestPathsNameElementsByID(t *testing.T) {
	tree := parse(t, `{"steps": [{"id": "a", "x": 1}, {"id": "0", "x": 2}], "a/b": 3}`)
	for path, want := range map[string]string{"steps/a/x": `1`, "steps/0/x": `2`, "steps/1/x": `2`, "a~1b": `3`} {
		got, err := jsontree.Get(tree, path)
		require.NoError(t, err, path)
		assert.Equal(t, parse(t, want), got, path)
	}
	for _, path := range []string{"steps/2", "steps/-1", "steps/b", "steps/a/y", "steps/a/x/z"} {
		_, err := jsontree.Get(tree, path)
		assert.Error(t, err, path)
	}
}

func TestEditAndInsert(t *testing.T) {
	set := func(value any) jsontree.Change { return func(any, bool) (any, bool) { return value, true } }
	drop := func(any, bool) (any, bool) { return nil, false }
	for _, test := range []struct {
		path   string
		change jsontree.Change
		want   string
	}{
		{"a/b", set("x"), `{"a": {"b": "x"}, "l": [{"id": "i"}, 2]}`},
		{"n/m", set("x"), `{"a": {"b": 1}, "l": [{"id": "i"}, 2], "n": {"m": "x"}}`},
		{"l/i/x", set("x"), `{"a": {"b": 1}, "l": [{"id": "i", "x": "x"}, 2]}`},
		{"l/i", drop, `{"a": {"b": 1}, "l": [2]}`},
		{"l/1", set("x"), `{"a": {"b": 1}, "l": [{"id": "i"}, "x"]}`},
		{"a", drop, `{"l": [{"id": "i"}, 2]}`},
	} {
		got, err := jsontree.Edit(parse(t, `{"a": {"b": 1}, "l": [{"id": "i"}, 2]}`), test.path, test.change)
		require.NoError(t, err, test.path)
		assert.Equal(t, parse(t, test.want), got, test.path)
	}
	for path, want := range map[string]string{"l/0": `{"l": ["x", 1]}`, "l/1": `{"l": [1, "x"]}`} {
		got, err := jsontree.Insert(parse(t, `{"l": [1]}`), path, "x")
		require.NoError(t, err, path)
		assert.Equal(t, parse(t, want), got, path)
	}
	got, err := jsontree.Insert(parse(t, `{}`), "script/0", "x")
	require.NoError(t, err, "a list that is not there is made")
	assert.Equal(t, parse(t, `{"script": ["x"]}`), got)
	for _, path := range []string{"", "l/2", "a/0", "l/0/x"} {
		_, err := jsontree.Insert(parse(t, `{"l": [1], "a": 1}`), path, "x")
		assert.Error(t, err, path)
	}
}

func TestDecodeRefusesByPath(t *testing.T) {
	type inner struct {
		Text  string         `json:"text"`
		Count int            `json:"count"`
		Flag  bool           `json:"flag"`
		Any   any            `json:"any"`
		More  map[string]int `json:"more"`
		Next  *inner         `json:"next"`
		List  []*inner       `json:"list"`
	}
	var good inner
	require.NoError(t, jsontree.Decode(parse(t, `{"text": "t", "count": 2, "flag": true, "any": [1], "more": {"a": 1},
		"next": {"text": "n"}, "list": [{"count": 1}]}`), &good))
	assert.Equal(t, "n", good.Next.Text)
	assert.Equal(t, 1, good.List[0].Count)
	for text, want := range map[string]string{
		`[]`:                             "(root): want an object",
		`{"txet": 1}`:                    `txet: unknown key; did you mean "text"?`,
		`{"text": 1}`:                    "text: want a string",
		`{"count": 1.5}`:                 "count: want a whole number",
		`{"flag": "yes"}`:                "flag: want true or false",
		`{"more": []}`:                   "more: want an object",
		`{"more": {"a": "x"}}`:           "more/a: want a whole number",
		`{"list": {}}`:                   "list: want a list",
		`{"list": [{"next": {"x": 1}}]}`: "list/0/next/x: unknown key",
	} {
		assert.EqualError(t, jsontree.Decode(parse(t, text), new(inner)), want, text)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a": [1, {"b": null}]}`, `[`, `{"a":1,"a":2}`, `"x" 1`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tree, err := jsontree.Parse(data)
		if err != nil {
			return
		}
		again, err := jsontree.Parse(jsontree.ToJSON(tree))
		require.NoError(t, err)
		assert.True(t, jsontree.Equal(tree, again))
		assert.True(t, jsontree.Equal(tree, jsontree.Clone(tree)))
	})
}
