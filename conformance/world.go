package conformance

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/arbfay/authpi-go/conformance/internal/expr"
	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
	"github.com/arbfay/authpi-go/conformance/provider"
)

// realSlack is by how many seconds a time may be off where the SDK's clock
// cannot be set.
const realSlack = 5

// Facts are what a case's operators stand for in one run of it.
type Facts struct {
	// Origin is the provider's URL without a path.
	Origin string `json:"origin"`
	// Other is the second server's URL, or empty.
	Other string `json:"other,omitempty"`
	// Start is the time at the start in seconds since 1970.
	Start int64 `json:"start"`
	// Frozen says that the SDK's clock stands still.
	Frozen bool `json:"frozen"`
	// Seed is what the secrets are made of.
	Seed string `json:"seed"`
	// Tokens are the minted tokens by name.
	Tokens map[string]string `json:"tokens"`
}

// world gives the operators of one case their values, while it runs and when it
// is judged. It is safe for concurrent use.
type world struct {
	c       *Case
	mu      sync.Mutex
	facts   Facts
	results map[string]any // by call instance
	handles map[string]int // ids by call instance
	keys    provider.Keys  // nil when judging: nothing is minted then
}

// scope returns the world as the operators see it.
func (w *world) scope() expr.Scope {
	scope := expr.Scope{Lookup: w.lookup}
	if !w.facts.Frozen {
		scope.Slack = realSlack
	}
	return scope
}

func (w *world) lookup(operator string, argument any) (any, error) {
	text, _ := argument.(string)
	switch operator {
	case "issuer":
		return w.facts.Origin + w.issuerPath(text), nil
	case "origin":
		return w.facts.Origin + text, nil
	case "other":
		return w.facts.Other + text, nil
	case "dead":
		return provider.DeadURL + text, nil
	case "secret":
		return w.secret(text), nil
	case "time":
		return w.time(text)
	case "config":
		return w.scope().Resolve(w.c.Given.Config[text])
	case "at_hash":
		return accessTokenHash(argument)
	case "token":
		return w.token(text)
	case "result":
		return w.result(text)
	case "object":
		return w.handle(text)
	default:
		return nil, fmt.Errorf("unknown operator")
	}
}

// issuerPath appends to the path of the issuer, as the SDK does: after dropping
// one trailing slash, except where nothing is appended.
func (w *world) issuerPath(suffix string) string {
	if suffix == "" {
		return w.c.Given.IssuerPath
	}
	return strings.TrimSuffix(w.c.Given.IssuerPath, "/") + suffix
}

// secret returns a text that nobody could guess and nothing else contains.
func (w *world) secret(name string) string {
	mac := hmac.New(sha256.New, []byte(w.facts.Seed))
	mac.Write([]byte(w.c.ID + "\x00" + name))
	return name + "-" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
}

func (w *world) time(text string) (any, error) {
	offset, err := expr.Duration(text)
	if err != nil {
		return nil, err
	}
	return json.Number(strconv.FormatInt(w.facts.Start+int64(offset/time.Second), 10)), nil
}

func accessTokenHash(argument any) (any, error) {
	list, _ := argument.([]any)
	if len(list) != 2 {
		return nil, fmt.Errorf("want an algorithm and a token")
	}
	algorithm, _ := list[0].(string)
	token, _ := list[1].(string)
	return provider.AccessTokenHash(algorithm, token), nil
}

// token returns a minted token, and mints it when it is first asked for.
func (w *world) token(name string) (any, error) {
	w.mu.Lock()
	token, minted := w.facts.Tokens[name]
	w.mu.Unlock()
	if minted {
		return token, nil
	}
	if w.keys == nil {
		return nil, fmt.Errorf("token %q was never used", name)
	}
	token, err := w.c.Given.Tokens[name].Mint(w.scope(), w.keys)
	if err != nil {
		return nil, fmt.Errorf("token %q: %w", name, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if first, minted := w.facts.Tokens[name]; minted {
		return first, nil
	}
	w.facts.Tokens[name] = token
	return token, nil
}

func (w *world) result(path string) (any, error) {
	name, rest, _ := strings.Cut(path, "/")
	w.mu.Lock()
	result, there := w.results[name]
	w.mu.Unlock()
	if !there {
		return nil, fmt.Errorf("call %q has no result", name)
	}
	value, err := jsontree.Get(result, rest)
	if err != nil {
		return nil, fmt.Errorf("result of %s: %w", name, err)
	}
	return value, nil
}

func (w *world) handle(name string) (any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id, there := w.handles[name]
	if !there {
		return nil, fmt.Errorf("call %q was not made", name)
	}
	return json.Number(strconv.Itoa(id)), nil
}

// remember keeps the result of a call.
func (w *world) remember(instance string, result json.RawMessage) error {
	tree, err := jsontree.FromJSON(result)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.results[instance] = tree
	return nil
}
