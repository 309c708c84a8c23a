package model

import (
	"regexp"
	"strings"

	"github.com/arbfay/authpi-go/gen/internal/spec"
)

// mention is a name of the spec in a text: two words at least, as a single one may be plain English.
var mention = regexp.MustCompile(`\b[a-z][a-z0-9]*(?:[_.][a-z0-9]+)*_[a-z0-9]+(?:[_.][a-z0-9]+)*\b`)

// goLinks returns the Go names of the operations and options that texts mention. A name that is also sent as a
// constant, such as the grant client_credentials, may mean either and stays as it is.
func goLinks(root *spec.Node) map[string]string {
	links := map[string]string{}
	for _, n := range root.Get("config").Items() {
		links[n.Name] = optionName(n)
	}
	for _, n := range root.Get("operations").Items() {
		if !n.Get("internal").Flag() {
			receiver, method, found := strings.Cut(n.Name, ".")
			links[n.Name] = exported(n.Name)
			if found {
				links[n.Name] = exported(receiver) + "." + exported(method)
			}
		}
	}
	for _, n := range root.Get("operations").Items() {
		for _, constant := range n.Get("http").Get("constants").Items() {
			delete(links, constant.Text())
		}
	}
	return links
}

// link replaces the names of a text by the Go names.
func (r *resolver) link(text string) string {
	return mention.ReplaceAllStringFunc(text, func(name string) string {
		if goName, found := r.links[name]; found {
			return goName
		}
		return name
	})
}
