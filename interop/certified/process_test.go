package certified_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answerTime is how long the provider may take to start or to carry out a command.
const answerTime = 30 * time.Second

// foreign is an oidc-provider in a process of its own.
type foreign struct {
	issuer  string
	options options

	command *exec.Cmd
	input   io.WriteCloser
	answers chan []byte // closed at the end of the process's output
	log     bytes.Buffer
}

// options is the first line that provider.mjs reads.
type options struct {
	Port    int          `json:"port"`
	State   string       `json:"state,omitempty"`
	Clients []clientData `json:"clients"`
}

// newForeign starts a provider on a free port. It ends with the test.
func newForeign(t *testing.T) *foreign {
	t.Helper()
	return launch(t, options{})
}

// newRestartable starts a provider that can be killed and started again: it has a state file, and a port
// below the range from which systems choose free ports, so that no other test takes it in the meantime.
func newRestartable(t *testing.T) *foreign {
	t.Helper()
	for {
		port := 20_000 + rand.IntN(10_000)
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			require.NoError(t, listener.Close())
			return launch(t, options{Port: port, State: filepath.Join(t.TempDir(), "state.json")})
		}
	}
}

func launch(t *testing.T, opts options) *foreign {
	t.Helper()
	opts.Clients = clients()
	f := &foreign{options: opts}
	t.Cleanup(func() {
		f.kill(t)
		if t.Failed() {
			t.Logf("standard error of the provider:\n%s", f.log.String())
		}
	})
	f.start(t)
	return f
}

// start starts the process and waits until it is ready.
func (f *foreign) start(t *testing.T) {
	t.Helper()
	node, err := findNode("..")
	require.NoError(t, err)
	f.command = exec.Command(node, "provider.mjs")
	f.command.Stderr = &f.log
	f.input, err = f.command.StdinPipe()
	require.NoError(t, err)
	output, err := f.command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, f.command.Start())
	f.answers = make(chan []byte, 1)
	go func(answers chan<- []byte) {
		defer close(answers)
		for lines := bufio.NewScanner(output); lines.Scan(); {
			answers <- bytes.Clone(lines.Bytes())
		}
	}(f.answers)

	line, err := json.Marshal(f.options)
	require.NoError(t, err)
	var ready struct {
		Issuer string `json:"issuer"`
	}
	f.ask(t, string(line), &ready)
	f.issuer = ready.Issuer
}

// kill ends the process at once, if it runs. The provider has no chance to say goodbye.
func (f *foreign) kill(t *testing.T) {
	t.Helper()
	if f.command == nil || f.command.Process == nil {
		return
	}
	assert.NoError(t, f.command.Process.Kill())
	for range f.answers { // Wait must not be called before the output is read
	}
	var exit *exec.ExitError
	assert.ErrorAs(t, f.command.Wait(), &exit)
	f.command = nil
}

// rotate makes new signing keys and returns their IDs. The previous ones stay published, older ones do not.
func (f *foreign) rotate(t *testing.T) []string {
	t.Helper()
	var rotated struct {
		Keys []string `json:"keys"`
	}
	f.ask(t, "rotate", &rotated)
	return rotated.Keys
}

// ask sends a line to the process and decodes its answer.
func (f *foreign) ask(t *testing.T, line string, answer any) {
	t.Helper()
	_, err := io.WriteString(f.input, line+"\n")
	require.NoError(t, err)
	select {
	case got, running := <-f.answers:
		require.True(t, running, "the provider has ended; its standard error is below")
		require.NoError(t, json.Unmarshal(got, answer), "%s", got)
	case <-time.After(answerTime):
		require.FailNow(t, "the provider does not answer", "waited %s; its standard error is below", answerTime)
	}
}

// findNode returns the path of Node.js. The error says what is missing and how to get it. root is the
// folder with package.json.
func findNode(root string) (string, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return "", fmt.Errorf("these tests need Node.js 20 or newer, with npm: install it, "+
			"for example with apt-get install nodejs npm, then run make integration: %w", err)
	}
	provider := filepath.Join(root, "node_modules", "oidc-provider", "package.json")
	if _, err := os.Stat(provider); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("these tests need packages from npm: run make integration, "+
			"or npm ci in the folder interop: %w", err)
	} else if err != nil {
		return "", err
	}
	return node, nil
}

func TestMissingProgramsAreNamed(t *testing.T) {
	_, err := findNode(t.TempDir())
	require.ErrorContains(t, err, "npm ci in the folder interop")
	t.Setenv("PATH", t.TempDir())
	_, err = findNode("..")
	require.ErrorContains(t, err, "Node.js 20 or newer, with npm")
}
