package authpitest_test

import (
	"fmt"
	"net/url"

	"github.com/arbfay/authpi-go/sdk/authpitest"
)

func Example() {
	issuer, err := authpitest.NewIssuer(nil) // in a test: issuer := authpitest.New(t, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer issuer.Close()

	// An application gets this URL from its client.
	request := issuer.URL() + "/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {"c_web"}, "scope": {"openid"}, "state": {"xyz"},
		"redirect_uri": {"https://app.example.com/callback"},
	}.Encode()

	callback, err := url.Parse(issuer.Login(request, "usr_alice"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(callback.Host, callback.Query().Get("state"), callback.Query().Has("code"))
	// Output: app.example.com xyz true
}

// An API under test gets an access token without any login.
func ExampleIssuer_AccessToken() {
	issuer, err := authpitest.NewIssuer(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer issuer.Close()

	token := issuer.AccessToken("usr_bob", &authpitest.AccessTokenOptions{
		Resources: []string{"https://api.example.com"},
	})
	fmt.Println(len(token) > 0)
	// Output: true
}
