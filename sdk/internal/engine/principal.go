package engine

import (
	"strings"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// principalTypes maps values of the claim dat.type to principal types. Other values are principal types themselves.
var principalTypes = map[string]authpi.PrincipalType{
	"identity": authpi.PrincipalTypeUser,
	"agent":    authpi.PrincipalTypeAgent,
	"key":      authpi.PrincipalTypeAPIKey,
	"token":    authpi.PrincipalTypePersonalToken,
}

// subjectPrefixes gives the principal type of a token without that claim.
var subjectPrefixes = []struct {
	prefix string
	kind   authpi.PrincipalType
}{
	{"usr_", authpi.PrincipalTypeUser},
	{"agt_", authpi.PrincipalTypeAgent},
	{"key_", authpi.PrincipalTypeAPIKey},
	{"tok_", authpi.PrincipalTypePersonalToken},
	{"ptk_", authpi.PrincipalTypePersonalToken},
	{"cli_", authpi.PrincipalTypeClient},
	{"c_", authpi.PrincipalTypeClient},
}

// principalType returns the kind of principal that a token is about. It is never an error.
func principalType(claimed, subject string) authpi.PrincipalType {
	if kind, known := principalTypes[claimed]; known {
		return kind
	}
	if claimed != "" {
		return authpi.PrincipalType(claimed)
	}
	for _, p := range subjectPrefixes {
		if strings.HasPrefix(subject, p.prefix) {
			return p.kind
		}
	}
	return authpi.PrincipalTypeUnknown
}

// personal reports whether a principal is a person, or acts for one.
func personal(kind authpi.PrincipalType) bool {
	return kind == authpi.PrincipalTypeUser || kind == authpi.PrincipalTypePersonalToken
}
