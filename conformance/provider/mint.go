package provider

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/arbfay/authpi-go/conformance/internal/expr"
	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
	"github.com/arbfay/authpi-go/internal/mint"
)

// Token is a token to mint, as data.
type Token struct {
	// Like is id_token, access_token or bare: what the rest is laid over.
	Like string `json:"like"`
	// Key is the name of the key it is signed with. Empty means k1.
	Key string `json:"key"`
	// Header is laid over the header.
	Header any `json:"header"`
	// Claims is laid over the claims.
	Claims any `json:"claims"`
	// Payload is a text that stands in place of the claims.
	Payload any `json:"payload"`
	// Tamper is a tamper of internal/mint, or empty.
	Tamper mint.Tamper `json:"tamper"`
}

// Check refuses what no token can be.
func (t *Token) Check() error {
	if t.Like != "id_token" && t.Like != "access_token" && t.Like != "bare" {
		return fmt.Errorf("like: want id_token, access_token or bare")
	}
	if t.Tamper != "" && !slices.Contains(mint.Tampers(), t.Tamper) {
		return fmt.Errorf("tamper: unknown tamper %q", t.Tamper)
	}
	var errs []error
	for _, part := range []struct {
		name string
		tree any
	}{{"header", t.Header}, {"claims", t.Claims}, {"payload", t.Payload}} {
		errs = append(errs, expr.Check(part.tree, part.name, expr.Value))
	}
	return errors.Join(errs...)
}

// Mint makes the token.
func (t *Token) Mint(scope expr.Scope, keys Keys) (string, error) {
	name := t.Key
	if name == "" {
		name = "k1"
	}
	key := keys[name]
	if key == nil {
		return "", fmt.Errorf("no key %q", name)
	}
	header, err := scope.Resolve(jsontree.Merge(t.header(key), patch(t.Header)))
	if err != nil {
		return "", fmt.Errorf("header: %w", err)
	}
	payload, err := t.payload(scope)
	if err != nil {
		return "", err
	}
	token := key.Sign(jsontree.ToJSON(header), payload)
	if t.Tamper == "" {
		return token, nil
	}
	return key.Tamper(token, t.Tamper)
}

func (t *Token) header(key *mint.Key) map[string]any {
	header := map[string]any{"alg": string(key.Algorithm), "kid": key.ID}
	if t.Like == "access_token" {
		header["typ"] = "at+jwt"
	}
	return header
}

func (t *Token) payload(scope expr.Scope) ([]byte, error) {
	if t.Payload != nil {
		text, err := scope.Text(t.Payload)
		if err != nil {
			return nil, fmt.Errorf("payload: %w", err)
		}
		return []byte(text), nil
	}
	claims, err := scope.Resolve(jsontree.Merge(t.claims(), patch(t.Claims)))
	if err != nil {
		return nil, fmt.Errorf("claims: %w", err)
	}
	return jsontree.ToJSON(claims), nil
}

// claims returns what the kind of token has of its own. README.md in
// testdata/fixtures tells it to authors.
func (t *Token) claims() map[string]any {
	if t.Like == "bare" {
		return map[string]any{}
	}
	claims := map[string]any{
		"iss": operator("issuer", ""),
		"sub": "usr_1",
		"aud": operator("config", "client_id"),
		"iat": operator("time", "+0s"),
		"exp": operator("time", "+1h"),
	}
	if t.Like == "access_token" {
		claims["exp"] = operator("time", "+30m")
		claims["client_id"] = operator("config", "client_id")
		claims["jti"] = "jti-0123456789abcdef"
		claims["scope"] = "openid"
		claims["dat"] = map[string]any{"type": "identity"}
	}
	return claims
}

func operator(name string, argument any) map[string]any {
	return map[string]any{"$" + name: argument}
}

// patch makes "nothing to change" of an absent patch; a null would replace all.
func patch(tree any) any {
	if tree == nil {
		return map[string]any{}
	}
	return tree
}

// Keys are signing keys by the name that a case gives them.
type Keys map[string]*mint.Key

// Keyring makes signing keys and keeps them: an RSA key costs a millisecond to
// read. It is safe for concurrent use; the zero value is empty.
type Keyring struct {
	mu   sync.Mutex
	keys Keys
}

// Keys returns the keys of those algorithms, each labeled with its name.
func (k *Keyring) Keys(algorithms map[string]string) (Keys, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil {
		k.keys = Keys{}
	}
	keys := make(Keys, len(algorithms))
	for _, name := range slices.Sorted(maps.Keys(algorithms)) {
		algorithm := mint.Algorithm(algorithms[name])
		if !slices.Contains(mint.Algorithms(), algorithm) {
			return keys, fmt.Errorf("%s: unknown algorithm %q", name, algorithm)
		}
		label := string(algorithm) + " " + name
		if k.keys[label] == nil {
			k.keys[label] = mint.NewKey(algorithm, name)
		}
		keys[name] = k.keys[label]
	}
	return keys, nil
}

// keySet renders the published keys. An element is the name of a key, {key, set},
// {raw} or {unusable}.
func keySet(elements []any, scope expr.Scope, keys Keys) ([]byte, error) {
	members := make([]json.Marshaler, len(elements))
	for i, element := range elements {
		member, err := keySetMember(element, scope, keys)
		if err != nil {
			return nil, fmt.Errorf("jwks/%d: %w", i, err)
		}
		members[i] = member
	}
	return mint.JWKS(members...), nil
}

func keySetMember(element any, scope expr.Scope, keys Keys) (json.Marshaler, error) {
	if name, ok := element.(string); ok {
		if keys[name] == nil {
			return nil, fmt.Errorf("no key %q", name)
		}
		return keys[name], nil
	}
	var form struct {
		Key      string `json:"key"`
		Set      any    `json:"set"`
		Raw      any    `json:"raw"`
		Unusable string `json:"unusable"`
	}
	if err := jsontree.Decode(element, &form); err != nil {
		return nil, err
	}
	if form.Unusable != "" {
		jwk, known := mint.UnusableJWKs()[form.Unusable]
		if !known {
			return nil, fmt.Errorf("no unusable key %q", form.Unusable)
		}
		return jwk, nil
	}
	if form.Key == "" {
		raw, err := scope.Resolve(form.Raw)
		return mint.JWK(jsontree.ToJSON(raw)), err
	}
	if keys[form.Key] == nil {
		return nil, fmt.Errorf("no key %q", form.Key)
	}
	jwk, err := jsontree.FromJSON(keys[form.Key].JWK().Bytes())
	if err != nil {
		return nil, err
	}
	changed, err := scope.Resolve(jsontree.Merge(jwk, patch(form.Set)))
	return mint.JWK(jsontree.ToJSON(changed)), err
}

// CheckKeySet refuses elements that [keySet] could not render.
func CheckKeySet(elements []any, keys Keys) error {
	nothing := expr.Scope{Lookup: func(string, any) (any, error) { return "", nil }}
	_, err := keySet(elements, nothing, keys)
	return err
}

// AccessTokenHash returns the at_hash of an access token for an ID token of that
// algorithm.
func AccessTokenHash(algorithm, accessToken string) string {
	return mint.AccessTokenHash(mint.Algorithm(algorithm), accessToken)
}
