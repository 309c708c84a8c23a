package authpi

import "strings"

// The two wildcards of a scope: one level, and everything below it.
const (
	wildcard     = "*"
	deepWildcard = "**"
)

// HasAccess reports whether one of the scopes grants action on resource.
//
// A scope reads "resource:action", where a resource is made of segments with dots between. The action "*" grants every action on
// the resource itself, "**" also on everything below it. The resource "*" stands for every resource of one segment, and in "*:**"
// for all. Any other asterisk grants nothing, and a question with an asterisk or a malformed part is answered no. Comparison is
// byte for byte. HasAccess allocates nothing and never panics.
func HasAccess(scopes []string, action, resource string) bool {
	if !askable(action) || !askable(resource) || !segmented(resource) {
		return false
	}
	for _, scope := range scopes {
		if grants(scope, action, resource) {
			return true
		}
	}
	return false
}

// grants compares a scope with a well-formed question. The scope itself needs no check: whatever equals a text made of a
// well-formed question and the wildcards is well-formed.
func grants(scope, action, resource string) bool {
	n := len(scope)
	if n < 3 {
		return false
	}
	if scope[n-1] == '*' {
		if n > 3 && scope[n-3:] == ":"+deepWildcard {
			return covers(scope[:n-3], resource)
		}
		return scope[n-2] == ':' && names(scope[:n-2], resource)
	}
	at := n - len(action) - 1
	return at > 0 && scope[at] == ':' && scope[at+1:] == action && names(scope[:at], resource)
}

// names reports whether a grant's resource stands for exactly the resource asked for.
func names(granted, resource string) bool {
	if granted == wildcard {
		return strings.IndexByte(resource, '.') < 0
	}
	return granted == resource
}

// covers reports whether a grant's resource stands for the resource asked for or for something above it.
func covers(granted, resource string) bool {
	if granted == wildcard || granted == resource {
		return true
	}
	n := len(granted)
	return n < len(resource) && resource[n] == '.' && resource[:n] == granted
}

// ParseScope takes a scope apart. It returns false for a malformed one: a scope has exactly one colon, a non-empty action,
// non-empty segments, and no byte up to 0x20 nor 0x7F. It does not judge wildcards.
func ParseScope(scope string) (ParsedScope, bool) {
	resource, action, found := strings.Cut(scope, ":")
	if !found || !printable(resource) || !printable(action) || !segmented(resource) {
		return ParsedScope{}, false
	}
	return ParsedScope{Resource: resource, Action: action}, true
}

// askable reports whether text may stand in a question: not empty, no wildcard, no colon, nothing unprintable.
func askable(text string) bool {
	return printable(text) && strings.IndexByte(text, '*') < 0
}

// printable reports whether text is a non-empty part of a scope: no colon, no space, no control byte.
func printable(text string) bool {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c <= 0x20 || c == 0x7f || c == ':' {
			return false
		}
	}
	return text != ""
}

// segmented reports whether every segment of a resource has at least one byte.
func segmented(resource string) bool {
	previous := byte('.')
	for i := 0; i < len(resource); i++ {
		if resource[i] == '.' && previous == '.' {
			return false
		}
		previous = resource[i]
	}
	return previous != '.'
}
