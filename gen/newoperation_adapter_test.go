package gen_test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance/protocol"
)

// checkAdapter asks the adapter for the new operations as the conformance suite would: by their names, with arguments as JSON.
func checkAdapter(t *testing.T, program, flavor string) {
	issuer := newIssuer(t)
	adapter := startAdapter(t, program)

	ready := adapter.ask(t, `{"m": "hello", "protocol": 1}`).Ready
	require.NotNil(t, ready)
	assert.Subset(t, ready.Operations, []string{"push_authorization_request", "authorize_device", "rename_device", "create_account_url"})

	made := adapter.ask(t, `{"m": "setup", "session": "1", "client": "c", "flavor": "`+flavor+`", "now": 1900000000, "config": {
		"issuer_url": "`+issuer.URL+`", "client_id": "c_app", "client_secret": "s3cret", "redirect_uri": "https://app.test/callback",
		"resources": ["https://api.test/"], "assurance": "urn:example:assurance:low", "accept_language": "rm, de;q=0.5",
		"max_device_answer_bytes": 1000, "endpoints": {"device_authorization": "`+issuer.URL+`/elsewhere"}
	}}`)
	require.JSONEq(t, `{}`, string(made.OK), "%+v", made)

	for _, call := range []struct{ operation, args, ok, err string }{
		{
			operation: "push_authorization_request", args: `{"scopes": ["openid"], "code_challenge": "plain"}`,
			ok: `{"request_uri": "urn:ietf:params:oauth:request_uri:2", "expires_in": 90}`,
		},
		{
			operation: "push_authorization_request", args: `{"scopes": ["openid"], "code_challenge": "expired"}`,
			err: "ExpiredRequestURIError expired_request_uri 400 pushed_authorization_request",
		},
		{
			operation: "authorize_device", args: `{"scopes": ["plain"]}`,
			ok: `{"device_code": "device-secret", "user_code": "WDJB-MJHT", "verification_uri": "https://idp.test/device",
				"expires_in": 1800, "interval": 5}`,
		},
		{
			operation: "authorize_device", args: `{"scopes": ["refused"]}`,
			err: "DeviceRefusedError unauthorized_client 400 device_authorization",
		},
		{
			operation: "list_devices", args: `{"access_token": "at-secret"}`,
			ok: `{"devices": [{"id": "d1", "scope": "openid tv", "seen_at": 1900000000, "trusted": false, "state": "blocked"},
				{"id": "d2", "state": "active"}]}`,
		},
		{operation: "create_account_url", args: `{"page": "security"}`, ok: `"` + issuer.URL + `/account?client_id=c_app&page=security"`},
	} {
		reply := adapter.ask(t, `{"m": "call", "session": "1", "client": "c", "op": "`+call.operation+`", "args": `+call.args+`}`)
		if call.err != "" {
			require.NotNil(t, reply.Err, "%s: %+v", call.operation, reply)
			assert.Equal(t, call.err, fmt.Sprintf("%s %s %d %s", reply.Err.Class, reply.Err.Code, reply.Err.Status, reply.Err.Source))
			continue
		}
		require.NotEmpty(t, reply.OK, "%s: %+v", call.operation, reply)
		assert.JSONEq(t, call.ok, string(reply.OK), call.operation)
	}
	assert.Equal(t, []string{
		"GET /elsewhere [Bearer at-secret] [] ", pushedByDefault("expired"), pushedByDefault("plain"),
		"POST /elsewhere [Basic c_app:s3cret] [] scope=plain", "POST /elsewhere [Basic c_app:s3cret] [] scope=refused",
	}, issuer.requests())
}

// adapter is a running adapter.
type adapter struct {
	commands *json.Encoder
	replies  *json.Decoder
	lastID   int
}

func startAdapter(t *testing.T, program string) *adapter {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, "adapter")
	command.Stderr = os.Stderr
	commands, err := command.StdinPipe()
	require.NoError(t, err)
	replies, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		assert.NoError(t, commands.Close())
		_, err := io.Copy(io.Discard, replies)
		assert.NoError(t, err)
		_ = command.Wait() // the test's context has ended: it may have been killed
	})
	return &adapter{commands: json.NewEncoder(commands), replies: json.NewDecoder(replies)}
}

// ask sends a command, in JSON but for its id, and returns the reply.
func (a *adapter) ask(t *testing.T, text string) protocol.Reply {
	t.Helper()
	a.lastID++
	var command protocol.Command
	require.NoError(t, json.Unmarshal([]byte(text), &command))
	command.ID = a.lastID
	require.NoError(t, a.commands.Encode(command))
	for {
		var reply protocol.Reply
		require.NoError(t, a.replies.Decode(&reply))
		if reply.ID == command.ID {
			return reply
		}
	}
}
