package goadapter

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/arbfay/authpi-go/conformance/protocol"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

// config makes the SDK's configuration of the options that a case gives.
func (s *session) config(command *protocol.Command) (config authpi.Config, err error) {
	defer func() {
		if failure, ok := recover().(refusal); ok {
			err = failure
		}
	}()
	a := &arguments{session: s, given: command.Config}
	config = authpi.Config{Clock: s.clock.time, HTTPClient: &http.Client{Transport: s.transport}}
	if command.Entropy != "" {
		config.Entropy = &seeded{seed: command.Entropy}
	}
	for _, name := range slices.Sorted(maps.Keys(command.Config)) {
		set, known := configOptions[name]
		if !known {
			return config, fmt.Errorf("unknown option %q", name)
		}
		set(&config, a, name)
	}
	return config, nil
}

// limit turns the interface's "0 is none" into Go's "negative is none".
func limit[T time.Duration | int](given T) T {
	if given == 0 {
		return -1
	}
	return given
}

func endpoints(given map[string]string) (out authpi.Endpoints) {
	for name, url := range given {
		set, known := endpointFields[name]
		if !known {
			panic(refusal(fmt.Sprintf("unknown endpoint %q", name)))
		}
		set(&out, url)
	}
	return out
}

// seeded is the stream of bytes that protocol.Command.Entropy describes. The SDK
// reads it from several goroutines only where it makes several logins at once,
// which no case with a seed does.
type seeded struct {
	seed  string
	block uint64
	rest  []byte
}

// Read fills p.
func (s *seeded) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		if len(s.rest) == 0 {
			sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(s.seed), s.block))
			s.block++
			s.rest = sum[:]
		}
		copied := copy(p[n:], s.rest)
		n, s.rest = n+copied, s.rest[copied:]
	}
	return len(p), nil
}
