package verdict_test

import (
	"context"
	"crypto"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/interop/internal/flavor"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

// The names of the oracles, as the tables have them.
const (
	goOIDC    = "go-oidc"
	golangJWT = "golang-jwt"
	both      = goOIDC + " " + golangJWT
	neither   = ""
)

// What the SDK says of a bad ID token.
const (
	malformed    = "id_token_malformed"
	badSignature = "id_token_signature"
	badClaim     = "id_token_claim " // and the claim's name
)

// ruling is a row of a table: what everybody is expected to say of one token.
type ruling struct {
	// sdk is the error code, and the claim where there is one; empty where the SDK accepts.
	sdk string
	// momentary marks a refusal that is of the login's moment: the token passes in a stored session.
	momentary bool
	// oracles are those that accept.
	oracles string
	// why tells the reason for each difference between the SDK and an oracle.
	why string
}

// verdict is what everybody says of one token.
type verdict struct {
	fresh, stored string   // the SDK, asked with a code and with a stored session
	oracles       []string // which accept the token
	signatures    []string // which accept the signature, whatever the claims say
	subjects      []string // as the SDK read it, and golang-jwt by exact name
}

// assertRuling asks everybody about a token. That nobody signs for the SDK is no row's
// choice: what it accepts, both oracles find well signed.
func (p *panel) assertRuling(t *testing.T, token string, want ruling) {
	t.Helper()
	v := p.ask(t, token)
	assert.Equal(t, want.sdk, v.fresh, "the SDK, with a code")
	stored := want.sdk
	if want.momentary {
		stored = ""
	}
	assert.Equal(t, stored, v.stored, "the SDK, with a stored session")
	assert.Equal(t, want.oracles, strings.Join(v.oracles, " "), "the oracles")

	differ := v.fresh == "" && len(v.oracles) < 2 || v.fresh != "" && len(v.oracles) > 0
	assert.Equal(t, differ, want.why != "", "a reason belongs to a difference, and to nothing else")
	if v.stored == "" {
		assert.Equal(t, both, strings.Join(v.signatures, " "), "the SDK accepts a signature that an oracle does not")
		assert.Equal(t, v.subjects[1], v.subjects[0], "the SDK and golang-jwt read different subjects")
	}
}

// panel is the SDK and the oracles, all of the same issuer.
type panel struct {
	issuer   *issuer
	client   flavor.Client
	keys     []publicKey
	verifier *oidc.IDTokenVerifier
	keySet   oidc.KeySet // go-oidc's, without its checks of claims
}

// publicKey is a key whose signatures are good.
type publicKey struct {
	id  string
	key crypto.PublicKey
}

func publicKeys(keys ...*mint.Key) []publicKey {
	var public []publicKey
	for _, key := range keys {
		public = append(public, publicKey{key.ID, key.Public()})
	}
	return public
}

// newPanel makes a client of the issuer and lets go-oidc discover it. golang-jwt,
// which reads no JWK Set, is told the keys.
func newPanel(t *testing.T, i *issuer, open flavor.Open, keys []publicKey) *panel {
	t.Helper()
	ctx := oidc.ClientContext(t.Context(), i.http)
	provider, err := oidc.NewProvider(ctx, i.url)
	require.NoError(t, err)
	return &panel{
		issuer: i, keys: keys,
		client:   open(t, i.config()),
		verifier: provider.Verifier(&oidc.Config{ClientID: clientID, Now: now}),
		keySet:   oidc.NewRemoteKeySet(ctx, i.url+"/jwks.json"),
	}
}

func (p *panel) ask(t *testing.T, token string) verdict {
	t.Helper()
	var v verdict
	tokens := &authpi.TokenSet{AccessToken: authpi.NewSecret(accessToken), IDToken: authpi.NewSecret(token)}
	stored, err := p.client.CreateAgent(t.Context(), tokens, nil)
	v.stored = refusal(t, err)
	fresh, err := p.client.ExchangeCode(t.Context(), authpi.NewSecret(p.issuer.code(token)),
		authpi.NewSecret(strings.Repeat("v", 43)), &authpi.ExchangeCodeOptions{Nonce: nonce})
	v.fresh = refusal(t, err)
	v.subjects = make([]string, 2)
	if v.stored == "" {
		v.subjects[0] = stored.ID()
	}
	if v.fresh == "" {
		assert.Equal(t, v.subjects[0], fresh.ID(), "good once, good for ever")
	}
	p.askGoOIDC(t.Context(), token, &v)
	p.askGolangJWT(token, &v)
	return v
}

// refusal is the code of an error, with the claim where there is one.
func refusal(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var refused *authpi.OAuthError
	require.ErrorAs(t, err, &refused)
	if unreadable := (*authpi.TokenParseError)(nil); errors.As(err, &unreadable) && unreadable.Claim != "" {
		return refused.Code + " " + unreadable.Claim
	}
	return refused.Code
}

// askGoOIDC verifies as go-oidc's users are told to, the nonce included.
func (p *panel) askGoOIDC(ctx context.Context, token string, v *verdict) {
	if _, err := p.keySet.VerifySignature(ctx, token); err == nil {
		v.signatures = append(v.signatures, goOIDC)
	}
	if id, err := p.verifier.Verify(ctx, token); err == nil && id.Nonce == nonce {
		v.oracles = append(v.oracles, goOIDC)
	}
}

// askGolangJWT verifies with every check that golang-jwt offers, and the leeway of the
// SDK.
func (p *panel) askGolangJWT(token string, v *verdict) {
	parsed, err := jwt.Parse(token, p.keyFunc, jwt.WithIssuer(p.issuer.url), jwt.WithAudience(clientID),
		jwt.WithTimeFunc(now), jwt.WithLeeway(time.Minute), jwt.WithExpirationRequired(), jwt.WithIssuedAt())
	if err == nil && parsed.Claims.(jwt.MapClaims)["nonce"] == nonce {
		v.oracles = append(v.oracles, golangJWT)
	}
	parsed, err = jwt.Parse(token, p.keyFunc, jwt.WithoutClaimsValidation())
	if err == nil {
		v.signatures = append(v.signatures, golangJWT)
		v.subjects[1], _ = parsed.Claims.(jwt.MapClaims)["sub"].(string)
	}
}

// keyFunc finds the keys of a token: those of its kid, or all where it has none.
func (p *panel) keyFunc(token *jwt.Token) (any, error) {
	var set jwt.VerificationKeySet
	for _, key := range p.keys {
		if id, named := token.Header["kid"]; !named || id == key.id {
			set.Keys = append(set.Keys, jwt.VerificationKey(key.key))
		}
	}
	if len(set.Keys) == 0 {
		return nil, errors.New("no such key")
	}
	return set, nil
}
