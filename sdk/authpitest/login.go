package authpitest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const codeLifetime = time.Minute

// code is an authorization code.
type code struct {
	grant                         *grant
	redirectURI, challenge, nonce string
	expires                       time.Time
	used                          bool
}

// Login follows an authorization request as that user and returns the callback URL,
// which it does not open. A refusal that reaches the client (prompt=none without a
// session, a blocked user, an organization that the user is no member of) is in the
// callback as error; one that ends on the issuer's page (an unregistered redirect
// URI) fails the test, and so does an unknown user.
//
// Each user has a browser of their own, which stays logged in: a second Login is
// silent, unless prompt, max_age or acr_values ask for more. An empty user ID is a
// browser that nobody has logged in from: good for prompt=none. With
// response_mode=form_post the form's fields are in the returned URL's query.
//
// A login meets the first of the request's acr_values, and its session keeps that: a
// session that has none of a later request's will not do, and prompt=none is refused
// then (login_required). OpenID Connect Core 1.0, section 5.5.1.1, would let an issuer
// answer with another acr. This one does not: a step-up that the user never sees
// should fail its test.
func (i *Issuer) Login(authorizationURL, userID string) string {
	i.tb.Helper()
	return i.browse(authorizationURL, func(a *authorization) url.Values {
		i.tb.Helper()
		if response, decided := i.continueLocked(a, i.browsers[userID]); decided {
			return response
		}
		if _, known := i.users[userID]; !known {
			i.fatalf("authpitest: no user %q", userID)
			return nil
		}
		i.browsers[userID] = i.loginLocked(a, userID, i.browsers[userID])
		return i.approveLocked(a, i.browsers[userID])
	})
}

// Refuse follows an authorization request that ends in an error, "access_denied" or
// "account_linking_required" say, and returns the callback URL.
func (i *Issuer) Refuse(authorizationURL, errorCode string) string {
	i.tb.Helper()
	return i.browse(authorizationURL, func(a *authorization) url.Values {
		return a.refusal(refuse(errorCode, "refused by the test"))
	})
}

// browse opens an authorization URL and returns the callback that decide leads to.
func (i *Issuer) browse(authorizationURL string, decide func(*authorization) url.Values) string {
	i.tb.Helper()
	query, ours := strings.CutPrefix(authorizationURL, i.url+"/authorize?")
	if !ours {
		i.fatalf("authpitest: the URL is no authorization request to %s/authorize", i.url)
		return ""
	}
	query, _, _ = strings.Cut(query, "#") // which a browser keeps to itself
	entry := &Request{Method: http.MethodGet, Path: "/authorize", Header: http.Header{}}
	entry.Query, _ = url.ParseQuery(query)

	i.mu.Lock()
	defer i.mu.Unlock()
	i.recordLocked(entry)
	a, refused := i.readAuthorizationLocked(query)
	if a == nil {
		entry.Status = refused.status
		i.fatalf("authpitest: the issuer refuses the authorization request on its page: %s (%s)",
			refused.code, refused.description)
		return ""
	}
	entry.Status = http.StatusSeeOther
	if refused != nil {
		return i.callback(a, a.refusal(refused))
	}
	return i.callback(a, decide(a))
}

// continueLocked answers a request without asking the user, where it can: from the
// browser's session, or because nobody may be asked.
func (i *Issuer) continueLocked(a *authorization, browser *session) (response url.Values, decided bool) {
	switch {
	case !a.interactive() && i.sufficesLocked(a, browser):
		return i.approveLocked(a, browser), true
	case a.silent():
		return a.refusal(refuse("login_required", "the user has to log in")), true
	}
	return nil, false
}

// sufficesLocked tells whether a browser's login is all that a request wants, save for
// a page that the user has to see.
func (i *Issuer) sufficesLocked(a *authorization, browser *session) bool {
	return i.aliveLocked(browser) && !slices.Contains(a.prompt, "login") &&
		a.maxAge != 0 && // as prompt=login, whatever the clock says
		(a.maxAge < 0 || i.Now().Sub(browser.authTime) <= a.maxAge) &&
		(len(a.acrs) == 0 || slices.Contains(a.acrs, browser.acr)) &&
		(a.hinted == "" || a.hinted == browser.userID)
}

// loginLocked is the session of a user who said yes to a request. Where the browser's
// own will do it stays: a consent shows nobody who the user is.
func (i *Issuer) loginLocked(a *authorization, userID string, browser *session) *session {
	if i.sufficesLocked(a, browser) && browser.userID == userID {
		return browser
	}
	created := i.newSessionLocked(userID)
	if len(a.acrs) > 0 {
		created.acr = a.acrs[0]
	}
	return created
}

// approveLocked issues a code to a user who is logged in.
func (i *Issuer) approveLocked(a *authorization, browser *session) url.Values {
	user := i.users[browser.userID]
	if a.hinted != "" && a.hinted != user.ID {
		return a.refusal(refuse("login_required", "the user is not the one of id_token_hint"))
	}
	if i.blocked[user.ID] {
		return a.refusal(refuse("user_blocked", "the user is blocked"))
	}
	if _, member := user.organization(a.org); a.org != "" && !member {
		return a.refusal(refuse("access_denied", "the user is no member of the organization"))
	}
	browser.lastUsed = i.Now()
	g := &grant{
		clientID: a.client.ID, userID: user.ID, sid: randomID("s_"), session: browser,
		scopes: a.scopes, resources: a.resources, org: a.org, acr: browser.acr, authTime: browser.authTime,
	}
	value := randomID("")
	i.codes[value] = &code{
		grant: g, redirectURI: a.redirectURI, challenge: a.challenge, nonce: a.nonce,
		expires: i.Now().Add(codeLifetime),
	}
	return a.response(url.Values{"code": {value}, "session_state": {randomID("")}})
}

// refusal is an error response (RFC 6749, section 4.1.2.1).
func (a *authorization) refusal(refused *refusal) url.Values {
	return a.response(url.Values{"error": {refused.code}, "error_description": {refused.description}})
}

// response adds what every response carries.
func (a *authorization) response(values url.Values) url.Values {
	if a.state != "" {
		values.Set("state", a.state)
	}
	return values
}

// callback is the redirect URI with a response. It keeps a query that was registered
// with it.
func (i *Issuer) callback(a *authorization, response url.Values) string {
	separator := "?"
	if strings.Contains(a.redirectURI, "?") {
		separator = "&"
	}
	return a.redirectURI + separator + i.identified(response).Encode()
}

// identified adds the issuer to a response, where that is switched on (RFC 9207).
func (i *Issuer) identified(response url.Values) url.Values {
	if i.callbackIssuer {
		response.Set("iss", i.url)
	}
	return response
}

// within tells whether every one of some words is among those granted.
func within(words, granted []string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return !slices.Contains(granted, word) })
}
