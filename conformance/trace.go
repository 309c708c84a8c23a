package conformance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
)

// Trace prints what was seen of a case, in the order in which it happened.
func (t *Transcript) Trace() string {
	type line struct {
		seq  int64
		text string
	}
	var lines []line
	for _, request := range t.Requests {
		where := request.Exchange
		if where == "" {
			where = "not scripted"
		}
		raw := strings.TrimSpace(request.Raw)
		lines = append(lines, line{request.Seq, fmt.Sprintf("request (%s)\n%s", where, raw)})
	}
	for _, event := range t.Events {
		lines = append(lines, line{event.Seq, fmt.Sprintf("callback %s of call %d: %s", event.Hook, event.Call, jsontree.ToJSON(event.Data))})
	}
	for _, call := range t.Calls {
		outcome := string(call.OK)
		switch {
		case call.Err != nil:
			outcome = "error " + string(jsontree.ToJSON(call.Err))
		case call.Refused != "" || call.Crash != "":
			outcome = "broken: " + call.Refused + call.Crash
		case call.Ended == 0:
			outcome = "never ended"
		}
		lines = append(lines, line{call.Ended, fmt.Sprintf("%s: %s %s\n-> %s", call.Instance, call.Operation, jsontree.ToJSON(call.Args), outcome)})
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.seq, b.seq) })
	var out strings.Builder
	fmt.Fprintf(&out, "=== %s (%s), issuer at %s, %s\n", t.Case, t.Flavor, t.Facts.Origin, t.Took)
	for _, one := range lines {
		fmt.Fprintf(&out, "%4d  %s\n", one.seq, indented(one.text))
	}
	for _, broken := range t.Broken {
		fmt.Fprintf(&out, "      broken: %s\n", indented(broken))
	}
	if t.Stopped != "" {
		fmt.Fprintf(&out, "      stopped: %s: %s\n", t.Stopped, indented(t.Reason))
	}
	return out.String()
}
