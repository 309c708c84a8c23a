package authpitest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/arbfay/authpi-go/sdk/authpitest"
)

// alice logs usr_alice in and returns the claims of her ID token.
func (f foreign) alice(changes ...string) map[string]any {
	f.t.Helper()
	_, claims := verify(f.t, f.issuer, f.tokens("usr_alice", changes...).str("id_token"))
	return claims
}

func TestACRIsTheSessions(t *testing.T) {
	issuer := authpitest.New(t, nil)
	client := web(t, issuer)
	assert.NotContains(t, client.alice(), "acr", "none was requested")
	assert.Equal(t, "login_required", client.login("usr_alice", "prompt", "none", "acr_values", "urn:mfa").Get("error"),
		"prompt=none cannot step up")

	assert.Equal(t, "urn:mfa", client.alice("acr_values", "urn:mfa urn:pwd")["acr"], "the first one requested")
	assert.Equal(t, "urn:mfa", client.alice("prompt", "none", "acr_values", "urn:pwd urn:mfa")["acr"])
	assert.Equal(t, "urn:mfa", client.alice("prompt", "none")["acr"], "sent without being requested")
	assert.Equal(t, "login_required", client.login("usr_alice", "prompt", "none", "acr_values", "urn:pwd").Get("error"))
	assert.NotContains(t, client.alice("prompt", "login"), "acr", "a login without acr_values steps down")
}

func TestACRSurvivesARefresh(t *testing.T) {
	issuer := authpitest.New(t, nil)
	client := web(t, issuer)
	first := client.tokens("usr_alice", "acr_values", "urn:mfa")
	client.tokens("usr_alice", "prompt", "login")
	_, claims := verify(t, issuer, client.refresh(first.str("refresh_token")).str("id_token"))
	assert.Equal(t, "urn:mfa", claims["acr"], "the acr of the login")
}

func TestStepUpOnThePage(t *testing.T) {
	issuer := authpitest.New(t, nil)
	b := newBrowser(t, web(t, issuer))
	b.choose(b.open(b.authorizeURL()), "usr_alice")
	page := b.open(b.authorizeURL("acr_values", "urn:mfa"))
	assert.Equal(t, 200, page.status, "the user is asked")
	back := query(t, b.choose(page, "usr_alice").header.Get("Location"))
	_, claims := verify(t, issuer, b.post("/token", b.codeForm(back.Get("code"))).str("id_token"))
	assert.Equal(t, "urn:mfa", claims["acr"])
	assert.Equal(t, 303, b.open(b.authorizeURL("acr_values", "urn:mfa")).status, "once")
}

func TestMaxAgeZeroIsALogin(t *testing.T) {
	issuer := fixed(t, authpitest.Options{})
	b := newBrowser(t, web(t, issuer))
	b.choose(b.open(b.authorizeURL()), "usr_alice")
	assert.Equal(t, 303, b.open(b.authorizeURL("max_age", "1")).status)
	assert.Equal(t, 200, b.open(b.authorizeURL("max_age", "0")).status, "even within the second of the login")

	b.login("usr_alice")
	assert.Equal(t, "login_required", b.login("usr_alice", "prompt", "none", "max_age", "0").Get("error"))
}

func TestConsentIsNoLogin(t *testing.T) {
	for _, prompt := range []string{"consent", "select_account", "consent select_account"} {
		t.Run(prompt, func(t *testing.T) {
			issuer := fixed(t, authpitest.Options{})
			b := newBrowser(t, web(t, issuer))
			login := b.alice()["auth_time"]
			b.choose(b.open(b.authorizeURL()), "usr_alice")
			issuer.Advance(time.Minute)

			page := b.open(b.authorizeURL("prompt", prompt))
			assert.Equal(t, 200, page.status, "the user is asked anyway")
			back := query(t, b.choose(page, "usr_alice").header.Get("Location"))
			_, claims := verify(t, issuer, b.post("/token", b.codeForm(back.Get("code"))).str("id_token"))
			assert.Equal(t, login, claims["auth_time"])
			back = query(t, b.choose(page, "usr_bob").header.Get("Location"))
			_, claims = verify(t, issuer, b.post("/token", b.codeForm(back.Get("code"))).str("id_token"))
			assert.Equal(t, "usr_bob", claims["sub"])
			assert.NotEqual(t, login, claims["auth_time"], "another user logs in")

			assert.Equal(t, login, b.alice("prompt", prompt)["auth_time"])
			assert.NotEqual(t, login, b.alice("prompt", prompt+" login")["auth_time"])
		})
	}
}

func TestIDTokenHintNamesTheUser(t *testing.T) {
	issuer := authpitest.New(t, nil)
	client := web(t, issuer)
	alice, bob := client.tokens("usr_alice").str("id_token"), client.tokens("usr_bob").str("id_token")
	silent := func(hint string) string {
		return client.login("usr_alice", "prompt", "none", "id_token_hint", hint).Get("error")
	}
	assert.Empty(t, silent(alice))
	assert.Equal(t, "login_required", silent(bob))
	assert.Equal(t, "invalid_request", silent(alice+"A"))
	issuer.Advance(time.Hour)
	assert.Empty(t, silent(alice), "an expired hint is accepted")

	b := newBrowser(t, client)
	b.choose(b.open(b.authorizeURL()), "usr_alice")
	page := b.open(b.authorizeURL("id_token_hint", bob))
	assert.Equal(t, 200, page.status, "bob has to log in")
	assert.Equal(t, "login_required", query(t, b.choose(page, "usr_alice").header.Get("Location")).Get("error"))
	assert.NotEmpty(t, query(t, b.choose(page, "usr_bob").header.Get("Location")).Get("code"))
}
