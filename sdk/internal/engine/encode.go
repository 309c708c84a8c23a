package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// request holds an operation's parameters in the places where they go, the host that it is sent to, and the secrets among the
// parameters, which no error may show.
type request struct {
	op      *operation
	host    string
	form    url.Values
	query   url.Values
	header  http.Header
	secrets []string
}

// encode puts the constants and values of an operation in their places. An absent value is left out, and refused where
// the parameter is required.
func (op *operation) encode(values []any) (*request, *failure) {
	r := &request{op: op, form: url.Values{}, query: url.Values{}, header: http.Header{}}
	for _, c := range op.constants {
		r.add(param{wire: c.name, in: op.constantsIn()}, []string{c.value})
	}
	for i, p := range op.params {
		if extra, ok := values[i].(map[string]string); ok {
			if f := r.addExtra(op, p.in, extra); f != nil {
				return nil, f
			}
			continue
		}
		if fractional(values[i]) {
			return nil, misconfigured("invalid_argument", p.name+" must be a whole number of seconds, such as 10 * time.Second")
		}
		texts, secret := wireTexts(values[i])
		if secret {
			r.secrets = append(r.secrets, texts...)
		}
		if p.required && len(texts) == 0 {
			return nil, misconfigured("invalid_argument", p.name+" must not be empty")
		}
		if (p.in == inHeader || p.in == inBearer) && slices.ContainsFunc(texts, breaksHeader) {
			return nil, misconfigured("invalid_argument", p.name+" must not have a control character: it goes into a header")
		}
		r.add(p, texts)
	}
	return r, nil
}

func (r *request) add(p param, texts []string) {
	for _, text := range texts {
		switch p.in {
		case inForm:
			r.form.Add(p.wire, text)
		case inQuery:
			r.query.Add(p.wire, text)
		case inHeader:
			r.header.Add(p.wire, text)
		case inBearer:
			r.header.Set("Authorization", "Bearer "+text)
		}
	}
}

// addExtra adds a caller's own parameters. One that the operation itself sends, now or in another call, is refused.
func (r *request) addExtra(op *operation, in place, extra map[string]string) *failure {
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		if op.reserves(in, name) {
			return misconfigured("reserved_parameter", "leave "+strconv.Quote(bounded(name, maxCode))+
				" out of the extra parameters: the SDK sends it itself")
		}
		r.add(param{wire: name, in: in}, []string{extra[name]})
	}
	return nil
}

// reserves reports whether the operation itself has a parameter of that name in that place.
func (op *operation) reserves(in place, name string) bool {
	if op.auth != authNone && in == inForm && (name == "client_id" || name == "client_secret") {
		return true
	}
	return op.constantsIn() == in && slices.ContainsFunc(op.constants, func(c pair) bool { return c.name == name }) ||
		slices.ContainsFunc(op.params, func(p param) bool { return p.in == in && p.wire == name })
}

// constantsIn returns where the constants go: into the body of a request that has one.
func (op *operation) constantsIn() place {
	if op.method == "" || op.method == http.MethodGet {
		return inQuery
	}
	return inForm
}

// breaksHeader reports whether a string cannot be the value of a header (RFC 9110, section 5.5).
func breaksHeader(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7F })
}

// wireTexts returns the strings that represent a value on the wire, none if it is absent, and whether they are secret.
func wireTexts(value any) (texts []string, secret bool) {
	switch v := value.(type) {
	case string:
		return present(v), false
	case authpi.Secret:
		return present(v.Reveal()), true
	case []string:
		return v, false
	case words:
		return present(strings.Join(v, " ")), false
	case bool:
		if v {
			return []string{"true"}, false
		}
		return nil, false
	case *bool:
		return optionalText(v, strconv.FormatBool), false
	case *string:
		return optionalText(v, func(s string) string { return s }), false
	case int:
		if v == 0 {
			return nil, false
		}
		return []string{strconv.Itoa(v)}, false
	case time.Duration:
		if v == 0 {
			return nil, false
		}
		return []string{seconds(v)}, false
	case *time.Duration:
		return optionalText(v, seconds), false
	case json.RawMessage:
		return present(string(v)), false
	}
	panic(fmt.Sprintf("authpi: internal error: no wire form for %T", value))
}

func present(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func optionalText[T any](p *T, text func(T) string) []string {
	if p == nil {
		return nil
	}
	return []string{text(*p)}
}

// fractional reports whether a value is a duration with a fraction of a second. The wire has whole seconds, such as max_age
// (OpenID Connect Core 1.0, section 3.1.2.1), and half a second cut to none means something else.
func fractional(value any) bool {
	switch v := value.(type) {
	case time.Duration:
		return v%time.Second != 0
	case *time.Duration:
		return v != nil && *v%time.Second != 0
	default:
		return false
	}
}

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }

// render returns the URL of an operation that a browser carries out.
func (e *Engine) render(op *operation, values []any) (string, error) {
	r, f := op.encode(values)
	if f != nil {
		return "", f
	}
	link, f := e.endpointNow(op.endpoint)
	if f != nil {
		return "", f
	}
	return withQuery(link, r.query), nil
}

// withQuery adds parameters to a URL and keeps the query that it has, as RFC 6749, section 3.1 wants.
func withQuery(link string, query url.Values) string {
	if len(query) == 0 {
		return link
	}
	separator := "?"
	if strings.Contains(link, "?") {
		separator = "&"
		if strings.HasSuffix(link, "?") || strings.HasSuffix(link, "&") {
			separator = ""
		}
	}
	return link + separator + query.Encode()
}
