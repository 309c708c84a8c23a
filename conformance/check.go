package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/arbfay/authpi-go/conformance/internal/expr"
	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
	"github.com/arbfay/authpi-go/conformance/internal/suggest"
	"github.com/arbfay/authpi-go/conformance/protocol"
	"github.com/arbfay/authpi-go/conformance/provider"
)

// checker judges one finished case: everything that it names exists.
type checker struct {
	c         *Case
	spec      *Interface
	calls     map[string]*Step // calls by step id, nested ones included
	instances map[string]bool  // calls by instance name
	steps     map[string]bool  // every step with an id
	hooks     map[string]bool  // callbacks by hook name
	exchanges map[string]bool
	problems  []error
}

func check(c *Case, spec *Interface) []error {
	k := &checker{
		c: c, spec: spec, calls: map[string]*Step{}, instances: map[string]bool{}, steps: map[string]bool{},
		hooks: map[string]bool{}, exchanges: map[string]bool{},
	}
	k.collect()
	k.checkGiven()
	for i, exchange := range c.Script {
		k.checkExchange(fmt.Sprintf("script/%d", i), exchange)
	}
	for i, step := range c.Steps {
		k.checkStep(fmt.Sprintf("steps/%d", i), step)
	}
	k.checkOutcome()
	return k.problems
}

func (k *checker) problem(path, format string, args ...any) {
	k.problems = append(k.problems, fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...)))
}

// wrap notes an error, each of several that are joined by itself.
func (k *checker) wrap(prefix string, err error) {
	if many, joined := err.(interface{ Unwrap() []error }); joined {
		for _, one := range many.Unwrap() {
			k.wrap(prefix, one)
		}
		return
	}
	if err != nil {
		k.problems = append(k.problems, fmt.Errorf("%s%w", prefix, err))
	}
}

// collect learns the names before anything refers to them.
func (k *checker) collect() {
	for _, exchange := range k.c.Script {
		if !validName(exchange.ID) || k.exchanges[exchange.ID] {
			k.problem("script", "id %q: want a name of its own for each exchange", exchange.ID)
		}
		k.exchanges[exchange.ID] = true
	}
	k.hooksOf(MainClient, k.c.Given.Config)
	for name, config := range k.c.Given.Clients {
		if !validName(name) || name == MainClient {
			k.problem("given/clients/"+name, "want another name")
		}
		k.hooksOf(name, config)
	}
	walkSteps(k.c.Steps, func(step *Step) {
		if step.ID == "" {
			return
		}
		_, isClient := k.c.Given.Clients[step.ID]
		if !validName(step.ID) || k.steps[step.ID] || step.ID == SetupStep || step.ID == MainClient || isClient || k.exchanges[step.ID] {
			k.problem("steps", "id %q: want a name of its own for each step", step.ID)
		}
		k.steps[step.ID] = true
		if step.Call != "" {
			k.calls[step.ID] = step
			for _, instance := range step.Instances() {
				k.instances[instance] = true
			}
			k.hooksOf(step.ID, step.Args)
		}
	})
}

// hooksOf learns the callbacks among arguments or options.
func (k *checker) hooksOf(owner string, arguments map[string]any) {
	for name := range arguments {
		if isCallbackName(name) {
			k.hooks[owner+"."+name] = true
		}
	}
}

// walkSteps calls back for each step, those inside callbacks included.
func walkSteps(steps []*Step, found func(*Step)) {
	for _, step := range steps {
		found(step)
		for _, name := range slices.Sorted(maps.Keys(step.Args)) {
			if inner := nestedCall(name, step.Args[name]); inner != nil {
				walkSteps([]*Step{inner}, found)
			}
		}
	}
}

func (k *checker) checkGiven() {
	given := k.c.Given
	if _, err := time.Parse(time.RFC3339, given.Clock); err != nil {
		k.problem("given/clock", "%v", err)
	}
	if !strings.HasPrefix(given.IssuerPath, "/") {
		k.problem("given/issuer_path", "want a path")
	}
	keys, err := new(provider.Keyring).Keys(given.Keys)
	k.wrap("given/keys/", err)
	for _, name := range slices.Sorted(maps.Keys(given.Tokens)) {
		path := "given/tokens/" + name
		token := given.Tokens[name]
		k.wrap(path+"/", token.Check())
		if token.Key != "" && keys[token.Key] == nil {
			k.problem(path+"/key", "no key %q", token.Key)
		}
		k.references(path, []any{token.Header, token.Claims, token.Payload})
	}
	k.wrap("given/", provider.CheckKeySet(given.JWKS, keys))
	k.values("given/discovery", given.Discovery)
	k.checkConfig("given/config", given.Config)
	for _, name := range slices.Sorted(maps.Keys(given.Clients)) {
		k.checkConfig("given/clients/"+name, given.Clients[name])
	}
}

// values judges a tree in which only values may stand.
func (k *checker) values(path string, tree any) {
	k.wrap("", expr.Check(tree, path, expr.Value))
	k.references(path, tree)
}

// expectation judges a tree in which values and matchers may stand.
func (k *checker) expectation(path string, tree any) {
	k.wrap("", expr.Check(tree, path, expr.Value, expr.Matcher))
	k.references(path, tree)
}

// references judges the names in a tree's operators.
func (k *checker) references(path string, tree any) {
	err := expr.Visit(tree, path, func(path, operator string, argument any) error {
		text, _ := argument.(string)
		name, _, _ := strings.Cut(text, "/")
		switch operator {
		case "token":
			if k.c.Given.Tokens[text] == nil {
				return fmt.Errorf("%s: $token: no token %q", path, text)
			}
		case "result", "object":
			if !k.instances[name] {
				return fmt.Errorf("%s: $%s: no call %q", path, operator, name)
			}
		case "config":
			if _, known := k.spec.Config[name]; !known {
				return fmt.Errorf("%s: $config: no option %q", path, name)
			}
		}
		return nil
	})
	k.wrap("", err)
}

func (k *checker) checkConfig(path string, config map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(config)) {
		kind, known := k.spec.Config[name]
		switch {
		case !known:
			k.problem(jsontree.Join(path, name), "no such option%s", suggest.Key(name, k.spec.Config))
		case kind == "clock" || kind == "entropy" || kind == "http_client" || kind == "hooks":
			k.problem(jsontree.Join(path, name), "belongs to the adapter")
		case isCallback(kind):
			k.checkBehavior(jsontree.Join(path, name), config[name])
		default:
			k.values(jsontree.Join(path, name), config[name])
		}
	}
}

func (k *checker) checkExchange(path string, exchange *provider.Exchange) {
	k.wrap(path+"/", exchange.Check())
	if exchange.On.Endpoint != "" && !k.isEndpoint(exchange.On.Endpoint) {
		k.problem(path+"/on/endpoint", "no endpoint %q%s", exchange.On.Endpoint, k.nearEndpoint(exchange.On.Endpoint))
	}
	k.references(path+"/on", []any{anyObject(exchange.On.Form), anyObject(exchange.On.Query), anyObject(exchange.On.Headers)})
	if reply := exchange.Reply; reply != nil {
		k.references(path+"/reply", []any{reply.JSON, reply.Body, reply.Metadata, anyObject(reply.Headers)})
	}
	for _, call := range append(slices.Clone(exchange.Hold.Started), exchange.Hold.Ended...) {
		if k.calls[call] == nil && !k.instances[call] {
			k.problem(path+"/hold", "no call %q", call)
		}
	}
}

func anyObject(object map[string]any) any {
	if object == nil {
		return nil
	}
	return object
}

func (k *checker) isEndpoint(name string) bool {
	return slices.ContainsFunc(k.spec.Endpoints, func(e provider.Endpoint) bool { return e.Name == name })
}

func (k *checker) nearEndpoint(name string) string {
	var names []string
	for _, endpoint := range k.spec.Endpoints {
		names = append(names, endpoint.Name)
	}
	return suggest.Name(name, names)
}

func (k *checker) checkOutcome() {
	c := k.c
	for i, clause := range c.Clauses {
		if _, known := k.spec.clause(clause.ID); !known {
			k.problem(fmt.Sprintf("clauses/%d", i), "no clause %q", clause.ID)
		}
	}
	for i, capability := range c.Requires {
		if !slices.Contains(protocol.Capabilities(), capability) {
			k.problem(fmt.Sprintf("requires/%d", i), "no capability %q%s", capability, suggest.Name(capability, protocol.Capabilities()))
		}
	}
	for i, id := range c.Sent {
		if !k.exchanges[id] {
			k.problem(fmt.Sprintf("sent/%d", i), "no exchange %q", id)
		}
	}
	for _, endpoint := range slices.Sorted(maps.Keys(c.Counts)) {
		if !k.isEndpoint(endpoint) {
			k.problem("counts/"+endpoint, "no such endpoint%s", k.nearEndpoint(endpoint))
		}
		if c.Counts[endpoint] < 0 {
			k.problem("counts/"+endpoint, "want a number from 0")
		}
	}
	for i, event := range c.ConfigEvents {
		k.checkEvent(fmt.Sprintf("config_events/%d", i), event, func(name string) bool {
			return k.hooks[name] || k.hooks[MainClient+"."+name]
		})
	}
	if c.Setup != nil {
		if c.Setup.OK.Set == (c.Setup.Err != nil) {
			k.problem("setup", "want ok or err")
		}
		k.checkError("setup/err", c.Setup.Err)
	}
	if c.Control == "" && onlyErrors(c) {
		k.problem("control", "a case that expects only errors needs one: an SDK that always fails would pass")
	}
}

// onlyErrors says whether an SDK that fails in everything could be right.
func onlyErrors(c *Case) bool {
	calls, succeeds := 0, c.Setup == nil && len(c.Steps) == 0
	walkSteps(c.Steps, func(step *Step) {
		if step.Call != "" {
			calls++
			succeeds = succeeds || step.OK.Set
		}
	})
	return !succeeds && (calls > 0 || c.Setup != nil)
}
