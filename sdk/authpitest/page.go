package authpitest

import (
	"html/template"
	"net/http"
	"net/url"
)

const cookieName = "authpitest_session"

// serveAuthorize serves GET /authorize. It redirects if the user need not be asked;
// otherwise it shows a page that lists the users.
func (i *Issuer) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	a, refused := i.readAuthorizationLocked(r.URL.RawQuery)
	var response url.Values
	decided := true
	switch {
	case a == nil:
	case refused != nil:
		response = a.refusal(refused)
	default:
		response, decided = i.continueLocked(a, i.cookieSessionLocked(r))
	}
	users := make([]User, 0, len(i.userOrder))
	for _, id := range i.userOrder {
		users = append(users, i.users[id])
	}
	i.mu.Unlock()

	switch {
	case a == nil:
		i.showRefusal(w, refused)
	case decided:
		i.respond(w, r, a, response)
	default:
		showPage(w, http.StatusOK, loginPage, map[string]any{
			"Client": a.client.ID, "Users": users,
			"Action": i.path + "/login?" + r.URL.RawQuery,
		})
	}
}

// serveLogin handles the form of that page. The query still holds the authorization
// request, which is checked again.
func (i *Issuer) serveLogin(w http.ResponseWriter, r *http.Request) {
	chosen := r.PostFormValue("user")
	i.mu.Lock()
	a, refused := i.readAuthorizationLocked(r.URL.RawQuery)
	_, known := i.users[chosen]
	var response url.Values
	switch {
	case a == nil:
	case refused != nil:
		response = a.refusal(refused)
	case a.silent():
		response = a.refusal(refuse("login_required", "the user has to log in"))
	case !known:
		response = a.refusal(refuse("access_denied", "the user refused"))
	default:
		browser := i.loginLocked(a, chosen, i.cookieSessionLocked(r))
		i.setCookie(w, browser.id, 0)
		response = i.approveLocked(a, browser)
	}
	i.mu.Unlock()

	if a == nil {
		i.showRefusal(w, refused)
		return
	}
	i.respond(w, r, a, response)
}

// respond sends the response to the client through the browser.
func (i *Issuer) respond(w http.ResponseWriter, r *http.Request, a *authorization, response url.Values) {
	if a.mode == "form_post" { // OAuth 2.0 Form Post Response Mode, section 2
		showPage(w, http.StatusOK, formPostPage, map[string]any{
			"Action": a.redirectURI, "Fields": i.identified(response),
		})
		return
	}
	noStore(w)
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, i.callback(a, response), http.StatusSeeOther)
}

// cookieSessionLocked returns the session of the browser that sent the request, or nil.
func (i *Issuer) cookieSessionLocked(r *http.Request) *session {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return nil
	}
	return i.sessions[cookie.Value]
}

// setCookie sets the session cookie; a negative maxAge deletes it.
func (i *Issuer) setCookie(w http.ResponseWriter, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: value, Path: i.path, MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func (i *Issuer) showRefusal(w http.ResponseWriter, refused *refusal) {
	showPage(w, refused.status, messagePage, map[string]any{
		"Title": refused.code, "Message": refused.description,
	})
}

// showPage writes a page that may not be framed or cached. Its only script submits the
// form of response_mode=form_post.
func showPage(w http.ResponseWriter, status int, page string, data map[string]any) {
	noStore(w)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy",
		"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	parsed := template.Must(template.New("page").Parse(pageHead + page))
	_ = parsed.Execute(w, data) // the client may be gone
}

const pageHead = `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>AuthPI test issuer</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 10vh auto; padding: 0 1rem; }
button { display: block; width: 100%; margin: .5rem 0; padding: .75rem 1rem; font: inherit; text-align: left; }
small { display: block; color: #555; }
</style>
`

const loginPage = `<h1>Log in</h1>
<p>The application <b>{{.Client}}</b> asks who you are. This is a test issuer: be anybody.</p>
<form method="post" action="{{.Action}}">
{{range .Users}}<button name="user" value="{{.ID}}">{{or .Name .ID}}
<small>{{.ID}}{{range .Organizations}} · {{.ID}}{{end}}</small></button>
{{end}}<button name="user" value="">Cancel</button>
</form>
`

const formPostPage = `<body onload="document.forms[0].submit()">
<form method="post" action="{{.Action}}">
{{range $name, $values := .Fields}}{{range $values}}<input type="hidden" name="{{$name}}" value="{{.}}">
{{end}}{{end}}<button>Continue</button>
</form>
`

const messagePage = `<h1>{{.Title}}</h1>
<p>{{.Message}}</p>
`
