package engine

import (
	"context"
	"errors"
	"strings"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/idtoken"
	"github.com/arbfay/authpi-go/sdk/internal/jwks"
	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

// errUnknownKey is a token whose kid the issuer's newest key set does not have.
var errUnknownKey = errors.New("the token is signed with a key that the issuer does not have")

// origin says who handed in a token, and so what a key ID that the key set does not have may cause.
type origin int

const (
	fromStore  origin = iota // nothing: the token is not needed
	fromCaller               // a fetch within a limit: anybody can forge a key ID
	fromIssuer               // a fetch: the issuer has just sent the token, which is spent if it cannot be verified
)

// verifySignature verifies a token under the issuer's keys, or finds it among the remembered. The error is errUnknownKey, a
// *failure where the keys cannot be had, or one of the protocol parts.
func (e *Engine) verifySignature(
	ctx context.Context, kind tokenKind, token string, set *jwks.Set, from origin,
) (*verified, error) {
	if len(token) > e.config.MaxTokenBytes {
		return nil, errors.New("the token is larger than max_token_bytes")
	}
	id := fingerprintOf(kind, token)
	if known := e.memory.get(id, set); known != nil {
		return known, nil
	}
	result, err := e.verifyAnew(ctx, token, set, from)
	if err == nil {
		e.memory.put(id, result)
	}
	return result, err
}

// verifyAnew verifies a token that is not remembered.
func (e *Engine) verifyAnew(ctx context.Context, token string, set *jwks.Set, from origin) (*verified, error) {
	parsed, err := jws.Parse(token, e.config.MaxTokenBytes)
	if err != nil {
		return nil, err
	}
	candidates := set.Candidates(parsed.Header)
	for latest := from == fromStore; len(candidates) == 0 && !latest; {
		if set, latest, err = e.keys.cache.Refetch(ctx, set, from == fromCaller); err != nil {
			return nil, keysUnavailable(ctx, err)
		}
		candidates = set.Candidates(parsed.Header)
	}
	if len(candidates) == 0 {
		return nil, errUnknownKey
	}
	key, err := verifyUnder(parsed, candidates)
	if err != nil {
		return nil, err
	}
	claims, err := idtoken.Decode(parsed.Payload())
	if err != nil {
		return nil, err
	}
	return &verified{header: parsed.Header, claims: claims, key: key, organizations: organizationsOf(claims)}, nil
}

// verifyUnder returns the first of the keys under which a token's signature is good. There is more than one only where
// the token names none.
func verifyUnder(token *jws.Token, keys []*jws.Key) (*jws.Key, error) {
	var err error
	for _, key := range keys {
		if err = token.Verify(key); err == nil {
			return key, nil
		}
	}
	return nil, err
}

// idTokenFailure gives a defect of an ID token its code. A *failure passes: it is not the token's fault.
func idTokenFailure(err error) *failure {
	var (
		f     *failure
		form  *jws.Error
		claim *idtoken.ClaimError
	)
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, errUnknownKey):
		return unparsable("id_token_signature", err.Error(), "")
	case errors.As(err, &form) && form.Kind == jws.Signature:
		return unparsable("id_token_signature", form.Reason, "")
	case errors.As(err, &claim):
		return unparsable("id_token_claim", claim.Error(), claim.Claim)
	}
	return unparsable("id_token_malformed", err.Error(), "")
}

// idPolicy returns what every ID token of this client must fulfill, its nonce aside.
func (e *Engine) idPolicy() idtoken.IDPolicy {
	return idtoken.IDPolicy{
		Issuer: e.issuer, ClientID: e.config.ClientID, Now: e.now(), Leeway: e.config.Leeway, NonceRule: idtoken.NonceIgnored,
	}
}

// verifyIDToken verifies an ID token and checks it against a policy.
func (e *Engine) verifyIDToken(
	ctx context.Context, token authpi.Secret, set *jwks.Set, from origin, policy idtoken.IDPolicy,
) (*verified, error) {
	v, err := e.verifySignature(ctx, idTokenKind, token.Reveal(), set, from)
	if err != nil {
		return nil, err
	}
	if err := v.claims.CheckIDToken(v.header, policy); err != nil {
		return nil, err
	}
	return v, nil
}

// ownAccessToken returns the verified access token of a set if it is a JWT that was issued to this client for the subject,
// else nil: an access token may be opaque.
func (e *Engine) ownAccessToken(
	ctx context.Context, token authpi.Secret, subject string, set *jwks.Set, from origin,
) *verified {
	if strings.Count(token.Reveal(), ".") != 2 {
		return nil
	}
	if from == fromIssuer && !looksLikeAccessToken(token.Reveal()) {
		from = fromStore
	}
	v, err := e.verifySignature(ctx, accessTokenKind, token.Reveal(), set, from)
	if err != nil {
		return nil
	}
	return e.ours(v, subject)
}

// ours returns a verified access token, which may be nil, if it was issued to this client for the subject, else nil. Its age
// does not matter.
func (e *Engine) ours(v *verified, subject string) *verified {
	if v == nil || v.claims.Subject != subject {
		return nil
	}
	if err := v.checkOwnAccess(e.accessPolicy(nil), e.config.ClientID); err != nil && !outlived(err) {
		return nil
	}
	return v
}

// checkOwnAccess checks an access token that was issued to this client.
func (v *verified) checkOwnAccess(policy idtoken.AccessPolicy, clientID string) error {
	policy.ClientID = clientID
	return v.claims.CheckAccessToken(v.header, policy)
}

// outlived reports whether a token's one defect is its age.
func outlived(err error) bool {
	var claim *idtoken.ClaimError
	return errors.As(err, &claim) && claim.Expired
}

// accessPolicy returns what an access token must fulfill; nil audiences leave its audience unchecked.
func (e *Engine) accessPolicy(audiences []string) idtoken.AccessPolicy {
	return idtoken.AccessPolicy{Issuer: e.issuer, Audiences: audiences, Now: e.now(), Leeway: e.config.Leeway}
}
