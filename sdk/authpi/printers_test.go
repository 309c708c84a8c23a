package authpi_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// reader collects everything that a printer could read by following every pointer without
// calling methods.
type reader struct {
	read strings.Builder
	seen map[any]bool
}

func (r *reader) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		if v.IsNil() || r.seen[v.Pointer()] && v.Kind() != reflect.Slice {
			return
		}
		r.seen[v.Pointer()] = true
	default:
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		r.walk(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			r.walk(v.Field(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			r.walk(key)
			r.walk(v.MapIndex(key))
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			r.walk(v.Index(i))
		}
	case reflect.Uint8:
		r.read.WriteByte(byte(v.Uint()))
	case reflect.String:
		r.read.WriteString(v.String())
	default:
		fmt.Fprintf(&r.read, " %v ", v)
	}
}

// recorder records the output of an assertion.
type recorder struct{ printed strings.Builder }

func (r *recorder) Errorf(format string, args ...any) { fmt.Fprintf(&r.printed, format, args...) }

func TestNoPrinterReadsASecret(t *testing.T) {
	printers := map[string]func(any) string{
		"reflection": func(value any) string {
			r := reader{seen: map[any]bool{}}
			r.walk(reflect.ValueOf(value))
			return r.read.String()
		},
		"a test's difference": func(value any) string { // by go-spew, without methods
			var r recorder
			assert.Equal(&r, struct{ A, B any }{value, 1}, struct{ A, B any }{value, 2})
			assert.NotEqual(&r, value, value)
			return r.printed.String()
		},
		"%#v in an unexported field": func(value any) string {
			return fmt.Sprintf("%#v %+v %s %x", struct{ value any }{value}, struct{ value any }{value}, []any{value}, []any{value})
		},
	}
	for name, value := range holders(t) {
		for printer, render := range printers {
			printed := render(value)
			require.NotEmpty(t, printed)
			for _, form := range []string{
				planted, planted[:8], hex.EncodeToString([]byte(planted)), base64.StdEncoding.EncodeToString([]byte(planted))[:20],
			} {
				assert.NotContains(t, printed, form, "%s by %s", name, printer)
			}
		}
	}
}

func TestThePrintersOfTheseTestsRead(t *testing.T) {
	r := reader{seen: map[any]bool{}}
	value := planted
	bytes := []byte(planted)
	pointer := &value
	r.walk(reflect.ValueOf(struct{ hidden **string }{&pointer}))
	assert.Contains(t, r.read.String(), planted)
	r.walk(reflect.ValueOf(struct{ hidden map[string]any }{map[string]any{"k": &bytes}}))
	assert.Equal(t, 2, strings.Count(r.read.String(), planted))
}

func TestEqualSecretsAreEqual(t *testing.T) {
	a, b := authpi.NewSecret(planted), authpi.NewSecret(strings.Clone(planted))
	assert.True(t, a == b)
	assert.Equal(t, a, b)
	assert.Len(t, map[authpi.Secret]bool{a: true, b: true}, 1)
	assert.NotEqual(t, a, authpi.NewSecret("another"))
	assert.NotEqual(t, a, authpi.Secret{})
	assert.Equal(t, authpi.Secret{}, authpi.NewSecret(""))

	stored := `{"access_token":"a","refresh_token":"r","device_secret":"d","expires_at":1900000000,"resources":["x"]}`
	var first, second, other authpi.TokenSet
	require.NoError(t, first.UnmarshalJSON([]byte(stored)))
	require.NoError(t, second.UnmarshalJSON([]byte(stored)))
	require.NoError(t, other.UnmarshalJSON([]byte(strings.Replace(stored, `"d"`, `"e"`, 1))))
	assert.Equal(t, first, second)
	assert.NotEqual(t, first, other)
}

func TestSubjectsPrintOnOneLine(t *testing.T) {
	agent := authpi.NewAgent(authpi.AgentData{ID: "usr_1\n2030-01-01 level=ERROR forged\x1b[31m\u202e", ExpiresAt: time.Unix(1, 0)})
	for _, verb := range []string{"%v", "%s", "%+v", "%q"} {
		printed := fmt.Sprintf(verb, agent)
		assert.NotContains(t, printed, "\n", verb)
		assert.NotContains(t, printed, "\x1b", verb)
		assert.NotContains(t, printed, "\u202e", verb)
		assert.Contains(t, printed, "usr_1", verb)
	}
	assert.Equal(t, "usr_1", authpi.NewAgent(authpi.AgentData{ID: "usr_1"}).String())
	assert.Equal(t, "héloïse@example.com", authpi.NewAgent(authpi.AgentData{ID: "héloïse@example.com"}).String())
}
