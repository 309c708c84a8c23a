package authpitest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const codeLifetime = time.Minute

// code is the issuer's record of an authorization code.
type code struct {
	grant                         *grant
	redirectURI, challenge, nonce string
	expires                       time.Time
	used                          bool
}

// Login performs an authorization request as this user and returns the callback URL,
// which it does not open. Errors that the issuer sends to the client are in the
// callback's error parameter: prompt=none without a session, a blocked user, an
// organization that the user is not a member of. Errors that the issuer shows on its own
// page, such as an unregistered redirect URI, fail the test. So does an unknown user.
//
// Each user has a separate browser, which stays logged in: a second Login does not
// authenticate again unless prompt, max_age or acr_values require it. An empty user ID
// means a browser without a session, which is useful with prompt=none. With
// response_mode=form_post, the returned URL has the form's fields in its query.
//
// A login satisfies the first of the request's acr_values, and the session keeps that
// acr. If a later request does not list the session's acr, the user must log in again,
// and prompt=none returns login_required. OpenID Connect Core 1.0, section 5.5.1.1, lets
// an issuer return another acr. This issuer does not, so that a test detects a step-up
// that never reaches the user.
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

// Refuse performs an authorization request that ends in this error, such as
// "access_denied" or "account_linking_required", and returns the callback URL.
func (i *Issuer) Refuse(authorizationURL, errorCode string) string {
	i.tb.Helper()
	return i.browse(authorizationURL, func(a *authorization) url.Values {
		return a.refusal(refuse(errorCode, "refused by the test"))
	})
}

// browse opens an authorization URL and returns the callback URL with decide's response.
func (i *Issuer) browse(authorizationURL string, decide func(*authorization) url.Values) string {
	i.tb.Helper()
	query, ours := strings.CutPrefix(authorizationURL, i.url+"/authorize?")
	if !ours {
		i.fatalf("authpitest: the URL is not an authorization request to %s/authorize", i.url)
		return ""
	}
	query, _, _ = strings.Cut(query, "#") // a browser does not send the fragment
	entry := &Request{Method: http.MethodGet, Path: "/authorize", Header: http.Header{}}
	entry.Query, _ = url.ParseQuery(query)

	i.mu.Lock()
	defer i.mu.Unlock()
	i.recordLocked(entry)
	a, refused := i.readAuthorizationLocked(query)
	if a == nil {
		entry.Status = refused.status
		i.fatalf("authpitest: the issuer shows an error page for the authorization request: %s (%s)",
			refused.code, refused.description)
		return ""
	}
	entry.Status = http.StatusSeeOther
	if refused != nil {
		return i.callback(a, a.refusal(refused))
	}
	return i.callback(a, decide(a))
}

// continueLocked responds without asking the user if it can: the browser's session
// suffices, or prompt=none forbids asking.
func (i *Issuer) continueLocked(a *authorization, browser *session) (response url.Values, decided bool) {
	switch {
	case !a.interactive() && i.sufficesLocked(a, browser):
		return i.approveLocked(a, browser), true
	case a.silent():
		return a.refusal(refuse("login_required", "the user has to log in")), true
	}
	return nil, false
}

// sufficesLocked reports whether the browser's session satisfies the request, apart from
// a prompt that requires a page.
func (i *Issuer) sufficesLocked(a *authorization, browser *session) bool {
	return i.aliveLocked(browser) && !slices.Contains(a.prompt, "login") &&
		a.maxAge != 0 && // 0 means the same as prompt=login
		(a.maxAge < 0 || i.Now().Sub(browser.authTime) <= a.maxAge) &&
		(len(a.acrs) == 0 || slices.Contains(a.acrs, browser.acr)) &&
		(a.hinted == "" || a.hinted == browser.userID)
}

// loginLocked returns the session after the user approved a request. It keeps the
// browser's session if that suffices, because consent does not authenticate the user.
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
		return a.refusal(refuse("access_denied", "the user is not a member of the organization"))
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

// refusal returns an error response (RFC 6749, section 4.1.2.1).
func (a *authorization) refusal(refused *refusal) url.Values {
	return a.response(url.Values{"error": {refused.code}, "error_description": {refused.description}})
}

// response adds the parameters that every response has.
func (a *authorization) response(values url.Values) url.Values {
	if a.state != "" {
		values.Set("state", a.state)
	}
	return values
}

// callback returns the redirect URI with the response added to its query.
func (i *Issuer) callback(a *authorization, response url.Values) string {
	separator := "?"
	if strings.Contains(a.redirectURI, "?") {
		separator = "&"
	}
	return a.redirectURI + separator + i.identified(response).Encode()
}

// identified adds iss to a response if Options.CallbackIssuer is set (RFC 9207).
func (i *Issuer) identified(response url.Values) url.Values {
	if i.callbackIssuer {
		response.Set("iss", i.url)
	}
	return response
}

// within reports whether all words are among those granted.
func within(words, granted []string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return !slices.Contains(granted, word) })
}
