package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/arbfay/authpi-go/conformance"
	goadapter "github.com/arbfay/authpi-go/conformance/adapters/go"
	"github.com/arbfay/authpi-go/testdata/fixtures"
)

// rerun is how this command is called from the module's folder.
const rerun = "go run ./cmd/conformance run"

// runCommand plays and judges.
type runCommand struct {
	Case     []string      `sep:"none" help:"Only cases whose id is or fits this, such as 'refresh.*'. Repeatable." placeholder:"ID"`
	Area     []string      `help:"Only cases of this area. Repeatable." placeholder:"AREA"`
	Flavor   []string      `help:"Only this flavor of the SDK. Repeatable." placeholder:"NAME"`
	Adapter  argument      `help:"The SDK's adapter: a command, split at blanks, without quotes. Default: the Go SDK." placeholder:"COMMAND"`
	Cases    string        `help:"A folder with cases and interface.json in place of the built-in ones." type:"existingdir" placeholder:"DIR"`
	Parallel int           `help:"How many cases run at once, if the adapter can bear it. Default: four for each CPU." placeholder:"N"`
	Budget   time.Duration `help:"How long one case may take." default:"10s"`
	Seed     argument      `help:"The seed of the secrets, to repeat a run." placeholder:"TEXT"`
	JSON     argument      `name:"json" help:"Write the report as JSON to this file." placeholder:"FILE"`
	JUnit    argument      `name:"junit" help:"Write the report as JUnit XML to this file." placeholder:"FILE"`
	Trace    bool          `help:"Print what was seen of each case."`
}

// errNotGreen is the error of a run whose report has said what is wrong.
var errNotGreen = errors.New("the SDK does not keep the interface")

// Run plays the cases.
func (c *runCommand) Run() error {
	suite, err := load(c.Cases)
	if err != nil {
		return err
	}
	cases, err := c.selected(suite)
	if err != nil {
		return err
	}
	out, err := openOutputs(c.JSON, c.JUnit)
	if err != nil {
		return err
	}
	report, err := c.judge(suite, cases)
	if err == nil {
		err = c.show(report, out)
	}
	if err = errors.Join(err, out.close()); err != nil {
		return err
	}
	if !report.OK() {
		return errNotGreen
	}
	return nil
}

// judge runs the cases, with a bar on a terminal.
func (c *runCommand) judge(suite *conformance.Suite, cases []*conformance.Case) (*conformance.Report, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	bar := &progress{shown: isTerminal(os.Stderr)}
	report, err := conformance.Run(ctx, conformance.Options{
		Adapter: c.adapter(), Suite: suite, Cases: cases, Flavors: c.Flavor, Parallel: c.Parallel, Budget: c.Budget,
		Seed: string(c.Seed), KeepTranscripts: c.Trace, Progress: bar.show,
	})
	bar.clear()
	return report, err
}

// show prints the report and writes its other forms.
func (c *runCommand) show(report *conformance.Report, out *outputs) error {
	if c.Trace {
		for _, result := range report.Results {
			if result.Transcript != nil {
				fmt.Print(result.Transcript.Trace())
			}
		}
	}
	errs := []error{report.WriteText(os.Stdout, c.rerun())}
	if out.json != nil {
		errs = append(errs, report.WriteJSON(out.json))
	}
	if out.junit != nil {
		errs = append(errs, report.WriteJUnit(out.junit))
	}
	return errors.Join(errs...)
}

func load(folder string) (*conformance.Suite, error) {
	if folder != "" {
		return conformance.Load(os.DirFS(folder))
	}
	return conformance.Load(fixtures.Files)
}

// selected returns the cases that the flags choose, each once.
func (c *runCommand) selected(suite *conformance.Suite) ([]*conformance.Case, error) {
	var areas []string
	for _, one := range suite.Cases {
		areas = append(areas, one.Area())
	}
	areas = slices.Compact(areas) // cases are sorted
	for _, area := range c.Area {
		if !slices.Contains(areas, area) {
			return nil, fmt.Errorf("no area %q; there are %s", area, strings.Join(areas, ", "))
		}
	}
	patterns := c.Case
	if len(patterns) == 0 {
		patterns = []string{"*"}
	}
	var chosen []*conformance.Case
	for _, pattern := range patterns {
		fitting := suite.Select(pattern)
		if len(fitting) == 0 {
			return nil, fmt.Errorf("no case fits %q; `conformance list` names them", pattern)
		}
		for _, one := range fitting {
			if !slices.Contains(chosen, one) && (len(c.Area) == 0 || slices.Contains(c.Area, one.Area())) {
				chosen = append(chosen, one)
			}
		}
	}
	if len(chosen) == 0 {
		return nil, errors.New("no case is selected")
	}
	return chosen, nil
}

func (c *runCommand) adapter() conformance.Adapter {
	if c.Adapter == "" {
		return conformance.InProcess(goadapter.Serve)
	}
	return conformance.Command(strings.Fields(string(c.Adapter)))
}

// rerun is the command line that runs one case of this run again.
func (c *runCommand) rerun() string {
	line := rerun
	if c.Adapter != "" {
		line += " --adapter '" + string(c.Adapter) + "'"
	}
	if c.Cases != "" {
		line += " --cases " + c.Cases
	}
	return line
}
