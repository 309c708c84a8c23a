package idtoken

import "time"

// ClaimError reports a claim that is missing, has the wrong type or has the wrong value.
// The payload itself is well-formed.
type ClaimError struct {
	// Claim is the name of the claim, or "typ" for the header's typ.
	Claim string

	// Reason is the rest of a sentence that starts with the claim, such as "is missing".
	// It contains no value except the issuer, and the difference of a time to now.
	Reason string

	// Expired reports that exp has passed.
	Expired bool

	// Clock reports that the token is valid except for iat, nbf or exp. The clock of the
	// issuer or of this machine may be wrong.
	Clock bool
}

// Error returns the name and the reason.
func (e *ClaimError) Error() string { return "claim " + e.Claim + " " + e.Reason }

func wrong(claim, reason string) error { return &ClaimError{Claim: claim, Reason: reason} }

// early returns the error for a time that is ahead of this machine's clock.
func early(claim string, by time.Duration) error {
	return &ClaimError{Claim: claim, Clock: true,
		Reason: "is " + by.Round(time.Second).String() + " in the future; check the clocks of the issuer and of this machine"}
}

// late returns the error for an expired token.
func late(by time.Duration) error {
	return &ClaimError{Claim: "exp", Reason: "passed " + by.Round(time.Second).String() + " ago", Expired: true, Clock: true}
}

const missing = "is missing"
