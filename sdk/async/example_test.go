package authpiasync_test

import (
	"context"
	"fmt"
	"log"

	authpiasync "github.com/arbfay/authpi-go/sdk/async"
	"github.com/arbfay/authpi-go/sdk/authpitest"
)

// Run two calls at the same time.
func Example() {
	issuer, err := authpitest.NewIssuer(nil) // stands in for AuthPI
	if err != nil {
		log.Fatal(err)
	}
	defer issuer.Close()
	ctx := context.Background()
	idp, err := authpiasync.New(issuer.Config())
	if err != nil {
		fmt.Println(err)
		return
	}
	login, err := idp.CreateAuthorizationURL([]string{"openid", "email"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	agent, err := idp.ExchangeCallback(ctx, issuer.Login(login.URL, "usr_alice"), login, nil).Await(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}

	profile := idp.GetUserInfo(ctx, agent, nil)
	session := idp.CreateAgent(ctx, agent.Tokens(), nil)
	if err := authpiasync.All(ctx, profile, session); err != nil {
		fmt.Println(err)
		return
	}
	user, _ := profile.Await(ctx) // returns immediately
	fmt.Println(user.Subject)
	// Output: usr_alice
}
