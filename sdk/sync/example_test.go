package authpisync_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/authpitest"
	authpisync "github.com/arbfay/authpi-go/sdk/sync"
)

// A login, from the URL that the browser is sent to until the agent that answers access questions.
func Example() {
	issuer, err := authpitest.NewIssuer(nil) // in place of AuthPI
	if err != nil {
		log.Fatal(err)
	}
	defer issuer.Close()
	ctx := context.Background()

	idp, err := authpisync.New(issuer.Config())
	if err != nil {
		fmt.Println(err)
		return
	}
	login, err := idp.CreateAuthorizationURL([]string{"openid", "email"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	callbackURL := issuer.Login(login.URL, "usr_alice") // the browser's part
	agent, err := idp.ExchangeCallback(ctx, callbackURL, login, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(agent.ID(), agent.Type(), agent.IsOwnerOf("org_acme"))
	// Output: usr_alice user true
}

// A session that is refreshed because its access token has expired.
func ExampleClient_CreateAgent() {
	issuer, err := authpitest.NewIssuer(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer issuer.Close()
	ctx := context.Background()
	idp, err := authpisync.New(issuer.Config())
	if err != nil {
		fmt.Println(err)
		return
	}
	stored := logIn(ctx, idp, issuer)

	issuer.Advance(2 * time.Hour)
	agent, err := idp.CreateAgent(ctx, stored, &authpi.CreateAgentOptions{
		OnRefresh: func(_ context.Context, tokens *authpi.TokenSet) error {
			stored = tokens
			fmt.Println("stored:", tokens.RefreshToken)
			return nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("expired:", agent.IsExpired())
	// Output:
	// stored: [redacted]
	// expired: false
}

// What an API does with the token of a request.
func ExampleClient_VerifyAccessToken() {
	issuer, err := authpitest.NewIssuer(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer issuer.Close()
	ctx := context.Background()
	idp, err := authpisync.New(issuer.Config())
	if err != nil {
		fmt.Println(err)
		return
	}
	bearer := logIn(ctx, idp, issuer).AccessToken

	agent, err := idp.VerifyAccessToken(ctx, bearer, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(agent.ID(), agent.IsMemberOf("org_acme"))

	_, err = idp.VerifyAccessToken(ctx, bearer, &authpi.VerifyAccessTokenOptions{Scopes: []string{"reports:read"}})
	var lacking *authpi.InsufficientScopeError
	fmt.Println(errors.As(err, &lacking))
	// Output:
	// usr_alice true
	// true
}

func logIn(ctx context.Context, idp *authpisync.Client, issuer *authpitest.Issuer) *authpi.TokenSet {
	login, err := idp.CreateAuthorizationURL([]string{"openid"}, nil)
	if err != nil {
		log.Fatal(err)
	}
	agent, err := idp.ExchangeCallback(ctx, issuer.Login(login.URL, "usr_alice"), login, nil)
	if err != nil {
		log.Fatal(err)
	}
	return agent.Tokens()
}
