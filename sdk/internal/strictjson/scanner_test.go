package strictjson_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

// check reads a document without looking at it.
func check(text string) error {
	var s strictjson.Scanner
	s.Reset(text, strictjson.MaxMembers)
	s.Skip()
	return s.End()
}

// object returns an object of n members.
func object(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"m%d":%d`, i, i)
	}
	return "{" + strings.TrimPrefix(b.String(), ",") + "}"
}

func TestScannerAccepts(t *testing.T) {
	for _, text := range []string{
		`{}`, `[]`, `""`, `0`, `-0`, `-0.0e-0`, `1E+9`, `true`, `false`, `null`, " \t\r\n{ \"a\" : [ 1 , 2 ] } \n",
		`{"a":{"a":{"a":1}},"b":{"a":2}}`, `"\"\\\/\b\f\n\r\té\ud83d\ude00\u0000"`, "\"\u007f\u2028é😀\"", `{"":1}`,
		`[{"a":1},{"a":1}]`, object(strictjson.MaxMembers), "[" + object(500) + "," + object(500) + "]",
		`{"a":` + object(500) + `,"m1":{"m1":` + object(60) + `,"a":1},"m2":1}`,
		`[1,2,30,4]`, `[1,2.5,3]`, `[1,2e3,3]`, `[1,20 ,3 , 4]`, `[1,2,{"a":3},4,[5,6]]`, `[1,0,2,-3,4]`,
		strings.Repeat("[", strictjson.MaxDepth) + strings.Repeat("]", strictjson.MaxDepth),
	} {
		assert.NoError(t, check(text), "%.40q", text)
	}
}

func TestScannerRefuses(t *testing.T) {
	deep := strictjson.MaxDepth + 1
	for text, reason := range map[string]string{
		``:                      "unexpected end",
		` `:                     "unexpected end",
		"\ufeff{}":              "a value is expected",
		`{"a":1,"a":2}`:         "a member name is given twice in one object",
		`{"a":1,"\u0061":2}`:    "a member name is given twice in one object",
		`{"\u0061":1,"a":2}`:    "a member name is given twice in one object",
		`[{"b":{"a":1,"a":1}}]`: "a member name is given twice in one object",
		`{"":1,"":1}`:           "a member name is given twice in one object",
		`{"a":1,}`:              "a member name is expected",
		`{,"a":1}`:              "a member name is expected",
		`{a:1}`:                 "a member name is expected",
		`{1:1}`:                 "a member name is expected",
		`{"a"}`:                 "a colon is expected",
		`{"a"`:                  "a colon is expected",
		`{"a" 1}`:               "a colon is expected",
		`{"a":}`:                "a value is expected",
		`{"a":1`:                "unexpected end",
		`{"a":1 "b":2}`:         "a comma is expected",
		`{"a":1]`:               "a comma is expected",
		`{`:                     "unexpected end",
		`[1,]`:                  "a value is expected",
		`[,1]`:                  "a value is expected",
		`[1 2]`:                 "a comma is expected",
		`[1`:                    "unexpected end",
		`[1}`:                   "a comma is expected",
		`{} {}`:                 "text after the value",
		`{}]`:                   "text after the value",
		`{}x`:                   "text after the value",
		`nul`:                   "a value is expected",
		`truE`:                  "a value is expected",
		`fals`:                  "a value is expected",
		`NaN`:                   "a value is expected",
		`Infinity`:              "a value is expected",
		`'a'`:                   "a value is expected",
		"\v1":                   "a value is expected",
		"\u00a01":               "a value is expected",
		`01`:                    "text after the value",
		`[01]`:                  "a comma is expected",
		`[1,2,01]`:              "a comma is expected",
		`[1,2,3x]`:              "a comma is expected",
		`[1,2,3.]`:              "a digit is expected",
		`[1,2,]`:                "a value is expected",
		`[1,2,34`:               "unexpected end",
		`[1,2,34}`:              "a comma is expected",
		`+1`:                    "a value is expected",
		`-`:                     "a digit is expected",
		`1.`:                    "a digit is expected",
		`.1`:                    "a value is expected",
		`1e`:                    "a digit is expected",
		`1e+`:                   "a digit is expected",
		`1e+-1`:                 "a digit is expected",
		`0x10`:                  "text after the value",
		`-a`:                    "a digit is expected",
		`"`:                     "unterminated string",
		`"a`:                    "unterminated string",
		`"a\`:                   "unterminated string",
		`"\n`:                   "unterminated string",
		`"\u12`:                 "unterminated string",
		`"\x"`:                  "an unknown escape",
		`"\u12g4"`:              "an unknown escape",
		`"\ud800"`:              "a lone surrogate",
		`"\ud800x"`:             "a lone surrogate",
		`"\ud800\n"`:            "a lone surrogate",
		`"\ud800\u0041"`:        "a lone surrogate",
		`"\ud800\ud800"`:        "a lone surrogate",
		`"\udc00\ud800"`:        "a lone surrogate",
		`{"\udc00":1}`:          "a lone surrogate",
		`"\ud800\u00"`:          "unterminated string",
		`"\ud800\u`:             "unterminated string",
		"\"a\nb\"":              "a control character in a string",
		"\"\\n\x00\"":           "a control character in a string",
		"\"\xff\"":              "text is not valid UTF-8",
		"\"\xc0\x80\"":          "text is not valid UTF-8",
		"\"\xed\xa0\x80\"":      "text is not valid UTF-8",
		"\"\xf4\x90\x80\x80\"":  "text is not valid UTF-8",
		`{"a":` + object(500) + `,"b":{"c":1,"d":{"a":1}},"a":1}`: "a member name is given twice in one object",
		`[{"m400":{"a":1},` + object(500)[1:] + `]`:               "a member name is given twice in one object",
		object(strictjson.MaxMembers + 1):                         "too many members in one object",
		strings.Repeat("[", deep) + strings.Repeat("]", deep):     "nested too deeply",
		strings.Repeat(`{"a":`, deep):                             "nested too deeply",
		strings.Repeat("[", 1<<14):                                "nested too deeply",
	} {
		err := check(text)
		var syntax *strictjson.SyntaxError
		require.ErrorAs(t, err, &syntax, "%.40q", text)
		assert.Equal(t, reason, syntax.Reason, "%.40q", text)
	}
}

func TestScannerReadsValues(t *testing.T) {
	var s strictjson.Scanner
	s.Reset(`{"s":"a\u00e9\ud83d\ude00","n":-1.5e3,"t":true,"f":false,"z":null,"l":[1,"x"],"o":{"k":[ ]},"r":[1, {"a":2}]}`, 16)
	require.True(t, s.Object())
	next := func(want string) {
		t.Helper()
		name, ok := s.Member()
		require.True(t, ok)
		require.Equal(t, want, name)
	}
	next("s")
	text, ok := s.String()
	assert.True(t, ok)
	assert.Equal(t, "aé😀", text)
	next("n")
	number, ok := s.Number()
	assert.True(t, ok)
	assert.Equal(t, "-1.5e3", number)
	next("t")
	yes, ok := s.Bool()
	assert.True(t, yes && ok)
	next("f")
	yes, ok = s.Bool()
	assert.True(t, !yes && ok)
	next("z")
	assert.Equal(t, strictjson.KindNull, s.Kind())
	_, ok = s.Bool()
	assert.False(t, ok)
	next("l")
	require.True(t, s.Array())
	require.True(t, s.Element())
	_, ok = s.String()
	assert.False(t, ok, "a number is no string, and is skipped")
	require.True(t, s.Element())
	_, ok = s.Number()
	assert.False(t, ok, "a string is no number, and is skipped")
	assert.False(t, s.Element())
	next("o")
	assert.False(t, s.Array(), "an object is no array, and is skipped")
	next("r")
	assert.Equal(t, `[1, {"a":2}]`, s.Raw())
	_, ok = s.Member()
	assert.False(t, ok)
	require.NoError(t, s.End())
}

func TestScannerKeepsTheFirstError(t *testing.T) {
	var s strictjson.Scanner
	s.Reset(`{"a":tru}`, 16)
	require.True(t, s.Object())
	_, ok := s.Member()
	require.True(t, ok)
	_, ok = s.Bool()
	assert.False(t, ok)

	err := s.Err()
	require.Error(t, err)
	_, ok = s.Member()
	assert.False(t, ok)
	_, ok = s.String()
	assert.False(t, ok)
	assert.Empty(t, s.Raw())
	assert.False(t, s.Object() || s.Array() || s.Element())
	assert.Equal(t, err, s.End())
	assert.EqualError(t, err, "invalid JSON at byte 5: a value is expected")

	s.Reset(`{}`, 16)
	s.Skip()
	assert.NoError(t, s.End(), "Reset forgets it")
}

func TestScannerDoesNotAllocate(t *testing.T) {
	text := `{"a":{"b":[1,2,{"c":"d\u0041"}]},"e":"f","g":` + object(30) + `}`
	var s strictjson.Scanner
	s.Reset(text, strictjson.MaxMembers)
	s.Skip() // grows the scratch buffer
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		s.Reset(text, strictjson.MaxMembers)
		s.Skip()
		if s.End() != nil {
			t.Fail()
		}
	}))
}

func TestDecimal(t *testing.T) {
	for literal, want := range map[string][2]int64{
		"0": {0, 0}, "-0": {0, 0}, "0e999999999999999999": {0, 0}, "0.000e-5": {0, 0},
		"1": {1, 0}, "-1": {-1, 0}, "12.5": {12, 500_000_000}, "-12.5": {-12, -500_000_000},
		"1e3": {1000, 0}, "1.5e3": {1500, 0}, "1.2345e2": {123, 450_000_000}, "1500e-3": {1, 500_000_000}, "1e-3": {0, 1_000_000},
		"1e-300": {0, 0}, "1e-99999999999999999999": {0, 0}, "0.1234567891": {0, 123_456_789}, "0.00001e5": {1, 0},
		"9007199254740993": {9007199254740993, 0}, "9223372036854775807": {9223372036854775807, 0},
		"922337203685477580.7e1": {9223372036854775807, 0}, "-9223372036854775807": {-9223372036854775807, 0},
	} {
		whole, nanos, ok := strictjson.Decimal(literal)
		assert.True(t, ok, literal)
		assert.Equal(t, want, [2]int64{whole, nanos}, literal)
	}
	for _, literal := range []string{"9223372036854775808", "-9223372036854775808", "1e19", "1e300", "-1e300", "1e99999999999999999999",
		"99999999999999999999"} {
		_, _, ok := strictjson.Decimal(literal)
		assert.False(t, ok, literal)
	}
}

// FuzzScanner holds the scanner against encoding/json: it accepts less, and reads what both accept alike.
func FuzzScanner(f *testing.F) {
	for _, text := range []string{`{"a":[1,-2.5e3,true,null,"b\u00e9"],"c":{}}`, `{"a":1,"a":2}`, `"\ud800"`, `[[[[`, "\"\xff\"", `01`, `1e999`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s strictjson.Scanner
		s.Reset(text, strictjson.MaxMembers)
		kind := s.Kind()
		raw := s.Raw()
		if s.End() != nil {
			return
		}
		require.True(t, json.Valid([]byte(text)), "encoding/json refuses what the scanner accepts")
		// Numbers stay text: what a float64 cannot hold is JSON still.
		var want any
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		require.NoError(t, decoder.Decode(&want))
		assert.Equal(t, strings.Trim(text, " \t\r\n"), raw)

		s.Reset(text, strictjson.MaxMembers)
		switch want := want.(type) {
		case string:
			got, ok := s.String()
			assert.True(t, ok)
			assert.Equal(t, want, got)
		case map[string]any:
			require.True(t, s.Object())
			n := 0
			for name, ok := s.Member(); ok; name, ok = s.Member() {
				assert.Contains(t, want, name)
				s.Skip()
				n++
			}
			assert.Len(t, want, n)
		case json.Number:
			assert.Equal(t, strictjson.KindNumber, kind)
			assert.Equal(t, want.String(), raw)
		}
	})
}

// FuzzDecimal holds Decimal against exact arithmetic.
func FuzzDecimal(f *testing.F) {
	for _, literal := range []string{"0", "-12.5e-1", "1e300", "9223372036854775807", "0.000000001"} {
		f.Add(literal)
	}
	f.Fuzz(func(t *testing.T, literal string) {
		if len(literal) > 40 || check(literal) != nil || strings.Trim(literal, "-+.eE0123456789") != "" {
			return
		}
		if i := strings.IndexAny(literal, "eE"); i >= 0 && len(literal)-i > 5 {
			return // exact arithmetic would take too long
		}
		exact, ok := new(big.Rat).SetString(literal)
		require.True(t, ok)
		nanos := new(big.Int).Quo(new(big.Int).Mul(exact.Num(), big.NewInt(1e9)), exact.Denom())
		whole, rest := new(big.Int).QuoRem(nanos, big.NewInt(1e9), new(big.Int))

		gotWhole, gotRest, ok := strictjson.Decimal(literal)
		if !ok {
			assert.GreaterOrEqual(t, whole.BitLen(), 63)
			return
		}
		assert.Equal(t, whole.String(), fmt.Sprint(gotWhole))
		assert.Equal(t, rest.String(), fmt.Sprint(gotRest))
	})
}

// FuzzUnmarshal holds that what is read can be written, and then reads the same.
func FuzzUnmarshal(f *testing.F) {
	f.Add(`{"text":"a","many":"b","pets":[{"name":"c"}],"x":[1]}`)
	f.Add(`{"expires":"5","wait":1.5,"at":1.5,"raw":{"a":1}}`)
	f.Fuzz(func(t *testing.T, text string) {
		first, err := read(text)
		if err != nil {
			return
		}
		written, err := strictjson.Marshal(first.members(), &first.unknown)
		require.NoError(t, err)
		second, err := read(string(written))
		require.NoError(t, err)
		again, err := strictjson.Marshal(second.members(), &second.unknown)
		require.NoError(t, err)
		assert.Equal(t, string(written), string(again))
	})
}

func BenchmarkScanner(b *testing.B) {
	pad := func(start, middle, end string) string { // to 16 KiB
		return start + strings.Repeat(middle, (1<<14-len(start)-len(end))/len(middle)) + end
	}
	var names strings.Builder
	for i := 0; names.Len() < 1<<14-64; i++ {
		if i%500 == 0 {
			names.WriteString(`{"":1},{"":1`)
		}
		fmt.Fprintf(&names, `,"%d":1`, i)
		if i%500 == 499 {
			names.WriteString(`},`)
		}
	}
	for name, text := range map[string]string{
		"token":      `{"iss":"https://idp.authpi.com/i_1","sub":"usr_1","aud":"c_1","exp":1700000000,"organizations":[{"id":"org_1","title":"A","scopes":["owner"],"joined_at":1}]}`,
		"deep":       pad("", "[", ""),
		"brackets":   pad("[", "[],", "[]]"),
		"nested":     pad("[", strings.Repeat("[", 31)+strings.Repeat("]", 31)+",", "1]"),
		"names":      "[" + names.String() + "}]",
		"one object": object(strictjson.MaxMembers),
		"empty name": pad("[", `{"":1},`, "1]"),
		"escapes":    pad(`["`, `\u0041`, `"]`),
		"strings":    pad(`[`, `"\n",`, `1]`),
		"numbers":    pad(`[`, `1,`, `1]`),
		"long text":  pad(`["`, `é`, `"]`),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			var s strictjson.Scanner
			for b.Loop() {
				s.Reset(text, strictjson.MaxMembers)
				s.Skip()
				if err := s.End(); err != nil && name != "deep" {
					b.Fatal(err)
				}
			}
		})
	}
}
