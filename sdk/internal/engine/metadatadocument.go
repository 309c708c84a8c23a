package engine

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

// readMetadata reads a document and checks the members that logins depend on. Malformed lists count
// as absent.
func (e *Engine) readMetadata(data json.RawMessage) (*metadata, *failure) {
	m := e.newMetadata()
	var issuer string
	var promised bool
	members := []strictjson.Member{
		{Name: "issuer", Value: strictjson.String(&issuer)},
		{Name: "authorization_response_iss_parameter_supported", Value: strictjson.Bool(&promised)},
	}
	for i, row := range endpointTable {
		if row.metadata != "" {
			members = append(members, strictjson.Member{Name: row.metadata, Value: strictjson.String(&m.endpoints[i])})
		}
	}
	err := strictjson.Unmarshal(data, members, nil)
	if malformed := (*strictjson.MemberError)(nil); errors.As(err, &malformed) {
		return nil, e.invalidMetadata(malformed.Error())
	}
	if err != nil {
		return nil, e.unreadableMetadata(err.Error())
	}
	if issuer == "" {
		return nil, e.unreadableMetadata("it names no issuer")
	}
	if issuer != e.issuer {
		return nil, e.otherIssuer(issuer)
	}
	for i, link := range m.endpoints {
		if link == "" {
			continue
		}
		if why := endpointDefect(link, e.config.IssuerURL); why != "" {
			return nil, e.invalidMetadata(endpointTable[i].metadata + " " + why)
		}
	}
	if err := m.document.UnmarshalJSON(data); err != nil {
		return nil, e.unreadableMetadata(err.Error())
	}
	return m, nil
}

// otherIssuer returns the failure of a document that names another issuer than expected, and says
// which option to change.
func (e *Engine) otherIssuer(named string) *failure {
	advice := "set IssuerURL to " + quote(named)
	defect, _ := issuerDefect(named)
	switch {
	case e.config.Issuer != "" && named == e.config.IssuerURL:
		advice = "leave Issuer empty"
	case defect != "":
		advice = "check IssuerURL: the one named " + defect
	case e.config.Issuer != "":
		advice = "set Issuer to " + quote(named) + " if that is your issuer"
	case strings.TrimSuffix(named, "/") != strings.TrimSuffix(e.issuer, "/"):
		advice += " if that is your issuer, or Issuer if its metadata is fetched from another address"
	}
	f := failed("invalid_metadata", "the metadata names the issuer "+quote(named)+", expected "+quote(e.issuer)+"; "+advice)
	f.base.Source = authpi.ErrorSourceDiscovery
	return f
}

// invalidMetadata returns the failure of a document that can never be used as it is.
func (e *Engine) invalidMetadata(why string) *failure {
	link := bounded(e.derived(endpointDiscovery), maxLink)
	f := failed("invalid_metadata", "the provider metadata at "+link+" is invalid: "+why)
	f.base.Source = authpi.ErrorSourceDiscovery
	return f
}

// unreadableMetadata returns the failure of what is not metadata at all: the page of a proxy or of
// a server under maintenance.
func (e *Engine) unreadableMetadata(why string) *failure {
	f := e.invalidMetadata(why)
	f.base.Temporary = true
	return f
}

// copyOfMetadata returns a document that shares nothing that changes with the given one.
func copyOfMetadata(document *authpi.Metadata) *authpi.Metadata {
	copied := *document
	for _, list := range []*[]string{
		&copied.ScopesSupported, &copied.ResponseTypesSupported, &copied.GrantTypesSupported,
		&copied.TokenEndpointAuthMethodsSupported, &copied.IDTokenSigningAlgValuesSupported, &copied.CodeChallengeMethodsSupported,
	} {
		*list = slices.Clone(*list)
	}
	return &copied
}
