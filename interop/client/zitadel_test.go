package client_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/client/rs"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"

	"github.com/arbfay/authpi-go/sdk/authpitest"
)

// expectedNonce is the context key under which a test tells zitadel's verifier
// what nonce to expect: it compares one with every ID token, a refreshed one's too.
type expectedNonce struct{}

// TestZitadelRelyingParty runs one session through the relying party of
// zitadel/oidc, which checks azp, iat, nonce and at_hash where go-oidc does not, and
// has calls of its own for revocation, introspection and logout.
func TestZitadelRelyingParty(t *testing.T) {
	for _, algorithm := range []string{"ES256", "RS256", "EdDSA"} {
		for name, style := range map[string]oauth2.AuthStyle{
			"basic": oauth2.AuthStyleInHeader, "client_secret_post": oauth2.AuthStyleInParams,
		} {
			t.Run(algorithm+"/"+name, func(t *testing.T) {
				issuer := authpitest.New(t, nil)
				issuer.AddClient(authpitest.Client{
					ID: "c_any", Secret: "s p", SigningAlgorithm: algorithm,
					RedirectURIs: []string{callbackURI}, LogoutRedirectURIs: []string{"https://app.example.com/"},
				})
				runZitadelSession(t, issuer, newZitadelParty(t, issuer, style))
			})
		}
	}
}

func newZitadelParty(t *testing.T, issuer *authpitest.Issuer, style oauth2.AuthStyle) rp.RelyingParty {
	t.Helper()
	nonce := func(ctx context.Context) string {
		value, _ := ctx.Value(expectedNonce{}).(string)
		return value
	}
	party, err := rp.NewRelyingPartyOIDC(t.Context(), issuer.URL(), "c_any", "s p", callbackURI,
		[]string{"openid", "profile", "email"}, rp.WithHTTPClient(issuer.Client()), rp.WithAuthStyle(style),
		rp.WithSigningAlgsFromDiscovery(), rp.WithVerifierOpts(rp.WithNonce(nonce)))
	require.NoError(t, err)
	return party
}

func runZitadelSession(t *testing.T, issuer *authpitest.Issuer, party rp.RelyingParty) {
	t.Helper()
	ctx := t.Context()
	verifier := oauth2.GenerateVerifier()
	login := rp.AuthURL("state-1", party, rp.WithCodeChallenge(oauth2.S256ChallengeFromVerifier(verifier)),
		func() []oauth2.AuthCodeOption {
			return []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("nonce", "nonce-1")}
		})
	callback := parameters(t, issuer.Login(login, "usr_alice"))
	first, err := rp.CodeExchange[*oidc.IDTokenClaims](context.WithValue(ctx, expectedNonce{}, "nonce-1"),
		callback.Get("code"), party, rp.WithCodeVerifier(verifier))
	require.NoError(t, err)
	assert.Equal(t, "usr_alice", first.IDTokenClaims.Subject)
	assert.Equal(t, "alice@example.com", first.IDTokenClaims.Email)
	assert.NotEmpty(t, first.IDTokenClaims.AccessTokenHash)

	second, err := rp.RefreshTokens[*oidc.IDTokenClaims](ctx, party, first.RefreshToken, "", "")
	require.NoError(t, err)
	assert.NotEqual(t, first.RefreshToken, second.RefreshToken)
	assert.Equal(t, "usr_alice", second.IDTokenClaims.Subject)

	profile, err := rp.Userinfo[*oidc.UserInfo](ctx, second.AccessToken, second.TokenType, "usr_alice", party)
	require.NoError(t, err)
	assert.Equal(t, "alice@example.com", profile.Email)

	require.True(t, introspect(t, issuer, second.AccessToken).Active)
	require.NoError(t, rp.RevokeToken(ctx, party, second.RefreshToken, "refresh_token"))
	_, err = rp.RefreshTokens[*oidc.IDTokenClaims](ctx, party, second.RefreshToken, "", "")
	require.ErrorContains(t, err, "invalid_grant")
	assert.Equal(t, map[string]any{"active": false}, introspect(t, issuer, second.AccessToken).Claims, "and nothing more")

	after, err := rp.EndSession(ctx, party, second.IDToken, "https://app.example.com/", "state-2", "", nil)
	require.NoError(t, err)
	require.NotNil(t, after)
	assert.Equal(t, "https://app.example.com/?state=state-2", after.String())
}

// introspect asks as zitadel's resource server does (RFC 7662), always with Basic.
func introspect(t *testing.T, issuer *authpitest.Issuer, token string) *oidc.IntrospectionResponse {
	t.Helper()
	server, err := rs.NewResourceServerClientCredentials(t.Context(), issuer.URL(), "c_any", "s p", rs.WithClient(issuer.Client()))
	require.NoError(t, err)
	state, err := rs.Introspect[*oidc.IntrospectionResponse](t.Context(), server, token)
	require.NoError(t, err)
	if state.Active {
		assert.Equal(t, "usr_alice", state.Subject)
		assert.Equal(t, "c_any", state.ClientID)
		assert.Equal(t, oidc.SpaceDelimitedArray{"openid", "profile", "email"}, state.Scope)
	}
	return state
}
