package conformance

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/arbfay/authpi-go/conformance/internal/expr"
	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
	"github.com/arbfay/authpi-go/conformance/internal/suggest"
	"github.com/arbfay/authpi-go/conformance/protocol"
)

func (k *checker) checkStep(path string, step *Step) {
	kinds := 0
	for _, there := range []bool{step.Call != "", step.Advance != "", step.Wait != nil, step.Cancel != "", step.Release != ""} {
		if there {
			kinds++
		}
	}
	if kinds != 1 {
		k.problem(path, "want one of call, advance, wait, cancel and release")
		return
	}
	switch {
	case step.Call != "":
		k.checkCall(path, step)
	case step.Advance != "":
		if _, err := expr.Duration(step.Advance); err != nil {
			k.problem(path+"/advance", "%v", err)
		}
	case step.Wait != nil:
		k.checkWait(path+"/wait", step.Wait)
	case step.Cancel != "":
		if !k.instances[step.Cancel] {
			k.problem(path+"/cancel", "no call %q", step.Cancel)
		}
	default:
		if !k.hooks[step.Release] && !k.exchanges[step.Release] {
			k.problem(path+"/release", "no exchange or callback %q", step.Release)
		}
	}
}

func (k *checker) checkWait(path string, wait *Wait) {
	named := 0
	for _, name := range []string{wait.Ended, wait.Request, wait.Event} {
		if name != "" {
			named++
		}
	}
	switch {
	case named != 1:
		k.problem(path, "want one of ended, request and event")
	case wait.Ended != "" && (k.calls[wait.Ended] != nil || k.instances[wait.Ended]):
	case wait.Request != "" && k.exchanges[wait.Request]:
	case wait.Event != "" && k.hooks[wait.Event]:
	default:
		k.problem(path, "no call, exchange or callback of that name")
	}
}

func (k *checker) checkCall(path string, step *Step) {
	if step.ID == "" {
		k.problem(path+"/id", "a call has one")
	}
	operation, known := k.spec.Operations[step.Call]
	if !known {
		k.problem(path+"/call", "no operation %q%s", step.Call, suggest.Key(step.Call, k.spec.Operations))
		return
	}
	k.checkArgs(path+"/args", step, operation)
	if _, there := k.c.Given.Clients[step.Client]; step.Client != "" && step.Client != MainClient && !there {
		k.problem(path+"/client", "no client %q", step.Client)
	}
	if step.Context != "" && step.Context != protocol.ContextCancelled && step.Context != protocol.ContextExpired {
		k.problem(path+"/context", "want cancelled or expired")
	}
	if step.OK.Set == (step.Err != nil) {
		k.problem(path, "want ok or err")
	}
	k.expectation(path+"/ok", step.OK.Want)
	k.checkError(path+"/err", step.Err)
	for i, event := range step.Events {
		k.checkEvent(fmt.Sprintf("%s/events/%d", path, i), event, func(name string) bool {
			_, given := step.Args[name]
			return given && isCallback(operation.Params[name])
		})
	}
	if step.After != "" && !k.steps[step.After] {
		k.problem(path+"/after", "no step %q", step.After)
	}
}

func (k *checker) checkArgs(path string, step *Step, operation Operation) {
	for _, name := range slices.Sorted(maps.Keys(step.Args)) {
		kind, known := operation.Params[name]
		at := jsontree.Join(path, name)
		switch {
		case !known:
			k.problem(at, "%s has no such parameter%s", step.Call, suggest.Key(name, operation.Params))
		case isCallback(kind):
			k.checkBehavior(at, step.Args[name])
		case kind == "agent":
			if operator, _, ok := expr.Operator(step.Args[name]); !ok || operator != "object" {
				k.problem(at, `want {"$object": …}, an agent that a call returned`)
			}
			k.references(at, step.Args[name])
		case k.spec.Storable[kind]:
			k.wrap("", expr.Check(step.Args[name], at, expr.Value, expr.Handle))
			k.references(at, step.Args[name])
		default:
			k.values(at, step.Args[name])
		}
	}
	for _, name := range operation.Required {
		if _, given := step.Args[name]; !given {
			k.problem(path, "%s is missing", name)
		}
	}
}

// behavior is what a callback does, as a case says it.
type behavior struct {
	Hold   bool   `json:"hold"`
	Cancel string `json:"cancel"`
	Call   *Step  `json:"call"`
	Fail   string `json:"fail"`
	Panic  string `json:"panic"`
}

func readBehavior(tree any) (*behavior, error) {
	out := &behavior{}
	return out, jsontree.Decode(tree, out)
}

// nestedCall returns the call that a callback makes, or nil where the argument is
// none, or makes none.
func nestedCall(name string, argument any) *Step {
	if !isCallbackName(name) {
		return nil
	}
	out, err := readBehavior(argument)
	if err != nil {
		return nil
	}
	return out.Call
}

func (k *checker) checkBehavior(path string, tree any) {
	out, err := readBehavior(tree)
	if err != nil {
		k.wrap(path+"/", err)
		return
	}
	if out.Cancel != "" && !k.instances[out.Cancel] {
		k.problem(path+"/cancel", "no call %q", out.Cancel)
	}
	if out.Call != nil {
		if out.Call.Times != 0 || out.Call.Async || out.Call.Call == "" {
			k.problem(path+"/call", "want one call")
			return
		}
		k.checkCall(path+"/call", out.Call)
	}
}

func (k *checker) checkEvent(path string, event map[string]any, known func(string) bool) {
	if len(event) != 1 {
		k.problem(path, "want one callback and what it got")
	}
	for name, data := range event {
		if !known(name) {
			k.problem(path, "no callback %q", name)
		}
		k.expectation(jsontree.Join(path, name), data)
	}
}

// errorMembers are the members of protocol.Error that a case may expect.
func errorMembers() []string {
	return []string{
		"class", "code", "description", "status", "retry_after", "operation", "source", "temporary", "fields", "cause",
	}
}

func (k *checker) checkError(path string, want map[string]any) {
	if want == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !slices.Contains(errorMembers(), name) {
			k.problem(jsontree.Join(path, name), "unknown key%s", suggest.Name(name, errorMembers()))
		}
	}
	for _, name := range []string{"class", "code"} {
		if text, _ := want[name].(string); text == "" {
			k.problem(path, "%s: is missing", name)
		}
	}
	k.checkKind(path, want)
	if cause, ok := want["cause"].(map[string]any); ok {
		k.checkKind(path+"/cause", cause)
	}
	k.expectation(path, anyObject(want))
}

// checkKind judges the class and the code of an error. A code is one of the
// interface, or stands in what the SDK gets to read in this case.
func (k *checker) checkKind(path string, want map[string]any) {
	class, _ := want["class"].(string)
	if _, known := k.spec.Classes[class]; class != "" && !known {
		k.problem(path+"/class", "no class %q%s", class, suggest.Key(class, k.spec.Classes))
	}
	code, _ := want["code"].(string)
	if code != "" && !slices.Contains(k.spec.Codes, code) && !reads(k.c, code) {
		k.problem(path+"/code", "the interface has no code %q, and the provider does not send it%s",
			code, suggest.Name(code, k.spec.Codes))
	}
}

// reads says whether a word may stand in what the SDK reads: the provider's
// answers, and the arguments, which may be URLs that the provider led to.
func reads(c *Case, word string) bool {
	var read []any
	for _, exchange := range c.Script {
		if reply := exchange.Reply; reply != nil {
			read = append(read, reply.JSON, reply.Body, reply.Metadata, anyObject(reply.Headers))
		}
	}
	walkSteps(c.Steps, func(step *Step) { read = append(read, anyObject(step.Args)) })
	return mayHold(read, word)
}

// mayHold says whether a word stands in a tree, or in a text that an operator
// makes of parts.
func mayHold(tree any, word string) bool {
	if name, _, ok := expr.Operator(tree); ok && slices.Contains([]string{"join", "repeat", "hex"}, name) {
		return true
	}
	switch tree := tree.(type) {
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(tree)), func(value any) bool { return mayHold(value, word) })
	case []any:
		return slices.ContainsFunc(tree, func(element any) bool { return mayHold(element, word) })
	case string:
		words := strings.FieldsFunc(tree, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.", r)
		})
		return tree == word || slices.Contains(words, word)
	default:
		return false
	}
}

// requirements returns what a case says that it needs, and what can be seen from
// it.
func requirements(c *Case) []string {
	needs := map[string]bool{}
	for _, capability := range c.Requires {
		needs[capability] = true
	}
	if c.Given.Entropy != "" {
		needs[protocol.CapabilityEntropy] = true
	}
	configs := []map[string]any{c.Given.Config}
	for _, config := range c.Given.Clients {
		configs = append(configs, config)
	}
	for _, config := range configs {
		if _, there := config["on_refresh"]; there {
			needs[protocol.CapabilityConfigCallbacks] = true
		}
	}
	walkSteps(c.Steps, func(step *Step) {
		if step.Advance != "" {
			needs[protocol.CapabilityClock] = true
		}
		if step.Cancel != "" || step.Context != "" {
			needs[protocol.CapabilityCancel] = true
		}
		if step.Times > 1 || step.Async {
			needs[protocol.CapabilityConcurrency] = true
		}
		for name := range step.Args {
			if isCallbackName(name) {
				needs[protocol.CapabilityCallbacks] = true
			}
			if name == "tokens" || name == "login" {
				needs[protocol.CapabilityStorage] = true
			}
		}
	})
	return slices.Sorted(maps.Keys(needs))
}

// operations returns the operations that a case calls.
func operations(c *Case) []string {
	names := map[string]bool{}
	walkSteps(c.Steps, func(step *Step) {
		if step.Call != "" {
			names[step.Call] = true
		}
	})
	return slices.Sorted(maps.Keys(names))
}
