package jws

// Kind is the kind of reason why a token was rejected.
type Kind int

const (
	// Malformed means that the token is not a compact JWS, or that its header is invalid
	// or not supported.
	Malformed Kind = iota + 1
	// Signature means that the algorithm is not accepted, the key does not match, or the
	// signature is wrong.
	Signature
)

// Error describes why a token was rejected. It does not contain any part of the token.
type Error struct {
	// Kind is Malformed or Signature.
	Kind Kind

	// Reason describes the detail in words.
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
