package engine

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/idtoken"
	"github.com/arbfay/authpi-go/sdk/internal/jwks"
	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

// keyLag is how long the published keys may lag behind the key that the issuer signs with.
const keyLag = 5 * time.Minute

// keyError reports a token that verifies under none of the issuer's published keys.
type keyError struct {
	reason string
	absent bool // the key set has no usable key for the token, so that nothing is known about its signature
}

// Error returns the reason.
func (k *keyError) Error() string { return k.reason }

// origin says where a token comes from, and so what may be done where its key is not known.
type origin int

const (
	optional   origin = iota // nothing: the token is not needed
	fromStore                // a fetch within a limit; a token that was issued long ago needs none to be judged
	fromCaller               // a fetch within a limit: anybody can forge a key ID
	fromIssuer               // a fetch: the issuer has just sent the token, and sends it only once
)

// verifySignature verifies a token under the issuer's keys, or finds it among the remembered. The error is a *keyError, a
// *failure where the keys cannot be fetched, or one of the protocol parts.
func (e *Engine) verifySignature(
	ctx context.Context, kind tokenKind, token string, set *jwks.Set, from origin,
) (*verified, error) {
	if len(token) > e.config.MaxTokenBytes {
		return nil, errors.New("the token is larger than MaxTokenBytes")
	}
	id := fingerprintOf(kind, token)
	if known := e.memory.get(id, set); known != nil {
		return known, nil
	}
	parsed, err := jws.Parse(token, e.config.MaxTokenBytes)
	if err != nil {
		return nil, err
	}
	result, err := e.verifyAnew(ctx, parsed, set, from)
	if err == nil {
		e.memory.put(id, result, result.footprint(token))
	}
	return result, err
}

// verifyAnew verifies a token that is not remembered.
func (e *Engine) verifyAnew(ctx context.Context, parsed *jws.Token, set *jwks.Set, from origin) (*verified, error) {
	key, fault := verifyUnder(parsed, set)
	for latest := false; fault != nil && !latest && fault.mayPass(from); {
		var err error
		set, latest, err = e.keys.cache.Refetch(ctx, set, from != fromIssuer)
		if errors.Is(err, jwks.ErrTooSoon) && from == fromStore && e.published(parsed) {
			break
		}
		if err != nil {
			return nil, e.keysUnavailable(ctx, err)
		}
		key, fault = verifyUnder(parsed, set)
	}
	if fault != nil {
		return nil, fault
	}
	claims, err := idtoken.Decode(parsed.Payload())
	if err != nil {
		return nil, err
	}
	return &verified{header: parsed.Header, claims: claims, key: key, organizations: organizationsOf(claims)}, nil
}

// mayPass reports whether newer keys are worth a fetch. A wrong signature under a known key is one only where the issuer
// itself has just sent the token: it may have replaced the key under the same ID.
func (k *keyError) mayPass(from origin) bool {
	return from == fromIssuer || k.absent && from != optional
}

// published reports whether the key of a stored token was published when the keys were last fetched, which was less than 10 s
// ago, if it ever was. Without this rule, each session under a withdrawn key would wait for a fetch of its own. The time in
// the token is unverified; a false one costs a refresh, or a login.
func (e *Engine) published(token *jws.Token) bool {
	claims, err := idtoken.Decode(token.UnverifiedPayload())
	return err == nil && e.now().Sub(claims.IssuedAt) > keyLag
}

// verifyUnder returns the first key of a set under which a token's signature is good. There is more than one candidate only
// where the token names no key.
func verifyUnder(token *jws.Token, set *jwks.Set) (*jws.Key, *keyError) {
	candidates := set.Candidates(token.Header)
	if len(candidates) == 0 {
		if why := set.Defect(token.Header); why != "" {
			return nil, &keyError{"the token is signed with a key of the issuer that cannot be used: " + why, true}
		}
		return nil, &keyError{"the token is signed with a key that the issuer does not publish", true}
	}
	for _, key := range candidates {
		if token.Verify(key) == nil {
			return key, nil
		}
	}
	return nil, &keyError{"the token's signature is wrong", false}
}

// idTokenFailure gives a defect of an ID token its code. A *failure passes: it is not the token's fault.
func idTokenFailure(err error) *failure {
	var (
		f     *failure
		key   *keyError
		form  *jws.Error
		claim *idtoken.ClaimError
	)
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &key):
		return unparsable("id_token_signature", key.reason, "")
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
	return e.ours(e.accessJWT(ctx, token, set, from), subject)
}

// accessJWT returns an access token that is a JWT with a good signature, else nil.
func (e *Engine) accessJWT(ctx context.Context, token authpi.Secret, set *jwks.Set, from origin) *verified {
	if strings.Count(token.Reveal(), ".") != 2 {
		return nil
	}
	if from == fromIssuer && !looksLikeAccessToken(token.Reveal()) {
		from = optional
	}
	v, err := e.verifySignature(ctx, accessTokenKind, token.Reveal(), set, from)
	if err != nil {
		return nil
	}
	return v
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
