package client_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/authpitest"
)

// A token source of x/oauth2 refreshes what expires within ten seconds, and keeps
// the rotated refresh token to itself. With tokens that live five seconds, each
// call is a refresh, and none has to wait.
func TestTokenSourceFollowsRotation(t *testing.T) {
	issuer := authpitest.New(t, nil)
	issuer.AddClient(authpitest.Client{
		ID: "c_brief", Secret: "s", RedirectURIs: []string{callbackURI}, AccessTokenLifetime: 5 * time.Second,
	})
	p := newParty(t, issuer, "c_brief", "s")
	first, firstID := p.login(t, "usr_bob")

	source := p.TokenSource(issuerContext(t, issuer), first)
	seen := map[string]bool{first.RefreshToken: true}
	for range 3 {
		token, err := source.Token()
		require.NoError(t, err)
		assert.False(t, seen[token.RefreshToken], "a refresh token came back")
		seen[token.RefreshToken] = true

		id := p.verify(t, token)
		assert.Equal(t, firstID.Subject, id.Subject)
		assert.Equal(t, firstID.Issuer, id.Issuer)
		assert.Empty(t, id.Nonce, "a refresh has no nonce of its own")
		_, err = p.userInfo(t, token)
		require.NoError(t, err)
	}
	assert.Len(t, seen, 4)
}

func TestRefreshTokenWorksOnce(t *testing.T) {
	issuer := authpitest.New(t, nil)
	p := newParty(t, issuer, "c_web", "web-secret")
	first, _ := p.login(t, "usr_alice")
	second, err := p.refresh(t, first.RefreshToken)
	require.NoError(t, err)

	_, err = p.refresh(t, first.RefreshToken)
	assertRefused(t, err, 400, "invalid_grant")
	_, err = p.refresh(t, second.RefreshToken)
	assertRefused(t, err, 400, "invalid_grant")

	other, _ := p.login(t, "usr_alice")
	_, err = p.refresh(t, other.RefreshToken)
	assert.NoError(t, err, "another login of the same user is another family")
}

func TestRefreshIsRefused(t *testing.T) {
	tests := map[string]struct {
		spoil  func(*authpitest.Issuer)
		status int // AuthPI's own statuses, which x/oauth2 takes as they are
		code   string
	}{
		"expired":         {func(i *authpitest.Issuer) { i.Advance(8 * 24 * time.Hour) }, 401, "session_expired"},
		"session expired": {func(i *authpitest.Issuer) { i.ExpireSessions("usr_alice") }, 401, "session_expired"},
		"user blocked":    {func(i *authpitest.Issuer) { i.SetBlocked("usr_alice", true) }, 403, "user_blocked"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			issuer := authpitest.New(t, nil)
			p := newParty(t, issuer, "c_web", "web-secret")
			token, _ := p.login(t, "usr_alice")
			test.spoil(issuer)
			_, err := p.refresh(t, token.RefreshToken)
			assertRefused(t, err, test.status, test.code)
		})
	}
	t.Run("another client's", func(t *testing.T) {
		issuer := authpitest.New(t, nil)
		token, _ := newParty(t, issuer, "c_web", "web-secret").login(t, "usr_alice")
		_, err := newParty(t, issuer, "c_spa", "").refresh(t, token.RefreshToken)
		assertRefused(t, err, 400, "invalid_grant")
	})
}

func TestRevocation(t *testing.T) {
	issuer := authpitest.New(t, nil)
	p := newParty(t, issuer, "c_web", "web-secret")

	t.Run("access token", func(t *testing.T) {
		token, _ := p.login(t, "usr_alice")
		require.Equal(t, 200, p.revoke(t, token.AccessToken, "access_token"))
		_, err := p.userInfo(t, token)
		require.ErrorContains(t, err, "401")
		_, err = p.refresh(t, token.RefreshToken)
		assert.NoError(t, err, "the refresh token lives on")
	})
	t.Run("refresh token", func(t *testing.T) {
		token, _ := p.login(t, "usr_alice")
		require.Equal(t, 200, p.revoke(t, token.RefreshToken, "refresh_token"))
		_, err := p.refresh(t, token.RefreshToken)
		assertRefused(t, err, 400, "invalid_grant")
		_, err = p.userInfo(t, token)
		require.ErrorContains(t, err, "401", "RFC 7009, section 2.1")
	})
	t.Run("unknown token and wrong hint", func(t *testing.T) {
		token, _ := p.login(t, "usr_alice")
		assert.Equal(t, 200, p.revoke(t, "nothing", "refresh_token"))
		assert.Equal(t, 200, p.revoke(t, token.RefreshToken, "access_token"))
		_, err := p.refresh(t, token.RefreshToken)
		assertRefused(t, err, 400, "invalid_grant")
	})
	t.Run("without the secret", func(t *testing.T) {
		token, _ := p.login(t, "usr_alice")
		other := *p
		other.ClientSecret = "wrong"
		assert.Equal(t, 401, other.revoke(t, token.RefreshToken, "refresh_token"))
	})
}
