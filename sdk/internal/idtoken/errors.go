package idtoken

// ClaimError says which claim of a token is not as it must be. The payload as such can be read.
type ClaimError struct {
	// Claim is the name of the claim, or typ for the header's member of that name.
	Claim string

	// Reason completes the sentence that the name starts, such as "is missing". It repeats no value but the issuer's.
	Reason string

	// Expired reports that the reason is the time: exp was before now.
	Expired bool
}

// Error returns the name and the reason.
func (e *ClaimError) Error() string { return "claim " + e.Claim + " " + e.Reason }

func wrong(claim, reason string) error { return &ClaimError{Claim: claim, Reason: reason} }

const missing = "is missing"
