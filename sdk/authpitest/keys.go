package authpitest

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/arbfay/authpi-go/internal/mint"
)

// keyring holds two generations of keys, as AuthPI publishes them. Each has one key per
// algorithm. The newer generation signs.
type keyring struct {
	newest      int
	generations [2]map[string]*mint.Key // the older first
}

// newKeyring starts with the same keys for every issuer, because AuthPI's tenants share
// their keys too. This way a test detects a client that does not compare issuers.
func newKeyring() keyring {
	return keyring{newest: 2, generations: [2]map[string]*mint.Key{generation(1), generation(2)}}
}

func generation(number int) map[string]*mint.Key {
	keys := map[string]*mint.Key{}
	for _, algorithm := range mint.Algorithms() {
		keys[string(algorithm)] = mint.NewKey(algorithm, fmt.Sprintf("authpitest-%d", number))
	}
	return keys
}

// RotateKeys adds a new generation of signing keys and drops the older of the two
// published ones. A token can be verified until the second rotation after it was issued.
func (i *Issuer) RotateKeys() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys.newest++
	i.keys.generations[0], i.keys.generations[1] = i.keys.generations[1], generation(i.keys.newest)
}

// signer returns the newest key of an algorithm. Empty means ES256.
func (k keyring) signer(algorithm string) *mint.Key {
	if algorithm == "" {
		algorithm = string(mint.ES256)
	}
	return k.generations[1][algorithm]
}

func knownAlgorithm(algorithm string) bool {
	if algorithm == "" {
		return true
	}
	for _, known := range mint.Algorithms() {
		if algorithm == string(known) {
			return true
		}
	}
	return false
}

// serveKeys serves GET /jwks.json.
func (i *Issuer) serveKeys(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	var keys []json.Marshaler
	for _, generation := range i.keys.generations {
		for _, algorithm := range mint.Algorithms() {
			keys = append(keys, generation[string(algorithm)])
		}
	}
	i.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write(mint.JWKS(keys...)) // the client may be gone
}
