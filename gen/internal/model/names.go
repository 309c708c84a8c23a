package model

import (
	"go/token"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/arbfay/authpi-go/gen/internal/spec"
)

// Go names are derived from the spec's by one rule, so that they can be predicted: words are capitalized and joined,
// initialisms are upper case. What the rule cannot know is said by `go` in the spec. Two nodes that end with the same
// name in the same scope are an error that shows both places; a parameter never gets a name that an import, a keyword
// or a local of a generated body has.

// initialisms are words that Go writes in upper case.
const initialisms = " acr amr api dpop http https id ip json jti jwk jwks jws jwt mfa oidc par pkce sdk sso tls totp ttl ui uri " +
	"url uuid "

// exported returns the exported Go name of a spec name: refresh_buffer is RefreshBuffer, id_token is IDToken.
func exported(name string) string {
	var b strings.Builder
	for _, part := range strings.FieldsFunc(name, notAlphanumeric) {
		b.WriteString(capitalize(part))
	}
	return b.String()
}

func notAlphanumeric(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func capitalize(part string) string {
	singular, plural := strings.CutSuffix(part, "s")
	switch {
	case strings.Contains(initialisms, " "+part+" "):
		return strings.ToUpper(part)
	case plural && strings.Contains(initialisms, " "+singular+" "):
		return strings.ToUpper(singular) + "s"
	case part == "oauth":
		return "OAuth"
	default:
		return upperFirst(part)
	}
}

// unexported returns the unexported form of an exported Go name: IDToken is idToken, TokenSet is tokenSet.
func unexported(name string) string {
	if rest, found := strings.CutPrefix(name, "OAuth"); found {
		return "oauth" + rest
	}
	runes := []rune(name)
	upper := 0
	for upper < len(runes) && !unicode.IsLower(runes[upper]) {
		upper++
	}
	if upper > 1 && upper < len(runes) && runes[upper] != 's' {
		upper-- // the last capital starts the next word
	}
	return strings.ToLower(string(runes[:upper])) + string(runes[upper:])
}

func upperFirst(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// reserved are names that a parameter must not have: imports, and the locals of generated bodies. Keywords and
// predeclared names are reserved too.
const reserved = " authpi authpiasync authpisync cmp context engine errors http io json slog strictjson sync time url " +
	"c ctx e err f o opts or orlist orzero out p values words " +
	"any append bool byte cap clear close complex copy delete error false float64 imag int int64 len make max min new nil panic " +
	"print println real recover rune string true uint "

// argument returns the Go parameter of an exported name.
func argument(name string) string {
	arg := unexported(name)
	if token.IsKeyword(arg) || strings.Contains(reserved, " "+strings.ToLower(arg)+" ") {
		return arg + "Value"
	}
	return arg
}

// scope holds the Go names of one scope.
type scope struct {
	diags *spec.Diagnostics
	seen  map[string]claim
}

type claim struct {
	what string
	at   spec.Position
}

func newScope(diags *spec.Diagnostics) *scope {
	return &scope{diags: diags, seen: map[string]claim{}}
}

// reserve takes names that no node may have.
func (s *scope) reserve(what string, names ...string) {
	for _, name := range names {
		s.seen[name] = claim{what: what}
	}
}

// claim takes a name for a node, or reports who has it.
func (s *scope) claim(name, what string, at spec.Position) {
	holder, taken := s.seen[name]
	switch {
	case !taken:
		s.seen[name] = claim{what: what, at: at}
	case holder.at.Line == 0:
		s.diags.Errorf(at, "the Go name %s of %s is that of %s; give it another with `go`", name, what, holder.what)
	default:
		s.diags.Errorf(at, "the Go name %s of %s is that of %s at %s; give one of them another with `go`",
			name, what, holder.what, holder.at)
	}
}
