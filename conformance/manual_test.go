package conformance_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance/protocol"
)

func manual(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "adapter.md"))
	require.NoError(t, err)
	return string(text)
}

// TestManualNamesTheProtocol holds the manual against the messages as they are.
func TestManualNamesTheProtocol(t *testing.T) {
	names := append(protocol.Capabilities(), protocol.Close, protocol.ContextCancelled, protocol.ContextExpired,
		protocol.Hello, protocol.Setup, protocol.Hook, protocol.Call, protocol.Advance, protocol.Cancel, protocol.Release,
		protocol.Ping, protocol.Teardown, protocol.Bye)
	for _, message := range []any{
		protocol.Command{}, protocol.Behavior{}, protocol.Reply{}, protocol.Ready{}, protocol.SDK{}, protocol.Event{},
		protocol.Error{}, protocol.Cause{},
	} {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(message)) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			names = append(names, name)
		}
	}
	text := manual(t)
	for _, name := range names {
		assert.Contains(t, text, "`"+name+"`")
	}
}
