// Package authpitest answers one question: how does a test log somebody in?
//
// It is an AuthPI issuer in memory, on loopback, used as net/http/httptest is:
//
//	issuer := authpitest.New(t, nil)
//	client, err := authpisync.New(issuer.Config())
//	login, err := client.CreateAuthorizationURL([]string{"openid"}, nil)
//	agent, err := client.ExchangeCallback(ctx, issuer.Login(login.URL, "usr_alice"), login, nil)
//
// A new issuer knows the users "usr_alice" (owner of "org_acme") and "usr_bob" (a
// member of it), the confidential client "c_web", the public client "c_spa", the
// agent "agt_robot" and the API key "key_ci". Users, clients and the rest are
// added and replaced at any time; what a token says is read when it is issued.
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
