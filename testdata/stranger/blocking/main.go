// Command blocking is what a stranger writes first: a login, an access question, a refresh, a revocation and a logout.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/authpitest"
	authpisync "github.com/arbfay/authpi-go/sdk/sync"
)

func main() {
	issuer, err := authpitest.NewIssuer(nil)
	check(err)
	defer issuer.Close()
	ctx := context.Background()
	idp, err := authpisync.New(issuer.Config())
	check(err)
	defer func() { check(idp.Close(ctx)) }()

	login, err := idp.CreateAuthorizationURL([]string{"openid", "offline_access"}, nil)
	check(err)
	agent, err := idp.ExchangeCallback(ctx, issuer.Login(login.URL, "usr_alice"), login, nil)
	check(err)
	fmt.Println(agent.ID(), "is owner:", agent.IsOwnerOf("org_acme"))

	issuer.Advance(time.Hour)
	var stored *authpi.TokenSet
	again, err := idp.CreateAgent(ctx, agent.Tokens(), &authpi.CreateAgentOptions{
		OnRefresh: func(_ context.Context, tokens *authpi.TokenSet) error { stored = tokens; return nil },
	})
	check(err)
	fmt.Println("refreshed:", stored.AccessToken.Reveal() != agent.Tokens().AccessToken.Reveal(), "expired:", again.IsExpired())

	check(idp.RevokeToken(ctx, stored.RefreshToken, &authpi.RevokeTokenOptions{Hint: authpi.TokenTypeHintRefreshToken}))
	_, err = idp.Refresh(ctx, again, nil)
	fmt.Println("after revocation:", err != nil)
	logout, err := idp.CreateLogoutURL(&authpi.CreateLogoutURLOptions{IDTokenHint: stored.IDToken})
	check(err)
	fmt.Println("logout:", logout != "")
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
