package strictjson_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

// secret stands for authpi.Secret.
type secret struct{ value string }

func (s *secret) Reveal() string { return s.value }

func (s *secret) UnmarshalText(text []byte) error {
	if string(text) == "[REDACTED]" {
		return fmt.Errorf("refusing %s", text)
	}
	s.value = string(text)
	return nil
}

// pet is a nested object.
type pet struct {
	name  string
	count int64
}

func (p *pet) members() []strictjson.Member {
	return []strictjson.Member{
		{Name: "name", Value: strictjson.String(&p.name), Required: true},
		{Name: "count", Value: strictjson.Int(&p.count)},
	}
}

func (p *pet) UnmarshalJSON(data []byte) error { return strictjson.Unmarshal(data, p.members(), nil) }
func (p *pet) MarshalJSON() ([]byte, error)    { return strictjson.Marshal(p.members(), nil) }

// grump refuses everything with an error that repeats the value.
type grump struct{ name string }

func (g *grump) UnmarshalJSON(data []byte) error { return fmt.Errorf("no %s", data) }
func (g *grump) MarshalJSON() ([]byte, error)    { return nil, fmt.Errorf("no %s", g.name) }

// hint is a string type, as generated enumerations are.
type hint string

// record has one variable for each codec.
type record struct {
	text     hint
	maybe    *string
	list     []string
	many     []string
	words    []string
	flag     bool
	maybeYes *bool
	number   int64
	wait     time.Duration
	maxAge   *time.Duration
	lenient  *time.Duration
	at       time.Time
	token    secret
	raw      json.RawMessage
	pet      pet
	maybePet *pet
	pets     []pet
	unknown  strictjson.Unknown
}

func (r *record) members() []strictjson.Member {
	return []strictjson.Member{
		{Name: "text", Value: strictjson.String(&r.text)},
		{Name: "maybe", Value: strictjson.OptionalString(&r.maybe)},
		{Name: "list", Value: strictjson.Strings(&r.list)},
		{Name: "many", Value: strictjson.OneOrMany(&r.many)},
		{Name: "words", Value: strictjson.Words(&r.words)},
		{Name: "flag", Value: strictjson.Bool(&r.flag)},
		{Name: "maybe_yes", Value: strictjson.OptionalBool(&r.maybeYes)},
		{Name: "number", Value: strictjson.Int(&r.number)},
		{Name: "wait", Value: strictjson.Seconds(&r.wait)},
		{Name: "max_age", Value: strictjson.OptionalSeconds(&r.maxAge)},
		{Name: "lenient", Value: strictjson.LenientSeconds(&r.lenient)},
		{Name: "at", Value: strictjson.UnixTime(&r.at)},
		{Name: "token", Value: strictjson.Secret(&r.token)},
		{Name: "raw", Value: strictjson.Raw(&r.raw)},
		{Name: "pet", Value: strictjson.Object(&r.pet)},
		{Name: "maybe_pet", Value: strictjson.OptionalObject(&r.maybePet)},
		{Name: "pets", Value: strictjson.Objects(&r.pets)},
	}
}

// lenientMembers returns the members with a list that leaves out what is malformed.
func (r *record) lenientMembers() []strictjson.Member {
	members := r.members()
	return append(members[:len(members)-1], strictjson.Member{Name: "pets", Value: strictjson.LenientObjects(&r.pets)})
}

func read(text string) (*record, error) {
	var r record
	err := strictjson.Unmarshal([]byte(text), r.members(), &r.unknown)
	return &r, err
}

func TestRoundTrip(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":            `{}`,
		"text":               `{"text":"a \"b\" \\ \u0001 é 😀"}`,
		"optional zeros":     `{"maybe":"","maybe_yes":false,"max_age":0,"lenient":0}`,
		"empty lists":        `{"list":[],"many":[],"words":"","pets":[]}`,
		"lists":              `{"list":["a","b"],"many":["a","b"],"words":"a b"}`,
		"one of many":        `{"many":"a"}`,
		"numbers":            `{"flag":true,"number":-9223372036854775807,"wait":1.000000001,"max_age":-0.5}`,
		"large integer":      `{"number":9007199254740993}`,
		"time":               `{"at":1700000000}`,
		"secret":             `{"token":"s3cret"}`,
		"raw":                `{"raw":[1,{"a":null}]}`,
		"nested":             `{"pet":{"name":"a","count":1},"maybe_pet":{"name":""},"pets":[{"name":"b"},{"name":"c"}]}`,
		"unknown in order":   `{"text":"a","zeta":1,"alpha":{"b":[null]},"Text":null}`,
		"unknown with quote": `{"a\"b":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			r, err := read(text)
			require.NoError(t, err)

			written, err := strictjson.Marshal(r.members(), &r.unknown)
			require.NoError(t, err)
			assert.Equal(t, text, string(written))
		})
	}
}

func TestUnmarshalForms(t *testing.T) {
	t.Run("null is absent", func(t *testing.T) {
		r, err := read(`{"text":null,"list":null,"max_age":null,"pet":null,"token":null,"raw":null}`)
		require.NoError(t, err)
		assert.Equal(t, &record{}, r)
	})
	t.Run("names are unescaped", func(t *testing.T) {
		r, err := read(`{"te\u0078t":"a"}`)
		require.NoError(t, err)
		assert.Equal(t, hint("a"), r.text)
	})
	t.Run("names are case-sensitive", func(t *testing.T) {
		r, err := read(`{"TEXT":"a","teXt":"b"}`)
		require.NoError(t, err)
		assert.Empty(t, r.text)
		assert.Equal(t, []string{"TEXT", "teXt"}, r.unknown.Names())
	})
	t.Run("words split at spaces only", func(t *testing.T) {
		r, err := read(`{"words":"  a\tb  c "}`)
		require.NoError(t, err)
		assert.Equal(t, []string{"a\tb", "c"}, r.words)
	})
	t.Run("whole numbers in other forms", func(t *testing.T) {
		r, err := read(`{"number":36e2,"wait":1.5e1,"at":17e8}`)
		require.NoError(t, err)
		assert.Equal(t, int64(3600), r.number)
		assert.Equal(t, 15*time.Second, r.wait)
		assert.Equal(t, time.Unix(1700000000, 0).UTC(), r.at)
	})
	t.Run("a fraction of a time is kept", func(t *testing.T) {
		r, err := read(`{"at":1700000000.25}`)
		require.NoError(t, err)
		assert.Equal(t, time.Unix(1700000000, 250_000_000).UTC(), r.at)
	})
	t.Run("unknown members can be dropped", func(t *testing.T) {
		var r record
		require.NoError(t, strictjson.Unmarshal([]byte(`{"text":"a","b":[1]}`), r.members(), nil))
		assert.Equal(t, hint("a"), r.text)
	})
}

func TestLenientSeconds(t *testing.T) {
	longest := time.Duration(math.MaxInt64)
	for literal, want := range map[string]time.Duration{
		`3600`: time.Hour, `3600.0`: time.Hour, `36e2`: time.Hour, `"3600"`: time.Hour, `0.5`: time.Second / 2,
		`1e300`: longest, `"99999999999999999999999"`: longest, `9223372036`: longest, `-1e300`: -longest, `-5`: -5 * time.Second,
	} {
		r, err := read(`{"lenient":` + literal + `}`)
		require.NoError(t, err, literal)
		require.NotNil(t, r.lenient, literal)
		assert.Equal(t, want, *r.lenient, literal)
	}
	for _, literal := range []string{`""`, `"-5"`, `"1e3"`, `" 5"`, `"5s"`, `true`, `[5]`, `{"a":5}`, `null`, `"٣"`} {
		r, err := read(`{"lenient":` + literal + `}`)
		require.NoError(t, err, literal)
		assert.Nil(t, r.lenient, literal)
	}
	t.Run("zero differs from absent", func(t *testing.T) {
		r, err := read(`{"lenient":0}`)
		require.NoError(t, err)
		require.NotNil(t, r.lenient)
		assert.Zero(t, *r.lenient)
	})
}

func TestMemberErrors(t *testing.T) {
	for text, want := range map[string]string{
		`{"text":1}`:                              `"text" must be a string`,
		`{"maybe":{"a":[1]}}`:                     `"maybe" must be a string`,
		`{"list":"a"}`:                            `"list" must be a list`,
		`{"list":["a",null,3]}`:                   `"list[1]" must be a string`,
		`{"many":5}`:                              `"many" must be a string or a list of strings`,
		`{"many":["a",5]}`:                        `"many[1]" must be a string`,
		`{"words":["a"]}`:                         `"words" must be a string`,
		`{"flag":"true"}`:                         `"flag" must be true or false`,
		`{"maybe_yes":0}`:                         `"maybe_yes" must be true or false`,
		`{"number":"1"}`:                          `"number" must be a number`,
		`{"number":1.5}`:                          `"number" must be a whole number`,
		`{"number":9223372036854775808}`:          `"number" is out of range`,
		`{"number":1e300}`:                        `"number" is out of range`,
		`{"wait":"1"}`:                            `"wait" must be a number`,
		`{"wait":1e300}`:                          `"wait" is out of range`,
		`{"max_age":9223372037}`:                  `"max_age" is out of range`,
		`{"at":"1"}`:                              `"at" must be a number`,
		`{"at":1e300}`:                            `"at" is out of range`,
		`{"at":253402300800}`:                     `"at" is out of range`,
		`{"token":5}`:                             `"token" must be a string`,
		`{"token":"[REDACTED]"}`:                  `"token" is not accepted`,
		`{"pet":"a"}`:                             `"pet" must be an object`,
		`{"pet":{}}`:                              `"pet.name" is missing`,
		`{"maybe_pet":{"name":5}}`:                `"maybe_pet.name" must be a string`,
		`{"pets":{}}`:                             `"pets" must be a list`,
		`{"pets":[{"name":"a"},{"count":true}]}`:  `"pets[1].count" must be a number`,
		`{"pets":[{"name":"a"},7,{"name":true}]}`: `"pets[1]" must be an object`,
		`{"text":1,"list":1}`:                     `"text" must be a string`,
	} {
		_, err := read(text)
		var member *strictjson.MemberError
		require.ErrorAs(t, err, &member, text)
		assert.EqualError(t, err, want, text)
	}
	t.Run("a member that appears twice is named if it is in the table", func(t *testing.T) {
		for text, want := range map[string]string{
			`{"text":"a","text":"a"}`:         `invalid JSON at byte 18: "text" appears twice`,
			`{"SECRET":1,"SECRET":1}`:         "invalid JSON at byte 20: a member name is given twice in one object",
			`{"x":{"text":"a","text":"a"}}`:   "invalid JSON at byte 23: a member name is given twice in one object",
			`{"text":"a","SECRET":1,"SECRET"`: "invalid JSON at byte 31: a member name is given twice in one object",
		} {
			_, err := read(text)
			assert.EqualError(t, err, want)
		}
	})
	t.Run("missing", func(t *testing.T) {
		for _, text := range []string{`{}`, `{"name":null}`, `{"Name":"a"}`} {
			assert.EqualError(t, new(pet).UnmarshalJSON([]byte(text)), `"name" is missing`)
		}
	})
	t.Run("text of a foreign error is dropped", func(t *testing.T) {
		g := grump{"SECRET"}
		members := []strictjson.Member{{Name: "g", Value: strictjson.Object(&g)}}
		assert.EqualError(t, strictjson.Unmarshal([]byte(`{"g":{"a":"SECRET"}}`), members, nil), `"g" is malformed`)
		_, err := strictjson.Marshal(members, nil)
		assert.EqualError(t, err, `"g" is malformed`)
	})
	t.Run("a syntax error comes first", func(t *testing.T) {
		for _, text := range []string{`{"text":1,}`, `{"pet":{"name":5}`, `{"text":1,"text":2}`, `{"pet":{"name":"\ud800"}}`} {
			_, err := read(text)
			var syntax *strictjson.SyntaxError
			assert.ErrorAs(t, err, &syntax, text)
		}
	})
}

func TestUnmarshalLenient(t *testing.T) {
	const text = `{"text":1,"list":["a",5],"maybe_yes":"true","number":7,"pet":{"count":true},` +
		`"pets":[{"name":"a"},7,{"name":5},{"name":"b"}],"raw":[1],"other":"kept"}`
	var r record
	read := func(text string) error {
		return strictjson.UnmarshalLenient([]byte(text), r.lenientMembers(), &r.unknown)
	}
	require.NoError(t, read(text))
	assert.Equal(t, []string{"other"}, r.unknown.Names())
	r.unknown = strictjson.Unknown{}
	assert.Equal(t, record{number: 7, pets: []pet{{name: "a"}, {name: "b"}}, raw: json.RawMessage("[1]")}, r)

	require.NoError(t, read(`{"pets":[7]}`))
	assert.Equal(t, []pet{}, r.pets)
	r.pets = nil
	require.NoError(t, read(`{"pets":{"name":"a"}}`))
	assert.Nil(t, r.pets)

	var syntax *strictjson.SyntaxError
	for _, text := range []string{`{"text":1,"text":"a"}`, `{"pets":[{"name":5,"name":5}]}`, `{"text":1`, `[]`} {
		require.ErrorAs(t, read(text), &syntax, text)
	}
	required := []strictjson.Member{{Name: "text", Value: strictjson.String(&r.text), Required: true}}
	for text, want := range map[string]string{
		`{"text":1}`: `"text" must be a string`, `{"text":null}`: `"text" is missing`, `{}`: `"text" is missing`,
	} {
		assert.EqualError(t, strictjson.UnmarshalLenient([]byte(text), required, nil), want)
	}
}

func TestMarshalErrors(t *testing.T) {
	const bad = "a\xffSECRET"
	text := bad
	for want, r := range map[string]*record{
		`"text" is not valid UTF-8`:                          {text: bad},
		`"maybe" is not valid UTF-8`:                         {maybe: &text},
		`"list[1]" is not valid UTF-8`:                       {list: []string{"a", bad}},
		`"many" is not valid UTF-8`:                          {many: []string{bad}},
		`"words" is not valid UTF-8`:                         {words: []string{bad}},
		`"words[1]" has a word that is empty or has a space`: {words: []string{"a", ""}},
		`"words[0]" has a word that is empty or has a space`: {words: []string{"a b"}},
		`"token" is not valid UTF-8`:                         {token: secret{bad}},
		`"raw" is not valid JSON`:                            {raw: json.RawMessage(`1,"admin":true`)},
		`"at" is out of range`:                               {at: time.Unix(1<<40, 0)},
		`"pet.name" is not valid UTF-8`:                      {pet: pet{name: bad}},
		`"maybe_pet.name" is not valid UTF-8`:                {maybePet: &pet{name: bad}},
		`"pets[0].name" is not valid UTF-8`:                  {pets: []pet{{name: bad}}},
	} {
		_, err := strictjson.Marshal(r.members(), nil)
		assert.EqualError(t, err, want)
	}
}

func TestMarshalRequired(t *testing.T) {
	var r record
	members := r.members()
	for i := range members {
		members[i].Required = true
	}
	written, err := strictjson.Marshal(members, nil)
	require.NoError(t, err)
	assert.JSONEq(t, `{"text":"","maybe":null,"list":[],"many":[],"words":"","flag":false,"maybe_yes":null,"number":0,"wait":0,
		"max_age":null,"lenient":null,"at":-62135596800,"token":"","raw":null,"pet":{"name":""},"maybe_pet":null,
		"pets":[]}`, string(written))
}

func TestUnknown(t *testing.T) {
	r, err := read(`{"a":"SECRET","text":"x","b":{"c":1}}`)
	require.NoError(t, err)

	t.Run("is read by name", func(t *testing.T) {
		value, ok := r.unknown.Get("b")
		require.True(t, ok)
		assert.Equal(t, `{"c":1}`, string(value))
		value[0] = 'X'
		again, _ := r.unknown.Get("b")
		assert.Equal(t, `{"c":1}`, string(again), "what Get returns is a copy")

		_, ok = r.unknown.Get("text")
		assert.False(t, ok)
		_, ok = new(strictjson.Unknown).Get("a")
		assert.False(t, ok)
		assert.Empty(t, (*strictjson.Unknown)(nil).Names())
	})
	t.Run("is not printed", func(t *testing.T) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			for _, value := range []any{r.unknown, &r.unknown, struct{ U strictjson.Unknown }{r.unknown}} {
				printed := fmt.Sprintf(verb, value)
				assert.NotContains(t, printed, "SECRET")
				assert.NotContains(t, strings.ToLower(printed), "534543524554")
				assert.NotContains(t, printed, "83 69 67")
			}
		}
	})
	t.Run("never stands for a known member", func(t *testing.T) {
		var other struct{ a string }
		written, err := strictjson.Marshal([]strictjson.Member{{Name: "a", Value: strictjson.String(&other.a)}}, &r.unknown)
		require.NoError(t, err)
		assert.Equal(t, `{"b":{"c":1}}`, string(written))
	})
}
