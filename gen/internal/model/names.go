package model

import (
	"go/token"
	"go/types"
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

const (
	// imports are the packages that a file of the SDK may import, by the names that they have there.
	imports = " authpi authpiasync authpisync cmp context engine errors http io json slog strictjson sync time url "
	// callLocals are what the bodies of calls declare or call, in lower case.
	callLocals = " c ctx e err f newfuture o opts or orlist orzero out p rawbody values words "
	// engineLocals are what generated methods of the engine declare, so that it would hide a type of that name.
	engineLocals = " apply c ctx data e err fresh name o opts out p t values "
	// engineNames are the names that generated code declares in the engine, whatever the spec has.
	engineNames = " composed configDefaults configuredEndpoints endpointTable errorMatches withDefaults "
)

// predeclared reports whether Go itself declares a name in every package.
func predeclared(name string) bool { return types.Universe.Lookup(name) != nil }

// argument returns the Go parameter of an exported name in an operation whose descriptor is called so.
func argument(name, descriptor string) string {
	arg := unexported(name)
	lower := strings.ToLower(arg)
	if token.IsKeyword(arg) || predeclared(lower) || known(imports, lower) || known(callLocals, lower) || arg == descriptor {
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

// reserveWords takes the keywords of Go.
func (s *scope) reserveWords() {
	for word := token.BREAK; word <= token.VAR; word++ {
		s.reserve("a keyword of Go", word.String())
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
