package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/conformance/internal/expr"
	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
	"github.com/arbfay/authpi-go/conformance/provider"
)

// Judge compares what was seen of a case with what it wants, and returns what
// is wrong, one line each. It looks at nothing but its arguments.
func Judge(c *Case, t *Transcript) []string {
	j := newJudge(c, t)
	j.calls()
	j.configEvents()
	j.requests()
	j.rules()
	return j.problems
}

// judge collects what is wrong with one transcript.
type judge struct {
	c        *Case
	t        *Transcript
	scope    expr.Scope
	problems []string
}

func newJudge(c *Case, t *Transcript) *judge {
	w := &world{c: c, facts: t.Facts, results: map[string]any{}, handles: map[string]int{}}
	for _, call := range t.Calls {
		if call.Step == SetupStep {
			continue
		}
		w.handles[call.Instance] = call.ID
		if call.OK != nil {
			_ = w.remember(call.Instance, call.OK) // what is no JSON has no result
		}
	}
	return &judge{c: c, t: t, scope: w.scope(), problems: slices.Clone(t.Broken)}
}

func (j *judge) problem(format string, args ...any) {
	j.problems = append(j.problems, fmt.Sprintf(format, args...))
}

func (j *judge) differences(prefix string, differences []expr.Difference) {
	for _, difference := range differences {
		j.problem("%s%s", prefix, difference)
	}
}

// calls judges the making of the clients and every call.
func (j *judge) calls() {
	want := Step{ID: SetupStep, OK: Expectation{Set: true, Want: map[string]any{}}}
	if j.c.Setup != nil {
		want = Step{ID: SetupStep, OK: j.c.Setup.OK, Err: j.c.Setup.Err}
	}
	setups := j.records(SetupStep)
	for i, record := range setups {
		if i == len(setups)-1 || want.Err == nil {
			j.outcome(SetupStep, &want, record)
		}
	}
	if len(setups) == 0 {
		j.problem("setup: never ended")
	}
	walkSteps(j.c.Steps, func(step *Step) {
		if step.Call == "" {
			return
		}
		for _, instance := range step.Instances() {
			records := j.records(step.ID)
			i := slices.IndexFunc(records, func(r *CallRecord) bool { return r.Instance == instance })
			if i < 0 {
				j.problem("%s: was not called", instance)
				continue
			}
			j.call(step, records[i])
		}
	})
}

func (j *judge) records(step string) []*CallRecord {
	var records []*CallRecord
	for _, call := range j.t.Calls {
		if call.Step == step {
			records = append(records, call)
		}
	}
	return records
}

func (j *judge) call(step *Step, record *CallRecord) {
	j.outcome(record.Instance, step, record)
	if record.Ended != 0 && !record.Started {
		j.problem("%s: was answered without having started", record.Instance)
	}
	if step.After != "" && record.Ended < j.earliest(step.After) {
		j.problem("%s: ended before %s", record.Instance, step.After)
	}
	var events []EventRecord
	for _, event := range j.t.Events {
		if event.Call == record.ID {
			event.Hook = strings.TrimPrefix(event.Hook, step.ID+".")
			events = append(events, event)
		}
	}
	j.events(record.Instance+"/events", step.Events, events)
}

// earliest returns the place before which a call that comes after a step may not
// end. See Step.After.
func (j *judge) earliest(step string) int64 {
	place := j.t.Begun[step]
	for _, call := range j.records(step) {
		place = max(place, call.Ended)
	}
	return place
}

// outcome judges how a call ended.
func (j *judge) outcome(name string, want *Step, record *CallRecord) {
	switch {
	case record.Ended == 0:
		j.problem("%s: never ended", name)
	case record.Refused != "":
		j.problem("%s: the adapter refused: %s", name, record.Refused)
	case record.Crash != "":
		j.problem("%s: crashed: %s", name, record.Crash)
	case want.OK.Set && record.Err != nil:
		j.problem("%s: want success, got %s", name, jsontree.ToJSON(record.Err))
	case want.OK.Set:
		got, err := jsontree.FromJSON(record.OK)
		if err != nil {
			j.problem("%s: its result is no JSON: %v", name, err)
			return
		}
		j.differences(name+"/", j.scope.Match("ok", want.OK.Want, got))
	case record.Err == nil:
		j.problem("%s: want the error %v %v, got success", name, want.Err["class"], want.Err["code"])
	default:
		got, err := jsontree.FromJSON(jsontree.ToJSON(record.Err))
		if err != nil {
			j.problem("%s: its error is no JSON: %v", name, err)
			return
		}
		fill(got)
		j.differences(name+"/", j.scope.Match("err", want.Err, got))
	}
}

// fill writes out the members of an error that are left out when they are zero,
// so that a case can ask for zero.
func fill(tree any) {
	object, _ := tree.(map[string]any)
	for _, name := range []string{"status", "retry_after"} {
		if _, there := object[name]; !there {
			object[name] = json.Number("0")
		}
	}
}

// configEvents judges the callbacks of the config.
func (j *judge) configEvents() {
	var events []EventRecord
	for _, event := range j.t.Events {
		if event.Call == 0 {
			event.Hook = strings.TrimPrefix(event.Hook, MainClient+".")
			events = append(events, event)
		}
	}
	j.events("config_events", j.c.ConfigEvents, events)
}

// events judges callbacks: exactly these, in this order.
func (j *judge) events(name string, want []map[string]any, got []EventRecord) {
	for i, event := range got {
		if i >= len(want) {
			j.problem("%s/%d: %s was called, which is not expected", name, i, event.Hook)
			continue
		}
		for hook, data := range want[i] {
			if hook != event.Hook {
				j.problem("%s/%d: want %s, got %s", name, i, hook, event.Hook)
				continue
			}
			tree, err := jsontree.FromJSON(jsontree.ToJSON(event.Data))
			if err != nil {
				j.problem("%s/%d: %v", name, i, err)
				continue
			}
			j.differences(fmt.Sprintf("%s/%d/", name, i), j.scope.Match(hook, data, tree))
		}
	}
	for i := len(got); i < len(want); i++ {
		j.problem("%s/%d: %s was not called", name, i, strings.Join(slices.Collect(maps.Keys(want[i])), " "))
	}
}

// requests judges what was sent: each request by its exchange, then which there
// were, how often and in which order.
func (j *judge) requests() {
	asked := map[string]int{}
	counts := map[string]int{}
	var order []string
	for i := range j.t.Requests {
		request := &j.t.Requests[i]
		counts[request.Endpoint]++
		exchange := j.exchange(request.Exchange)
		if exchange == nil {
			if request.Origin != provider.OriginProvider || (request.Endpoint != "discovery" && request.Endpoint != "jwks") {
				j.problem("request %d: %s %s to the %s is not in the script", i, request.Method, request.Target, request.Origin)
			}
			continue
		}
		if asked[exchange.ID]++; asked[exchange.ID] == 1 {
			order = append(order, exchange.ID)
		}
		j.differences("request "+exchange.ID+": ", exchange.On.Compare(j.scope, request))
	}
	j.sent(asked, order)
	for _, endpoint := range slices.Sorted(maps.Keys(j.c.Counts)) {
		if counts[endpoint] != j.c.Counts[endpoint] {
			j.problem("counts/%s: want %d, got %d", endpoint, j.c.Counts[endpoint], counts[endpoint])
		}
	}
}

func (j *judge) exchange(id string) *provider.Exchange {
	for _, exchange := range j.c.Script {
		if exchange.ID == id {
			return exchange
		}
	}
	return nil
}

// sent judges which exchanges were asked.
func (j *judge) sent(asked map[string]int, order []string) {
	wanted := make([]string, 0, len(j.c.Sent))
	for _, exchange := range j.c.Script {
		limit := exchange.Limit()
		switch {
		case !slices.Contains(j.c.Sent, exchange.ID):
			if asked[exchange.ID] > 0 {
				j.problem("sent: %s was asked", exchange.ID)
			}
		case limit != provider.AnyTimes && asked[exchange.ID] != int(limit):
			j.problem("sent: %s was asked %d times, not %d", exchange.ID, asked[exchange.ID], limit)
		}
	}
	if j.c.Unordered {
		return
	}
	fixed := func(id string) bool {
		exchange := j.exchange(id)
		return exchange != nil && exchange.Limit() != provider.AnyTimes
	}
	for _, id := range j.c.Sent {
		if fixed(id) {
			wanted = append(wanted, id)
		}
	}
	order = slices.DeleteFunc(slices.Clone(order), func(id string) bool { return !fixed(id) })
	if !slices.Equal(order, wanted) {
		j.problem("sent: want the order %v, got %v", wanted, order)
	}
}
