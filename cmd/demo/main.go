// Command demo starts an in-memory AuthPI issuer and a small web application that uses
// it, so that you can log in with a browser.
package main

import (
	"context"
	"fmt"
	"html"
	"log"
	"net"
	"net/http"
	"sync"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/authpitest"
	authpisync "github.com/arbfay/authpi-go/sdk/sync"
)

const address = "127.0.0.1:8080"

func main() {
	if err := serve(); err != nil {
		log.Fatal(err)
	}
}

func serve() error {
	issuer, err := authpitest.NewIssuer(nil)
	if err != nil {
		return err
	}
	defer issuer.Close()
	issuer.AddClient(authpitest.Client{ID: "c_demo", RedirectURIs: []string{"http://" + address + "/callback"}})
	idp, err := authpisync.New(authpi.Config{
		IssuerURL: issuer.URL(), ClientID: "c_demo", RedirectURI: "http://" + address + "/callback",
	})
	if err != nil {
		return err
	}
	app := &application{idp: idp, logins: map[string]*authpi.AuthorizationURL{}}
	http.HandleFunc("GET /{$}", app.login)
	http.HandleFunc("GET /callback", app.callback)
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
	if err != nil {
		return err
	}
	fmt.Printf("open http://%s in a browser; the issuer is %s\n", address, issuer.URL())
	return http.Serve(listener, nil)
}

// application keeps the pending logins in memory. A real application keeps each login in
// the session of its browser.
type application struct {
	idp    *authpisync.Client
	mu     sync.Mutex
	logins map[string]*authpi.AuthorizationURL
}

func (a *application) login(w http.ResponseWriter, r *http.Request) {
	login, err := a.idp.CreateAuthorizationURL([]string{"openid", "profile", "email"}, nil)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	a.mu.Lock()
	a.logins[login.State] = login
	a.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: "login", Value: login.State, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, login.URL, http.StatusFound)
}

func (a *application) callback(w http.ResponseWriter, r *http.Request) {
	cookie, err := r.Cookie("login")
	if err != nil {
		http.Error(w, "no login was started in this browser", http.StatusBadRequest)
		return
	}
	a.mu.Lock()
	login := a.logins[cookie.Value]
	delete(a.logins, cookie.Value)
	a.mu.Unlock()
	agent, err := a.idp.ExchangeCallback(r.Context(), r.URL.String(), login, nil)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, "<h1>Hello %s</h1><p>%s, a member of:</p><ul>", html.EscapeString(agent.ID()), agent.Type())
	for _, o := range agent.Organizations() {
		_, _ = fmt.Fprintf(w, "<li>%s: %s</li>", html.EscapeString(o.ID), html.EscapeString(fmt.Sprint(o.Scopes)))
	}
	_, _ = fmt.Fprint(w, `</ul><p><a href="/">again</a></p>`)
}
