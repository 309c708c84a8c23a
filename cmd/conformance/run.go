package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
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
	Adapter  string        `help:"The SDK's adapter, a command with its arguments. Default: the Go SDK, in this process." placeholder:"COMMAND"`
	Cases    string        `help:"A folder with cases and interface.json in place of the built-in ones." type:"existingdir" placeholder:"DIR"`
	Parallel int           `help:"How many cases run at once." placeholder:"N"`
	Budget   time.Duration `help:"How long one case may take." default:"10s"`
	Seed     string        `help:"The seed of the secrets, to repeat a run." placeholder:"TEXT"`
	JSON     string        `name:"json" help:"Write the report as JSON to this file." placeholder:"FILE"`
	JUnit    string        `name:"junit" help:"Write the report as JUnit XML to this file." placeholder:"FILE"`
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
	for _, pattern := range c.Case {
		if len(suite.Select(pattern)) == 0 {
			return fmt.Errorf("no case fits %q; `conformance list` names them", pattern)
		}
	}
	cases := c.selected(suite)
	if len(cases) == 0 {
		return errors.New("no case is selected")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	bar := &progress{shown: isTerminal(os.Stderr)}
	report, err := conformance.Run(ctx, conformance.Options{
		Adapter: c.adapter(), Suite: suite, Cases: cases, Flavors: c.Flavor, Parallel: c.Parallel, Budget: c.Budget,
		Seed: c.Seed, KeepTranscripts: c.Trace, Progress: bar.show,
	})
	bar.clear()
	if err != nil {
		return err
	}
	if c.Trace {
		for _, result := range report.Results {
			if result.Transcript != nil {
				fmt.Print(result.Transcript.Trace())
			}
		}
	}
	if err := report.WriteText(os.Stdout, c.rerun()); err != nil {
		return err
	}
	if err := errors.Join(write(c.JSON, report.WriteJSON), write(c.JUnit, report.WriteJUnit)); err != nil {
		return err
	}
	if !report.OK() {
		return errNotGreen
	}
	return nil
}

func load(folder string) (*conformance.Suite, error) {
	if folder != "" {
		return conformance.Load(os.DirFS(folder))
	}
	return conformance.Load(fixtures.Files)
}

// selected returns the cases that the flags choose, each once.
func (c *runCommand) selected(suite *conformance.Suite) []*conformance.Case {
	chosen := suite.Cases
	if len(c.Case) > 0 {
		chosen = nil
		seen := map[string]bool{}
		for _, pattern := range c.Case {
			for _, one := range suite.Select(pattern) {
				if !seen[one.ID] {
					seen[one.ID] = true
					chosen = append(chosen, one)
				}
			}
		}
	}
	if len(c.Area) == 0 {
		return chosen
	}
	var inArea []*conformance.Case
	for _, one := range chosen {
		for _, area := range c.Area {
			if one.Area() == area {
				inArea = append(inArea, one)
			}
		}
	}
	return inArea
}

func (c *runCommand) adapter() conformance.Adapter {
	if c.Adapter == "" {
		return conformance.InProcess(goadapter.Serve)
	}
	return conformance.Command(strings.Fields(c.Adapter))
}

// rerun is the command line that runs one case of this run again.
func (c *runCommand) rerun() string {
	line := rerun
	if c.Adapter != "" {
		line += " --adapter '" + c.Adapter + "'"
	}
	if c.Cases != "" {
		line += " --cases " + c.Cases
	}
	return line
}

// write writes one form of the report, where a file is named.
func write(file string, form func(io.Writer) error) error {
	if file == "" {
		return nil
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(form(out), out.Close())
}
