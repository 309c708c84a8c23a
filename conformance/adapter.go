package conformance

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"
)

// maxStderr bounds what is kept of an adapter's standard error: 1 MiB.
const maxStderr = 1 << 20

// exitGrace is how long an adapter that was told to exit may take.
const exitGrace = time.Second

// Adapter starts the adapter of an SDK.
type Adapter interface {
	// Start starts it and returns the pipes to it.
	Start(ctx context.Context) (*Process, error)
}

// Process is a running adapter.
type Process struct {
	// In takes commands, Out gives replies.
	In io.WriteCloser
	// Out gives replies.
	Out io.Reader
	// Stderr returns what it has written to its standard error so far.
	Stderr func() string
	// Ended says how it ended, such as "exit status 3", and waits a moment for that.
	// It returns "" for one that has not, and is nil where there is nothing to tell.
	Ended func() string
	// Stop ends it, by force if it does not end itself, and waits for its end.
	Stop func()
}

// InProcess is an adapter in this process: the same messages over a pipe. The
// function serves until its input ends.
type InProcess func(in io.Reader, out io.Writer) error

// Start runs the function.
func (serve InProcess) Start(context.Context) (*Process, error) {
	inReader, inWriter := io.Pipe()
	outReader, outWriter := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := serve(inReader, outWriter)
		_ = inReader.CloseWithError(io.ErrClosedPipe)
		_ = outWriter.CloseWithError(err) // nil is io.EOF
	}()
	stop := func() {
		_ = inWriter.Close()
		_ = outReader.Close()
		select {
		case <-done:
		case <-time.After(exitGrace): // a goroutine cannot be killed
		}
	}
	return &Process{In: inWriter, Out: outReader, Stderr: func() string { return "" }, Stop: stop}, nil
}

// Command is an adapter that is a program: its name and arguments.
type Command []string

// Start starts the program.
func (c Command) Start(ctx context.Context) (*Process, error) {
	if len(c) == 0 {
		return nil, fmt.Errorf("no adapter command")
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), c[0], c[1:]...) // Stop ends it
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	stderr := &boundedBuffer{}
	cmd.Stderr = stderr
	cmd.WaitDelay = exitGrace
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("adapter %s: %w", c[0], err)
	}
	exited := make(chan struct{})
	wait := sync.OnceFunc(func() { // nothing of its output may be read any more
		go func() {
			defer close(exited) // at the latest when Stop has killed it
			_ = cmd.Wait()
		}()
	})
	ended := func() string {
		wait()
		select {
		case <-exited:
			return cmd.ProcessState.String()
		case <-time.After(2 * exitGrace): // one for its end, one for that of its stderr
			return ""
		}
	}
	stop := sync.OnceFunc(func() {
		_ = in.Close()
		timer := time.AfterFunc(exitGrace, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		wait()
		<-exited
	})
	return &Process{In: in, Out: out, Stderr: stderr.String, Ended: ended, Stop: stop}, nil
}

// boundedBuffer keeps the beginning of what is written to it.
type boundedBuffer struct {
	mu   sync.Mutex
	kept bytes.Buffer
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if room := maxStderr - b.kept.Len(); room > 0 {
		b.kept.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

func (b *boundedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.kept.String()
}
