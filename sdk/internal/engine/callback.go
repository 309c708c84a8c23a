package engine

import (
	"context"
	"crypto/subtle"
	"net/url"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/sdk/authpi"
)

// responseParameters are the members of a callback that the SDK judges. The application's own may repeat.
var responseParameters = [...]string{"state", "code", "error", "error_description", "iss", "response"}

// maxCallback is the size of the longest callback that is read. Servers accept URLs of a few KiB, but the body of a form post
// can have any size.
const maxCallback = 64 << 10 // 64 KiB

// callback is what an authorization response says.
type callback struct {
	state, code, issuer string
	err, description    string // bounded; err is as it came, and only a well-formed one may be shown as it is

	named bool // whether there is an issuer at all
}

// readCallback reads the query of a callback's URL, a bare query, or the body of a form post.
func readCallback(link string) (*callback, *failure) {
	if len(link) > maxCallback {
		return nil, invalidCallback("the callback is longer than 64 KiB")
	}
	query, f := callbackQuery(link)
	if f != nil {
		return nil, f
	}
	values, f := responseValues(query)
	if f != nil {
		return nil, f
	}
	return &callback{
		state: values.Get("state"), code: values.Get("code"), err: cut(values.Get("error"), maxCode),
		description: bounded(values.Get("error_description"), maxDescription), issuer: values.Get("iss"), named: values.Has("iss"),
	}, nil
}

// callbackQuery returns the query of a callback. A string that is neither a path nor has a scheme is a query itself if it
// has a "=" before any "?".
func callbackQuery(link string) (string, *failure) {
	link, _, _ = strings.Cut(link, "#")
	before, query, found := strings.Cut(link, "?")
	name, _, pair := strings.Cut(before, "=")
	if pair && !strings.HasPrefix(name, "/") && !strings.Contains(name, ":") { // a scheme ends in a colon
		return link, nil
	}
	if !found {
		return "", invalidCallback("the callback has no query; pass the URL that the browser requested, or the body of the form post")
	}
	return query, nil
}

// responseValues returns the response parameters of a query. Other parameters belong to the application and are ignored, even
// if they cannot be decoded.
func responseValues(query string) (url.Values, *failure) {
	values := url.Values{}
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil || !slices.Contains(responseParameters[:], name) {
			continue
		}
		read, err := url.ParseQuery(pair) // which also refuses a semicolon: other readers end a pair there
		if err != nil {
			return nil, invalidCallback("the callback's parameter " + name + " cannot be decoded")
		}
		if values.Has(name) {
			return nil, invalidCallback("the callback has the parameter " + name + " twice")
		}
		values.Set(name, read.Get(name))
	}
	return values, nil
}

func invalidCallback(description string) *failure {
	return authorizationFailure("invalid_callback", description)
}

func authorizationFailure(code, description string) *failure {
	f := failed(code, description)
	f.base.Source = authpi.ErrorSourceAuthorization
	return f
}

// checkRecord holds the record of a login against the client, without any I/O.
func (e *Engine) checkRecord(c *callback, login *authpi.AuthorizationURL) *failure {
	if login == nil || login.Version != recordVersion || login.State == "" || login.Nonce == "" || login.CodeVerifier.IsZero() {
		return misconfigured("invalid_argument", "pass the record that CreateAuthorizationURL made for this login")
	}
	age := e.now().Sub(login.CreatedAt)
	switch {
	case subtle.ConstantTimeCompare([]byte(c.state), []byte(login.State)) != 1:
		return stateMismatch(c)
	case e.config.LoginMaxAge > 0 && age > e.config.LoginMaxAge || age < -e.config.Leeway:
		return authorizationFailure("login_expired", "the login took too long; start a new one")
	case login.Issuer != e.issuer:
		return authorizationFailure("issuer_mismatch",
			"the login was started with the issuer "+quote(login.Issuer)+", this client's is "+quote(e.issuer))
	case login.ClientID != e.config.ClientID:
		return authorizationFailure("issuer_mismatch",
			"the login was started by the client "+quote(login.ClientID)+", this one is "+quote(e.config.ClientID))
	}
	return nil
}

// stateMismatch returns the failure of a callback of another login. It quotes the callback's error, which is often the reason
// for the missing state. Anybody can have written it.
func stateMismatch(c *callback) *failure {
	description := "the callback does not belong to this login; start a new one"
	if c.err != "" {
		description += " (the callback also has the unverified error " + quote(c.err) + ")"
	}
	return authorizationFailure("state_mismatch", description)
}

// checkAnswer holds a callback against the metadata and returns its code. It comes after the checks of the record, and the
// issuer's comes before error and code: RFC 9207, section 2.4.
func (e *Engine) checkAnswer(c *callback, login *authpi.AuthorizationURL, m *metadata) (code string, f *failure) {
	endpoint, f := e.endpointNow(endpointAuthorization)
	if f != nil {
		return "", f
	}
	promised := m.promisesIssuer()
	switch {
	case endpoint != login.AuthorizationEndpoint:
		return "", misconfigured("endpoint_mismatch", "the login was started at "+quote(login.AuthorizationEndpoint)+
			", the metadata names "+quote(endpoint)+"; call Discover before the first login")
	case c.issuer != e.issuer && (c.named || promised):
		return "", authorizationFailure("issuer_mismatch",
			"the callback names the issuer "+quote(c.issuer)+", expected "+quote(e.issuer))
	case c.err != "" && !isErrorCode(c.err):
		return "", invalidCallback("the callback has a malformed error code")
	case c.err != "":
		return "", refused(authpi.OAuthError{
			Code: c.err, Description: c.description, Source: authpi.ErrorSourceAuthorization,
			Temporary: c.err == "server_error" || c.err == "temporarily_unavailable", // RFC 6749, section 4.1.2.1
		})
	case c.code == "":
		return "", invalidCallback("the callback has neither code nor error")
	}
	return c.code, nil
}

// ExchangeCallback checks a callback against the login that it answers and exchanges its code.
func (e *Engine) ExchangeCallback(
	ctx context.Context, callbackURL string, login *authpi.AuthorizationURL, _ *authpi.ExchangeCallbackOptions,
) (*authpi.Agent, error) {
	ctx, span := e.begin(ctx, "exchange_callback")
	agent, f := e.finishLogin(ctx, callbackURL, login)
	if f != nil {
		return nil, span.end(f)
	}
	return agent, span.end(nil)
}

func (e *Engine) finishLogin(ctx context.Context, link string, login *authpi.AuthorizationURL) (*authpi.Agent, *failure) {
	c, f := readCallback(link)
	if f != nil {
		return nil, f
	}
	if f := e.checkRecord(c, login); f != nil {
		return nil, f
	}
	m, f := e.neededMetadata(ctx)
	if f != nil {
		return nil, f
	}
	code, f := e.checkAnswer(c, login, m)
	if f != nil {
		return nil, f
	}
	return e.exchange(ctx, exchange{
		code: authpi.NewSecret(code), verifier: login.CodeVerifier, redirectURI: login.RedirectURI, nonce: login.Nonce,
		scopes: login.Scopes, resources: login.Resources, maxAge: login.MaxAge, acrValues: login.ACRValues, org: login.Org,
	})
}
