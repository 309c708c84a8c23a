package conformance_test

import (
	"fmt"
	"io"
	"os"
	"testing"

	"go.uber.org/goleak"

	goadapter "github.com/arbfay/authpi-go/conformance/adapters/go"
	"github.com/arbfay/authpi-go/conformance/protocol"
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
	case "exits", "is killed", "stops in a line", "hangs up": // at the first call
		_ = onCall(dieAs(os.Getenv(actAs))).serve(os.Stdin, os.Stdout)
	case "stubborn": // neither reads nor exits
		select {}
	default:
		goleak.VerifyTestMain(m)
	}
}

// dieAs ends this program in one of several ways.
func dieAs(role string) testee {
	return func(_ protocol.Command, out io.Writer) error {
		switch role {
		case "exits":
			fmt.Fprintln(os.Stderr, "Traceback:\nno such module")
			os.Exit(7)
		case "is killed":
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = self.Kill()
			}
			return err
		case "stops in a line":
			_, _ = io.WriteString(out, `{"id":`)
			os.Exit(0)
		case "hangs up":
			_ = os.Stdout.Close()
			_, err := io.Copy(io.Discard, os.Stdin)
			return err
		}
		return nil
	}
}

// echo copies what is read to standard error.
type echo struct{ in *os.File }

func (e *echo) Read(p []byte) (int, error) {
	n, err := e.in.Read(p)
	_, _ = os.Stderr.Write(p[:n])
	return n, err
}
