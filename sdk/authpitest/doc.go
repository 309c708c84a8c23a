// Package authpitest answers one question: how does a test log somebody in?
//
// It is an AuthPI issuer in memory, on loopback, used as net/http/httptest is:
//
//	issuer := authpitest.New(t, nil)
//	client, err := authpisync.New(issuer.Config())
//	login, err := client.CreateAuthorizationURL([]string{"openid"}, nil)
//	agent, err := client.ExchangeCallback(ctx, issuer.Login(login.URL, "usr_alice"), login, nil)
//
// A new issuer has the principals below. The users and the key belong to the organization
// "org_acme":
//
//	usr_alice  user                 owner, projects:**
//	usr_bob    user                 member, projects:read
//	c_web      confidential client  secret "web-secret"
//	c_spa      public client
//	agt_robot  agent                secret "robot-secret", projects:read, projects:write
//	key_ci     API key              secret "ci-secret", projects:read
//
// Both clients redirect to https://app.example.com/callback, and after a logout to
// https://app.example.com/. An application under test has its own URL: add a client with
// that redirect URI, and pass its ID to [Issuer.ConfigFor].
//
//	app := httptest.NewServer(handler)
//	issuer.AddClient(authpitest.Client{ID: "c_app", RedirectURIs: []string{app.URL + "/callback"}})
//	config := issuer.ConfigFor("c_app")
//
// Users, clients, agents and API keys can be added and replaced at any time. A token
// holds their data as of the moment when it is issued.
//
// The issuer has AuthPI's endpoints, claims, lifetimes and error codes. It is strict:
// redirect URIs must match exactly, a code works once, and reuse of a refresh token
// revokes its whole family. A request that it accepts follows the specifications, and
// AuthPI should reject every request that it rejects. [Issuer.Fail] makes it fail on
// purpose, [Issuer.Advance] moves its clock, and [Issuer.Requests] returns the requests
// that it received.
//
// In a browser, /authorize is a page that lists the users; demos log in there. Use this
// package for tests only. It is not secure: its private signing keys are public, and
// anyone who can open the page can log in as any user.
package authpitest
