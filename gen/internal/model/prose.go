package model

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Go comment starts with the name that it documents, a spec's text does not. The first word of the text decides how
// the two join, so that the result is a sentence:
//
//	A set of tokens.          TokenSet is a set of tokens.
//	The scopes asked for.     Scopes are the scopes asked for.
//	Whether it may refresh.   MayRefresh says whether it may refresh.
//	Builds the URL.           CreateLogoutURL builds the URL.

const (
	articles  = " a an the one any each every no "
	questions = " whether how when where what which who "
	// prepositions end the noun that a text starts with.
	prepositions = " as asked at before by for from in of on that to until where with without "
)

// joins reports whether the first word of a text can follow a name.
func joins(text string) bool {
	word := strings.ToLower(firstWord(text))
	return known(articles, word) || known(questions, word) || thirdPerson(text)
}

// thirdPerson reports whether a text starts with a verb such as "Builds".
func thirdPerson(text string) bool {
	word := firstWord(text)
	return len(word) > 2 && strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss")
}

// sentence joins a name and a text whose first word says how.
func sentence(name, text string) string {
	word := strings.ToLower(firstWord(text))
	switch {
	case known(articles, word):
		return name + copula(name, text) + lowerFirst(text)
	case known(questions, word):
		return name + " says " + lowerFirst(text)
	default:
		return name + " " + lowerFirst(text)
	}
}

// copula returns the verb between a name and a noun.
func copula(name, text string) string {
	switch {
	case !pluralPhrase(text):
		return " is "
	case pluralNoun(name):
		return " are "
	default:
		return " holds "
	}
}

// pluralPhrase reports whether "The granted scopes in one text" speaks of several: the last word before the preposition
// decides.
func pluralPhrase(text string) bool {
	words := strings.Fields(text)
	if words[0] != "The" {
		return false
	}
	for i, word := range words[1:] {
		if known(prepositions, word) {
			return i > 0 && pluralNoun(words[i])
		}
		if last := strings.TrimRight(word, ".,;:"); last != word || i == len(words)-2 || i == 2 {
			return pluralNoun(last)
		}
	}
	return false
}

// pluralNoun reports whether a noun looks like a plural.
func pluralNoun(noun string) bool {
	for _, singular := range []string{"ss", "us", "is", "'s"} {
		if strings.HasSuffix(noun, singular) {
			return false
		}
	}
	return strings.HasSuffix(noun, "s")
}

func known(words, word string) bool { return strings.Contains(words, " "+word+" ") }

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return strings.TrimRight(word, ".,;:")
}

// lowerFirst lowers the first letter, but not that of an initialism or a name such as OAuth.
func lowerFirst(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if strings.ContainsFunc(firstWord(text)[size:], unicode.IsUpper) {
		return text
	}
	return string(unicode.ToLower(first)) + text[size:]
}
