// Package authpitest answers one question: how does a test log somebody in?
//
// It is an AuthPI issuer in memory, on loopback, used as net/http/httptest is:
//
//	issuer := authpitest.New(t, nil)
//	client, err := authpisync.New(issuer.Config())
//	login, err := client.CreateAuthorizationURL([]string{"openid"}, nil)
//	agent, err := client.ExchangeCallback(ctx, issuer.Login(login.URL, "usr_alice"), login, nil)
//
// A new issuer knows these, the users and the key in the organization "org_acme":
//
//	usr_alice  user                 owner, projects:**
//	usr_bob    user                 member, projects:read
//	c_web      confidential client  secret "web-secret"
//	c_spa      public client
//	agt_robot  agent                secret "robot-secret", projects:read, projects:write
//	key_ci     API key              secret "ci-secret", projects:read
//
// Both clients send users back to https://app.example.com/callback, and after a logout
// to https://app.example.com/. An application under test has a URL of its own: add a
// client that knows it, and name that client in the configuration.
//
//	app := httptest.NewServer(handler)
//	issuer.AddClient(authpitest.Client{ID: "c_app", RedirectURIs: []string{app.URL + "/callback"}})
//	config := issuer.ConfigFor("c_app")
//
// Users, clients and the rest are added and replaced at any time; what a token says is
// read when it is issued.
//
// The issuer has AuthPI's endpoints, claims, lifetimes and error codes, and it is
// strict: a redirect URI matches exactly or not at all, a code works once, a
// refresh token that comes back ends its whole family. A request that it accepts
// follows the specifications; a request that it refuses, AuthPI should refuse too.
// [Issuer.Fail] makes it fail on purpose, [Issuer.Advance] moves its clock, and
// [Issuer.Requests] tells what it was asked.
//
// For a person, /authorize is a page that lists the users: that is how a demo logs
// in. Nothing here is secret and nothing here is safe: the signing keys are
// published, and whoever reaches the page may be anybody. It is for tests.
package authpitest
