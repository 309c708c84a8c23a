package idtoken

import (
	"time"

	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

// Claims holds the claims of a token that are used. Its strings share memory with the
// payload. An absent claim has the zero value.
type Claims struct {
	// Issuer is iss.
	Issuer string
	// Subject is sub.
	Subject string
	// Audience is aud. A single string becomes a list of one.
	Audience []string
	// AuthorizedParty is azp.
	AuthorizedParty string
	// ExpiresAt is exp.
	ExpiresAt time.Time
	// IssuedAt is iat.
	IssuedAt time.Time
	// NotBefore is nbf.
	NotBefore time.Time
	// AuthTime is auth_time, when the user last authenticated.
	AuthTime time.Time
	// Nonce is nonce.
	Nonce string
	// ACR is acr, the authentication context class.
	ACR string
	// AccessTokenHash is at_hash.
	AccessTokenHash string
	// ClientID is client_id.
	ClientID string
	// Scope is scope, a list separated by spaces.
	Scope string
	// ID is jti.
	ID string
	// Email is email.
	Email string
	// EmailVerified is email_verified. It is false if EmailVerifiedKnown is false.
	EmailVerified bool
	// EmailVerifiedKnown reports whether email_verified is present and a boolean.
	EmailVerifiedKnown bool
	// PrincipalType is the member type of dat, unchanged.
	PrincipalType string
	// OrganizationID is org_id, the organization that was selected at login.
	OrganizationID string
	// Organizations is organizations. It is nil if the claim is absent or not a list, and
	// empty if the list is empty.
	Organizations []Organization
	// Confirmation reports whether cnf is present: the token is bound to a key, and its
	// sender must prove possession of the key.
	Confirmation bool
}

// Organization is one element of organizations.
type Organization struct {
	// ID is id, never empty.
	ID string
	// Title is title, empty if absent.
	Title string
	// Scopes is scopes.
	Scopes []string
	// JoinedAt is joined_at, the zero time if absent.
	JoinedAt time.Time
}

// decoder decodes one payload.
type decoder struct {
	strictjson.Scanner
	claims *Claims
	scopes []string // of all organizations, in one allocation
	wrong  error    // of the first claim with a wrong type
}

// Decode decodes a payload. A null claim counts as absent, because some issuers write
// every known claim into every token. If a claim that a check uses has the wrong type,
// Decode returns a *ClaimError; other claims of the wrong type count as absent. If the
// payload is not one strict JSON object, Decode returns a *strictjson.SyntaxError.
func Decode(payload string) (*Claims, error) {
	d := decoder{claims: new(Claims)}
	d.Reset(payload, strictjson.MaxMembers)
	if !d.Object() {
		if err := d.End(); err != nil {
			return nil, err
		}
		return nil, &strictjson.SyntaxError{Reason: "not an object"}
	}
	for name, ok := d.Member(); ok; name, ok = d.Member() {
		d.member(name)
	}
	if err := d.End(); err != nil {
		return nil, err
	}
	if d.wrong != nil {
		return nil, d.wrong
	}
	return d.claims, nil
}

// member reads one claim. Names are compared byte for byte: SUB is not sub, and is
// ignored (RFC 7519, section 4).
func (d *decoder) member(name string) {
	if d.Kind() == strictjson.KindNull {
		d.Skip()
		return
	}
	c := d.claims
	switch name {
	case "iss":
		d.text(name, &c.Issuer)
	case "sub":
		d.text(name, &c.Subject)
	case "aud":
		d.audience()
	case "azp":
		d.text(name, &c.AuthorizedParty)
	case "exp":
		d.time(name, &c.ExpiresAt)
	case "iat":
		d.time(name, &c.IssuedAt)
	case "nbf":
		d.time(name, &c.NotBefore)
	case "auth_time":
		d.time(name, &c.AuthTime)
	case "nonce":
		d.text(name, &c.Nonce)
	case "acr":
		d.text(name, &c.ACR)
	case "at_hash":
		d.text(name, &c.AccessTokenHash)
	case "client_id":
		d.text(name, &c.ClientID)
	case "org_id":
		d.text(name, &c.OrganizationID)
	case "scope":
		c.Scope, _ = d.String()
	case "jti":
		c.ID, _ = d.String()
	case "email":
		c.Email, _ = d.String()
	case "email_verified":
		c.EmailVerified, c.EmailVerifiedKnown = d.Bool()
	case "dat":
		d.principal()
	case "organizations":
		d.organizations()
	case "cnf":
		c.Confirmation = true
		d.Skip()
	default:
		d.Skip()
	}
}

// text reads a string that a check uses. It rejects an empty string, so that empty means
// absent in Claims.
func (d *decoder) text(claim string, to *string) {
	text, ok := d.String()
	switch {
	case !ok:
		d.refuse(claim, "is not a string")
	case text == "":
		d.refuse(claim, "is empty")
	default:
		*to = text
	}
}

// time reads a NumericDate (RFC 7519, section 2), with or without a fraction.
func (d *decoder) time(claim string, to *time.Time) {
	literal, ok := d.Number()
	if !ok {
		d.refuse(claim, "is not a number")
		return
	}
	if *to, ok = strictjson.ParseUnix(literal); !ok {
		d.refuse(claim, "is out of range")
	}
}

// audience reads a string or a list of strings.
func (d *decoder) audience() {
	const claim, reason = "aud", "is neither a string nor a list of strings"
	c := d.claims
	if d.Kind() != strictjson.KindArray {
		text, ok := d.String()
		if !ok {
			d.refuse(claim, reason)
		}
		c.Audience = []string{text}
		return
	}
	for d.Array(); d.Element(); {
		text, ok := d.String()
		if !ok {
			d.refuse(claim, reason)
		}
		c.Audience = add(d, c.Audience, text, minText)
	}
}

// principal reads the type from dat.
func (d *decoder) principal() {
	if !d.Object() {
		return
	}
	for name, ok := d.Member(); ok; name, ok = d.Member() {
		if name == "type" {
			d.claims.PrincipalType, _ = d.String()
		} else {
			d.Skip()
		}
	}
}

// refuse records the first invalid claim.
func (d *decoder) refuse(claim, reason string) {
	if d.wrong == nil {
		d.wrong = wrong(claim, reason)
	}
}
