package authpitest

import "github.com/arbfay/authpi-go/sdk/authpi"

// Config returns the configuration of the first client, which is c_web unless Options has
// others. Pass it to authpisync.New or authpiasync.New.
func (i *Issuer) Config() authpi.Config {
	i.tb.Helper()
	return i.ConfigFor(i.defaultClient)
}

// ConfigFor returns the configuration of the client or agent with this ID: its secret,
// its first redirect URI, and the issuer's clock.
func (i *Issuer) ConfigFor(clientID string) authpi.Config {
	i.tb.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	found, known := i.callerLocked(clientID)
	if !known {
		i.fatalf("authpitest: no client %q", clientID)
		return authpi.Config{}
	}
	config := authpi.Config{
		IssuerURL: i.url, ClientID: clientID, HTTPClient: i.client, Clock: i.Now,
	}
	if found.Secret != "" {
		config.ClientSecret = authpi.NewSecret(found.Secret)
	}
	if len(found.RedirectURIs) > 0 {
		config.RedirectURI = found.RedirectURIs[0]
	}
	return config
}
