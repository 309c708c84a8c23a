package conformance_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	goadapter "github.com/arbfay/authpi-go/conformance/adapters/go"
)

// actAs names what this test program is to be in place of a test: an adapter that
// runs as a program of its own.
const actAs = "CONFORMANCE_TEST_ACT_AS"

func TestMain(m *testing.M) {
	switch os.Getenv(actAs) {
	case "adapter":
		if goadapter.Serve(os.Stdin, os.Stdout) != nil {
			os.Exit(1)
		}
	case "gossip": // an adapter that logs what it is sent
		if goadapter.Serve(&echo{os.Stdin}, os.Stdout) != nil {
			os.Exit(1)
		}
	case "stubborn": // neither reads nor exits
		select {}
	default:
		goleak.VerifyTestMain(m)
	}
}

// echo copies what is read to standard error.
type echo struct{ in *os.File }

func (e *echo) Read(p []byte) (int, error) {
	n, err := e.in.Read(p)
	_, _ = os.Stderr.Write(p[:n])
	return n, err
}
