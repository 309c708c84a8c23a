// Command sdkgen turns INTERFACE.yaml into the generated part of the SDK.
//
//	sdkgen generate   writes what has changed
//	sdkgen check      compares and writes nothing
//	sdkgen validate   checks the spec alone
//
// It exits with 0 if all is well, 1 if check finds a difference, and 2 if the spec or the command line is wrong or a
// file cannot be read or written.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"github.com/arbfay/authpi-go/gen"
)

const (
	exitClean = 0
	exitDrift = 1
	exitWrong = 2
)

// commandLine is what a user can type.
type commandLine struct {
	Dir  string `short:"C" default:"." placeholder:"DIR" help:"Root of the repository."`
	Spec string `default:"INTERFACE.yaml" placeholder:"FILE" help:"Spec, relative to the root."`

	Generate struct{} `cmd:"" help:"Write the generated files that have changed, all or none."`
	Check    struct{} `cmd:"" help:"Compare the generated files with the spec and write nothing."`
	Validate struct{} `cmd:"" help:"Check the spec and write nothing."`
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	var line commandLine
	done := false // kong has printed the help
	parser, err := kong.New(&line, kong.Name("sdkgen"), kong.Writers(stdout, stderr), kong.Exit(func(int) { done = true }),
		kong.Description("Generates the SDK from INTERFACE.yaml."))
	if err != nil {
		panic(err) // the struct above is wrong
	}
	command, err := parser.Parse(args)
	switch {
	case done:
		return exitClean
	case err != nil:
		_, _ = fmt.Fprintf(stderr, "sdkgen: %v\nRun sdkgen --help for usage.\n", err)
		return exitWrong
	}
	project := gen.Project{Dir: line.Dir, Spec: line.Spec}
	switch command.Command() {
	case "generate":
		return generate(project, stdout, stderr)
	case "check":
		return check(project, stdout, stderr)
	default:
		return validate(project, stdout, stderr)
	}
}

// verdict prints what is wrong and returns the exit code so far.
func verdict(diags gen.Diagnostics, err error, stderr io.Writer) int {
	_, _ = io.WriteString(stderr, diags.String())
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "sdkgen: %v\n", err)
		if errors.Is(err, gen.ErrNoSpec) {
			_, _ = io.WriteString(stderr, "Run sdkgen in the root of the module, or name the root with -C.\n")
		}
		return exitWrong
	}
	if diags.Failed() {
		return exitWrong
	}
	return exitClean
}

func generate(project gen.Project, stdout, stderr io.Writer) int {
	report, diags, err := project.Generate()
	if code := verdict(diags, err, stderr); code != exitClean {
		return code
	}
	list(stdout, "created", report.Created)
	list(stdout, "updated", report.Updated)
	list(stdout, "removed", report.Removed)
	_, _ = fmt.Fprintf(stdout, "%d created, %d updated, %d removed, %d unchanged\n",
		len(report.Created), len(report.Updated), len(report.Removed), report.Unchanged)
	return exitClean
}

func validate(project gen.Project, stdout, stderr io.Writer) int {
	diags, err := project.Validate()
	code := verdict(diags, err, stderr)
	if code == exitClean {
		_, _ = fmt.Fprintf(stdout, "%s is valid\n", project.Spec)
	}
	return code
}

func check(project gen.Project, stdout, stderr io.Writer) int {
	drift, diags, err := project.Check()
	if code := verdict(diags, err, stderr); code != exitClean {
		return code
	}
	if drift.Clean() {
		_, _ = fmt.Fprintf(stdout, "%d files up to date\n", drift.Unchanged)
		return exitClean
	}
	_, _ = io.WriteString(stdout, drift.Diff)
	list(stderr, "missing", drift.Missing)
	list(stderr, "differs", drift.Differing)
	list(stderr, "stale", drift.Stale)
	_, _ = io.WriteString(stderr, "sdkgen: the generated files are not those of the spec; run sdkgen generate\n")
	return exitDrift
}

func list(w io.Writer, what string, names []string) {
	for _, name := range names {
		_, _ = fmt.Fprintf(w, "%s %s\n", what, name)
	}
}
