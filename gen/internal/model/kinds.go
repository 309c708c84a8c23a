package model

import (
	"slices"
	"strings"
)

// Kind is what a value is, whatever its Go type.
type Kind int

// The kinds of value.
const (
	KindString Kind = iota
	KindBool
	KindInt
	KindSeconds
	KindLenientSeconds
	KindTime
	KindSecret
	KindURL
	KindJSON
	KindWords
	KindOneOrMany
	KindStrings
	KindMap
	KindSwitch
	KindAgent
	KindCallback
	KindError
	KindNone
	KindOpaque
	KindEnum
	KindType
	KindTypes
)

// place is where in a spec a type stands.
type place int

const (
	inConfig place = 1 << iota
	inField
	inErrorField
	inRequest // a parameter that data sends
	inCall    // a parameter that hand-written code reads
	inResult
	inResponse
)

const (
	inParam = inRequest | inCall
	inData  = inField | inErrorField
	always  = inConfig | inData | inParam | inResult
)

// word is one row of the table of type words.
type word struct {
	name   string
	kind   Kind
	goType string // as seen from outside package authpi
	places place
}

// words is the table of type words: what each is, its Go type, and where it may stand. Types and enums of the spec come
// on top of it. Nothing writes to it.
var words = []word{
	{"string", KindString, "string", always},
	{"bool", KindBool, "bool", always},
	{"int", KindInt, "int", always &^ inResult},
	{"seconds", KindSeconds, "time.Duration", always},
	{"lenient_seconds", KindLenientSeconds, "*time.Duration", inField},
	{"time", KindTime, "time.Time", inField | inResult},
	{"secret", KindSecret, "authpi.Secret", always &^ inResult &^ inErrorField},
	{"url", KindURL, "string", always},
	{"json", KindJSON, "json.RawMessage", inField | inParam | inResponse},
	{"words", KindWords, "[]string", inField | inParam},
	{"one_or_many", KindOneOrMany, "[]string", inField},
	{"[string]", KindStrings, "[]string", inConfig | inField | inParam | inResult},
	{"map", KindMap, "map[string]string", inParam},
	{"switch", KindSwitch, "authpi.Switch", inCall},
	{"agent", KindAgent, "*authpi.Agent", inCall},
	{"callback.refresh_one", KindCallback, "func(context.Context, *authpi.TokenSet) error", inCall},
	{"callback.error", KindCallback, "func(context.Context, error)", inCall},
	{"callback.refresh", KindOpaque, "func(ctx context.Context, old, new *authpi.TokenSet) error", inConfig},
	{"http_client", KindOpaque, "*http.Client", inConfig},
	{"clock", KindOpaque, "func() time.Time", inConfig},
	{"entropy", KindOpaque, "io.Reader", inConfig},
	{"hooks", KindOpaque, "authpi.Hooks", inConfig},
	{"endpoints", KindOpaque, "authpi.Endpoints", inConfig},
	{"error", KindError, "error", inErrorField},
	{"none", KindNone, "", inResponse},
}

// wordsAt returns the names of the words that may stand at a place.
func wordsAt(at place) []string {
	var names []string
	for _, w := range words {
		if w.places&at != 0 {
			names = append(names, w.name)
		}
	}
	return names
}

func findWord(name string) (word, bool) {
	i := slices.IndexFunc(words, func(w word) bool { return w.name == name })
	if i < 0 {
		return word{}, false
	}
	return words[i], true
}

// Ref is a resolved type.
type Ref struct {
	// Word is the spec's text: [Organization].
	Word string
	// Kind says what it is.
	Kind Kind
	// Type is the type that it names; nil for other kinds.
	Type *Type
	// Enum is the enum that it names; nil for other kinds.
	Enum *Enum

	goType string
}

// List reports whether a value is a list.
func (r Ref) List() bool {
	switch r.Kind {
	case KindWords, KindOneOrMany, KindStrings, KindTypes:
		return true
	default:
		return false
	}
}

// text reports whether values are plain text to the wire.
func (r Ref) text() bool { return r.Kind == KindString || r.Kind == KindURL }

// pointed returns the Go type of a value that can be absent.
func (r Ref) pointed() string { return "*" + r.goType }

// canBeAbsent reports whether presence means anything for the type: other types have a zero value that is absence
// already.
func (r Ref) canBeAbsent() bool {
	switch r.Kind {
	case KindString, KindBool, KindSeconds, KindType:
		return true
	default:
		return false
	}
}

// notes say of type words what their Go types do not tell.
var notes = map[string]string{
	"int":             "In a field that is JSON it is int64, which holds whatever the wire can carry.",
	"seconds":         "A request sends a whole number; a call with a fraction of a second is refused with invalid_argument.",
	"lenient_seconds": "A text of digits is read too, and what is no time counts as absent.",
	"time":            "In JSON it is a whole number of Unix seconds.",
	"json":            "The JSON as it came. Only an internal operation can have it as response.",
	"words":           "On the wire it is one text with spaces between.",
	"one_or_many":     "In JSON it is a text or a list of texts.",
	"map":             "Its entries are parameters of their own.",
}

// Word is one word of the vocabulary of types, for documentation.
type Word struct {
	// Name is the word, GoType its Go type, Places where it may stand, Note what else there is to know, if anything.
	Name, GoType, Places, Note string
}

// Words returns the words that are types without a type or enum of the spec.
func Words() []Word {
	names := []struct {
		at   place
		name string
	}{
		{inConfig, "config"}, {inField, "fields"}, {inErrorField, "error fields"}, {inRequest, "request parameters"},
		{inCall, "call parameters"}, {inResult, "results"}, {inResponse, "responses"},
	}
	var list []Word
	for _, w := range words {
		var places []string
		for _, n := range names {
			if w.places&n.at != 0 {
				places = append(places, n.name)
			}
		}
		list = append(list, Word{Name: w.name, GoType: w.goType, Places: strings.Join(places, ", "), Note: notes[w.name]})
	}
	return list
}
