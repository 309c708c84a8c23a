package authpi

import "strings"

// The wildcards of a scope: for one level, and for everything below it.
const (
	wildcard     = "*"
	deepWildcard = "**"
)

// HasAccess reports whether one of the scopes grants action on resource.
//
// A scope has the form "resource:action". A resource consists of segments separated by
// dots. The action "*" grants every action on the resource itself, and "**" also grants
// every action on everything below it. The resource "*" matches every resource of one
// segment, and in "*:**" every resource. An asterisk anywhere else grants nothing.
// HasAccess returns false if action or resource is malformed or contains an asterisk.
// Comparison is byte for byte. HasAccess does not allocate and never panics.
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

// grants reports whether a scope grants a well-formed action and resource. The scope
// needs no check: if it matches, it consists of well-formed parts and wildcards.
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

// names reports whether the granted resource matches this resource itself.
func names(granted, resource string) bool {
	if granted == wildcard {
		return strings.IndexByte(resource, '.') < 0
	}
	return granted == resource
}

// covers reports whether the granted resource matches this resource or one above it.
func covers(granted, resource string) bool {
	if granted == wildcard || granted == resource {
		return true
	}
	n := len(granted)
	return n < len(resource) && resource[n] == '.' && resource[:n] == granted
}

// ParseScope splits a scope into its resource and action. It returns false if the scope
// is malformed: a scope has exactly one colon, a non-empty action, no empty segment, no
// byte up to 0x20 and no byte 0x7F. It does not check wildcards.
func ParseScope(scope string) (ParsedScope, bool) {
	resource, action, found := strings.Cut(scope, ":")
	if !found || !printable(resource) || !printable(action) || !segmented(resource) {
		return ParsedScope{}, false
	}
	return ParsedScope{Resource: resource, Action: action}, true
}

// askable reports whether text can be the action or resource of a HasAccess call: it is
// printable and has no asterisk.
func askable(text string) bool {
	return printable(text) && strings.IndexByte(text, '*') < 0
}

// printable reports whether text can be a part of a scope: it is not empty and has no
// colon, space or control byte.
func printable(text string) bool {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c <= 0x20 || c == 0x7f || c == ':' {
			return false
		}
	}
	return text != ""
}

// segmented reports whether a resource has no empty segment.
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
