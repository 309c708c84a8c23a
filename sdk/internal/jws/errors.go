package jws

// Kind tells why a token was refused.
type Kind int

const (
	// Malformed is a token that has not the form of a compact JWS, or whose header is not one that is read here.
	Malformed Kind = iota + 1
	// Signature is an algorithm that is not accepted, a key that does not fit, or a signature that is wrong.
	Signature
)

// Error says why a token was refused. It contains nothing of the token.
type Error struct {
	// Kind tells a token that cannot be read from one that cannot be trusted.
	Kind Kind

	// Reason is the detail, for a person.
	Reason string
}

// Error returns the kind and the reason.
func (e *Error) Error() string {
	if e.Kind == Signature {
		return "token signature: " + e.Reason
	}
	return "malformed token: " + e.Reason
}

func malformed(reason string) error { return &Error{Malformed, reason} }

func badSignature(reason string) error { return &Error{Signature, reason} }
