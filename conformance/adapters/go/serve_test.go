package goadapter_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	goadapter "github.com/arbfay/authpi-go/conformance/adapters/go"
	"github.com/arbfay/authpi-go/conformance/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// talk is a conversation with the adapter, one command after the other.
type talk struct {
	t      *testing.T
	writer *protocol.Writer
	reader *protocol.Reader
	lastID int
}

func open(t *testing.T) *talk {
	t.Helper()
	in, commands := io.Pipe()
	replies, out := io.Pipe()
	served := make(chan error, 1)
	go func() {
		err := goadapter.Serve(in, out)
		_ = out.CloseWithError(err)
		served <- err
	}()
	t.Cleanup(func() {
		require.NoError(t, commands.Close())
		_, err := io.Copy(io.Discard, replies)
		require.NoError(t, err)
		require.NoError(t, <-served)
	})
	return &talk{t: t, writer: protocol.NewWriter(commands), reader: protocol.NewReader(replies)}
}

// ask returns the reply, and what came before it.
func (k *talk) ask(command protocol.Command) (reply protocol.Reply, before []protocol.Reply) {
	k.t.Helper()
	k.lastID++
	command.ID = k.lastID
	require.NoError(k.t, k.writer.Write(command))
	for {
		var frame protocol.Reply
		require.NoError(k.t, k.reader.Read(&frame))
		if frame.ID == command.ID {
			return frame, before
		}
		before = append(before, frame)
	}
}

func args(t *testing.T, text string) map[string]json.RawMessage {
	t.Helper()
	var out map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(text), &out))
	return out
}

func (k *talk) setup(flavor, config string) protocol.Reply {
	reply, _ := k.ask(protocol.Command{
		Message: protocol.Setup, Session: "1", Client: "client", Flavor: flavor, Config: args(k.t, config), Now: "1893456000", Entropy: "seed",
	})
	return reply
}

func (k *talk) call(op, arguments string) (protocol.Reply, []protocol.Reply) {
	return k.ask(protocol.Command{Message: protocol.Call, Session: "1", Client: "client", Operation: op, Args: args(k.t, arguments)})
}

const config = `{"issuer_url": "https://idp.example/i_1", "client_id": "c_1", "redirect_uri": "https://app.example/cb"}`

func TestHelloNamesWhatTheSDKHas(t *testing.T) {
	k := open(t)
	reply, _ := k.ask(protocol.Command{Message: protocol.Hello, Protocol: protocol.Version})
	require.NotNil(t, reply.Ready)
	assert.Equal(t, []string{"blocking", "future"}, reply.Ready.Flavors)
	assert.Contains(t, reply.Ready.Operations, "create_agent")
	assert.Contains(t, reply.Ready.Operations, "agent.has_access_in")
	assert.Contains(t, reply.Ready.Operations, protocol.Close)
	reply, _ = k.ask(protocol.Command{Message: protocol.Ping})
	assert.JSONEq(t, `{}`, string(reply.OK))
	reply, _ = k.ask(protocol.Command{Message: "dance", Session: "1"})
	assert.Contains(t, reply.Refused, "unknown command")
	reply, _ = k.ask(protocol.Command{Message: protocol.Bye})
	assert.JSONEq(t, `{}`, string(reply.OK))
}

func TestCallsInBothFlavors(t *testing.T) {
	for _, flavor := range []string{"blocking", "future"} {
		t.Run(flavor, func(t *testing.T) {
			k := open(t)
			require.JSONEq(t, `{}`, string(k.setup(flavor, config).OK))
			reply, before := k.call("create_authorization_url", `{"scopes": ["openid"], "max_age": 0, "extra": {"a": "b"}}`)
			require.Equal(t, []protocol.Reply{{Started: k.lastID}}, before)
			var login map[string]any
			require.NoError(t, json.Unmarshal(reply.OK, &login))
			assert.Len(t, login["code_verifier"], 43, "revealed")
			assert.InDelta(t, 1893456000, login["created_at"], 0)

			again := open(t)
			again.setup(flavor, config)
			repeated, _ := again.call("create_authorization_url", `{"scopes": ["openid"], "max_age": 0, "extra": {"a": "b"}}`)
			assert.JSONEq(t, string(reply.OK), string(repeated.OK), "the seed decides")

			reply, _ = k.call("has_access", `{"scopes": ["a:b"], "action": "b", "resource": "a"}`)
			assert.Equal(t, "true", string(reply.OK))
			reply, _ = k.call("parse_scope", `{"scope": "nothing"}`)
			assert.Equal(t, "null", string(reply.OK))
			reply, _ = k.call(protocol.Close, `{}`)
			assert.Equal(t, "null", string(reply.OK))
			reply, _ = k.call("discover", `{}`)
			require.NotNil(t, reply.Err)
			assert.Equal(t, "client_closed", reply.Err.Code)
			assert.NotEmpty(t, reply.Err.Text)
			reply, _ = k.ask(protocol.Command{Message: protocol.Teardown, Session: "1"})
			assert.JSONEq(t, `{}`, string(reply.OK))
		})
	}
}

func TestErrorsOfTheSDKAreResults(t *testing.T) {
	k := open(t)
	reply := k.setup("blocking", `{"issuer_url": "http://idp.example", "client_id": "c_1"}`)
	require.NotNil(t, reply.Err)
	assert.Equal(t, "ConfigurationError", reply.Err.Class)
	assert.Equal(t, "invalid_issuer_url", reply.Err.Code)

	k.setup("blocking", config)
	for text, want := range map[string]string{
		`{"tokens": "{broken"}`: "token_set_malformed", `{"tokens": {"access_token": 1}}`: "token_set_malformed",
		`{"tokens": {}}`: "id_token_missing",
	} {
		reply, _ := k.call("create_agent", text)
		require.NotNil(t, reply.Err, text)
		assert.Equal(t, "TokenParseError", reply.Err.Class, text)
		assert.Equal(t, want, reply.Err.Code, text)
		assert.Contains(t, reply.Err.Fields, "claim")
	}
	reply, _ = k.call("exchange_callback", `{"url": "?state=x", "login": "{}"}`)
	require.NotNil(t, reply.Err)
}

func TestTheAdapterRefusesNonsense(t *testing.T) {
	for _, flavor := range []string{"blocking", "future"} {
		k := open(t)
		assert.Contains(t, k.setup("sideways", config).Refused, "flavor")
		assert.Contains(t, k.setup(flavor, `{"color": "blue"}`).Refused, "color")
		assert.Contains(t, k.setup(flavor, `{"client_id": 1}`).Refused, "client_id")
		assert.Contains(t, k.setup(flavor, `{"endpoints": {"kitchen": "x"}}`).Refused, "kitchen")
		reply, _ := k.call("discover", `{}`)
		assert.Contains(t, reply.Refused, "no such client")
		k.setup(flavor, config)
		for op, text := range map[string]string{
			"dance": `{}`, "create_authorization_url": `{"scopes": "openid"}`, "get_user_info": `{"agent": 99}`,
			"agent.has_access": `{}`, "create_agent": `{"tokens": 99}`, "exchange_code": `{"code": {}}`,
		} {
			reply, _ := k.call(op, text)
			assert.NotEmpty(t, reply.Refused, "%s %s", op, text)
		}
		reply, _ = k.ask(protocol.Command{Message: protocol.Advance, Session: "1", Now: ""})
		assert.NotEmpty(t, reply.Refused)
	}
}

func TestContextsThatHaveEnded(t *testing.T) {
	for _, context := range []string{protocol.ContextCancelled, protocol.ContextExpired} {
		k := open(t)
		k.setup("blocking", config)
		reply, _ := k.ask(protocol.Command{
			Message: protocol.Call, Session: "1", Client: "client", Operation: "discover", Context: context,
		})
		require.NotNil(t, reply.Err)
		assert.Equal(t, "cancelled", reply.Err.Code)
	}
}

func TestTheEndOfInputEndsTheAdapter(t *testing.T) {
	assert.NoError(t, goadapter.Serve(strings.NewReader(""), io.Discard))
	assert.Error(t, goadapter.Serve(strings.NewReader("hello\n"), io.Discard))
	assert.NoError(t, goadapter.Serve(strings.NewReader(`{"id":1,"m":"bye"}`+"\n"+`garbage`), io.Discard))
}
