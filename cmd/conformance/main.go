// Command conformance tells whether an SDK keeps the interface: see package
// conformance.
package main

import (
	"fmt"
	"os"

	"github.com/alecthomas/kong"

	goadapter "github.com/arbfay/authpi-go/conformance/adapters/go"
)

// cli is the command line.
type cli struct {
	Run     runCommand     `cmd:"" help:"Play the cases against an SDK and judge it."`
	List    listCommand    `cmd:"" help:"List the cases, the clauses, and the clauses without cases."`
	Adapter adapterCommand `cmd:"" help:"Be the adapter of the Go SDK on standard input and output."`
}

func main() {
	parser := newParser(&cli{})
	parsed, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func newParser(into *cli) *kong.Kong {
	return kong.Must(into,
		kong.Name("conformance"),
		kong.Description("Tells whether an SDK for AuthPI keeps the interface of INTERFACE.yaml."),
		kong.UsageOnError(),
	)
}

// adapterCommand serves the Go adapter.
type adapterCommand struct{}

// Run serves until standard input ends.
func (adapterCommand) Run() error { return goadapter.Serve(os.Stdin, os.Stdout) }
