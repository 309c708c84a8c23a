package idtoken

import "time"

// ClaimError says which claim of a token is not as it must be. The payload as such can be read.
type ClaimError struct {
	// Claim is the name of the claim, or typ for the header's member of that name.
	Claim string

	// Reason completes the sentence that the name starts, such as "is missing". It repeats no value but the issuer's, and
	// says by how much a time is off.
	Reason string

	// Expired reports that exp has passed.
	Expired bool

	// Clock reports that the token has no other defect than a time, iat, nbf or exp: the clock of the issuer or of this
	// machine may be wrong.
	Clock bool
}

// Error returns the name and the reason.
func (e *ClaimError) Error() string { return "claim " + e.Claim + " " + e.Reason }

func wrong(claim, reason string) error { return &ClaimError{Claim: claim, Reason: reason} }

// early returns the error of a time that is ahead of this machine's clock.
func early(claim string, by time.Duration) error {
	return &ClaimError{Claim: claim, Clock: true,
		Reason: "is " + by.Round(time.Second).String() + " in the future; check the clocks of the issuer and of this machine"}
}

// late returns the error of a token that has expired.
func late(by time.Duration) error {
	return &ClaimError{Claim: "exp", Reason: "passed " + by.Round(time.Second).String() + " ago", Expired: true, Clock: true}
}

const missing = "is missing"
