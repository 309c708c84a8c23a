package conformance

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/arbfay/authpi-go/conformance/internal/suggest"
	"github.com/arbfay/authpi-go/conformance/protocol"
	"github.com/arbfay/authpi-go/conformance/provider"
)

// Options say what to run.
type Options struct {
	// Adapter starts the SDK's adapter. Required.
	Adapter Adapter
	// Suite has the cases. Required.
	Suite *Suite
	// Cases are the selected cases. Their controls are run with them. Nil means all.
	Cases []*Case
	// Flavors are the flavors to judge. Nil means all that the adapter has.
	Flavors []string
	// Parallel is how many cases run at once, if the adapter can bear it. 0 means
	// four for each CPU.
	Parallel int
	// Budget is the time that one case may take. 0 means 10 s.
	Budget time.Duration
	// Seed is what the secrets are made of. Empty means a random one.
	Seed string
	// Progress is called for each result as it comes, one call at a time, with the
	// number of results so far and of all.
	Progress func(result Result, done, total int)
	// KeepTranscripts keeps the transcripts in the results.
	KeepTranscripts bool
}

// Result is the verdict on one case in one flavor.
type Result struct {
	// Case is the case's id.
	Case string `json:"case"`
	// Area is the case's area.
	Area string `json:"area"`
	// Flavor is the flavor of the SDK.
	Flavor string `json:"flavor"`
	// Level is the case's level.
	Level string `json:"level"`
	// Verdict is the verdict.
	Verdict Verdict `json:"verdict"`
	// Problems say what is wrong, or why the case was skipped, blocked or stopped.
	Problems []string `json:"problems,omitempty"`
	// Took is the time that the case took.
	Took time.Duration `json:"took"`
	// Transcript is what was seen, where it was asked for.
	Transcript *Transcript `json:"transcript,omitempty"`
}

// job is one case in one flavor.
type job struct {
	c      *Case
	flavor string
}

// runner runs jobs over an adapter that may have to be started again.
type runner struct {
	options  Options
	player   *player
	sessions atomic.Int64

	mu      sync.Mutex
	link    *link
	stderr  []func() string
	results map[string]Result // by flavor and case
	secrets map[string]bool
	again   []job // in flight when the adapter broke down
	total   int   // results to come
}

// Run plays and judges the selected cases. Its error is for what keeps it from
// running at all.
func Run(ctx context.Context, options Options) (*Report, error) {
	if options.Budget == 0 {
		options.Budget = 10 * time.Second
	}
	if options.Seed == "" {
		options.Seed = hex.EncodeToString(random(8))
	}
	r := &runner{
		options: options, results: map[string]Result{}, secrets: map[string]bool{},
		player: &player{spec: options.Suite.Interface, keys: &provider.Keyring{}, seed: options.Seed, budget: options.Budget},
	}
	begun := time.Now()
	first, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	defer r.finish()
	flavors, err := r.flavors(first)
	if err != nil {
		return nil, err
	}
	cases := options.Cases
	if cases == nil {
		cases = options.Suite.Cases
	}
	ready := first.ready
	if err := r.knows(ready); err != nil {
		return nil, err
	}
	jobs := r.jobs(cases, flavors)
	r.total = len(jobs)
	r.all(ctx, jobs, r.parallel(ready.MaxInFlight))
	for _, job := range r.again {
		r.one(ctx, job, true)
	}
	report := &Report{
		SDK: ready.SDK.Name + " " + ready.SDK.Version, Language: ready.Language, Flavors: flavors, Seed: options.Seed,
		Took: time.Since(begun), Problems: r.stderrLeaks(),
	}
	for _, flavor := range flavors {
		for _, c := range cases {
			report.Results = append(report.Results, r.verdict(job{c, flavor}))
		}
	}
	if ctx.Err() != nil {
		report.Problems = append(report.Problems, "the run was interrupted")
	}
	return report, nil
}

// knows refuses an adapter that names a capability or an operation which is none:
// the cases that need the right one would be skipped without a word.
func (r *runner) knows(ready *protocol.Ready) error {
	for _, name := range ready.Capabilities {
		if all := protocol.Capabilities(); !slices.Contains(all, name) {
			return fmt.Errorf("the adapter names the capability %q, which the protocol does not have; there are %s%s",
				name, strings.Join(all, ", "), suggest.Name(name, all))
		}
	}
	operations := r.options.Suite.Interface.Operations
	for _, name := range ready.Operations {
		if _, known := operations[name]; !known {
			return fmt.Errorf("the adapter names the operation %q, which interface.json does not have; there are %s%s",
				name, strings.Join(slices.Sorted(maps.Keys(operations)), ", "), suggest.Key(name, operations))
		}
	}
	return nil
}

func random(n int) []byte {
	out := make([]byte, n)
	_, _ = rand.Read(out) // never fails
	return out
}

func (r *runner) flavors(l *link) ([]string, error) {
	if len(r.options.Flavors) == 0 {
		return l.ready.Flavors, nil
	}
	for _, flavor := range r.options.Flavors {
		if !slices.Contains(l.ready.Flavors, flavor) {
			return nil, fmt.Errorf("the adapter has no flavor %q, it has %v", flavor, l.ready.Flavors)
		}
	}
	return r.options.Flavors, nil
}

func (r *runner) parallel(bearable int) int {
	wanted := r.options.Parallel
	if wanted == 0 {
		wanted = 4 * runtime.GOMAXPROCS(0)
	}
	return max(1, min(wanted, bearable))
}

// jobs returns the selected cases and their controls in each flavor.
func (r *runner) jobs(cases []*Case, flavors []string) []job {
	var jobs []job
	seen := map[*Case]bool{}
	var add func(c *Case)
	add = func(c *Case) {
		if seen[c] {
			return
		}
		seen[c] = true
		if control, ok := r.options.Suite.Case(c.Control); ok {
			add(control)
		}
		for _, flavor := range flavors {
			jobs = append(jobs, job{c, flavor})
		}
	}
	for _, c := range cases {
		add(c)
	}
	return jobs
}

// all runs the jobs, so many at once.
func (r *runner) all(ctx context.Context, jobs []job, parallel int) {
	queue := make(chan job)
	var workers sync.WaitGroup
	for range parallel {
		workers.Go(func() {
			for job := range queue {
				r.one(ctx, job, false)
			}
		})
	}
	for _, job := range jobs {
		queue <- job
	}
	close(queue)
	workers.Wait()
}

// one runs one job. An adapter that breaks down, or no longer does what it is
// told, takes all that are in flight with it: each of those is tried once more,
// alone.
func (r *runner) one(ctx context.Context, work job, alone bool) {
	result := Result{Case: work.c.ID, Area: work.c.Area(), Flavor: work.flavor, Level: work.c.Level}
	link, err := r.open(ctx)
	if err != nil {
		result.Verdict, result.Problems = Crash, []string{err.Error()}
		r.keep(result)
		return
	}
	if lacks := missing(work.c, link); lacks != "" {
		result.Verdict, result.Problems = Skip, []string{lacks}
		r.keep(result)
		return
	}
	name := strconv.FormatInt(r.sessions.Add(1), 10)
	transcript, usable := r.player.play(ctx, link, name, work)
	if gone := link.whyGone(); gone != nil && transcript.Stopped == Crash {
		transcript.Reason = gone.Error() + link.lastWords()
	}
	if !usable {
		r.discard(link)
	}
	if !alone && (transcript.Stopped == Crash || !usable) {
		r.mu.Lock()
		r.again = append(r.again, work)
		r.mu.Unlock()
		return
	}
	judged := newJudge(work.c, transcript)
	result.Problems = Judge(work.c, transcript)
	switch {
	case transcript.Stopped != "":
		result.Verdict = transcript.Stopped
		result.Problems = append([]string{transcript.Reason}, result.Problems...)
	case slices.ContainsFunc(transcript.Calls, func(r *CallRecord) bool { return r.Crash != "" }):
		result.Verdict = Crash
	case len(result.Problems) > 0:
		result.Verdict = Fail
	default:
		result.Verdict = Pass
	}
	result.Took = transcript.Took
	if r.options.KeepTranscripts {
		result.Transcript = transcript
	}
	r.mu.Lock()
	for _, secret := range judged.secrets() {
		r.secrets[secret] = true
	}
	r.mu.Unlock()
	r.keep(result)
}

// missing says what the SDK lacks for a case, or "".
func missing(c *Case, l *link) string {
	for _, capability := range c.Requires {
		if !slices.Contains(l.ready.Capabilities, capability) {
			return "the SDK lacks the capability " + capability
		}
	}
	for _, operation := range operations(c) {
		if !slices.Contains(l.ready.Operations, operation) {
			return "the SDK lacks the operation " + operation
		}
	}
	return ""
}

func (r *runner) keep(result Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.results[result.Flavor+" "+result.Case] = result
	if r.options.Progress != nil {
		r.options.Progress(result, len(r.results), r.total)
	}
}

// verdict returns a result with its control taken into account.
func (r *runner) verdict(work job) Result {
	result := r.results[work.flavor+" "+work.c.ID]
	control, ok := r.options.Suite.Case(work.c.Control)
	if !ok || result.Verdict == Skip {
		return result
	}
	switch of := r.verdict(job{control, work.flavor}); of.Verdict {
	case Pass:
	case Skip:
		result.Verdict, result.Problems = Skip, []string{fmt.Sprintf("its control %s was skipped: %s", control.ID, of.Problems[0])}
	default:
		result.Verdict = Blocked
		result.Problems = append([]string{fmt.Sprintf("its control %s did not pass: %s", control.ID, of.Verdict)}, result.Problems...)
	}
	return result
}

// open returns the link, and starts the adapter where there is none.
func (r *runner) open(ctx context.Context) (*link, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.link != nil && r.link.whyGone() == nil {
		return r.link, nil
	}
	if r.link != nil {
		r.link.kill()
		r.link = nil
	}
	opened, err := openLink(ctx, r.options.Adapter, r.options.Budget)
	if err != nil {
		return nil, err
	}
	r.link = opened
	r.stderr = append(r.stderr, opened.process.Stderr)
	return opened, nil
}

// discard ends an adapter that no longer does what it is told, if it is still
// the one.
func (r *runner) discard(l *link) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.link == l {
		r.link.kill()
		r.link = nil
	}
}

// finish ends the adapter when all is done.
func (r *runner) finish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.link != nil {
		r.link.close()
		r.link = nil
	}
}

// stderrLeaks looks for secrets in what the adapter wrote to standard error.
func (r *runner) stderrLeaks() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, text := range r.stderr {
		written := text()
		if written == "" {
			continue
		}
		for secret := range r.secrets {
			if strings.Contains(written, secret) {
				return []string{"a secret stands in the adapter's standard error"}
			}
		}
	}
	return nil
}
