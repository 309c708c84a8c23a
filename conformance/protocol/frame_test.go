package protocol_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance/protocol"
)

func TestFramesTravel(t *testing.T) {
	var wire bytes.Buffer
	writer := protocol.NewWriter(&wire)
	command := protocol.Command{
		ID: 7, Message: protocol.Call, Session: "1", Operation: "create_agent",
		Args: map[string]json.RawMessage{"tokens": json.RawMessage(`{"access_token":"a<b"}`)}, Now: "1893456000.5",
	}
	require.NoError(t, writer.Write(command))
	require.NoError(t, writer.Write(protocol.Reply{ID: 7, OK: []byte(`null`)}))
	assert.Equal(t, 2, strings.Count(wire.String(), "\n"))
	assert.Contains(t, wire.String(), "a<b", "not escaped")

	reader := protocol.NewReader(iotest.OneByteReader(&wire))
	var gotCommand protocol.Command
	require.NoError(t, reader.Read(&gotCommand))
	assert.Equal(t, command, gotCommand)
	var gotReply protocol.Reply
	require.NoError(t, reader.Read(&gotReply))
	assert.Equal(t, "null", string(gotReply.OK), "null is a result, and not none")
	assert.Equal(t, io.EOF, reader.Read(&gotReply))
}

func TestReaderRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		input, want string
	}{
		"no object":        {"[]\n", "no JSON object"},
		"text":             {"Traceback\n", "no JSON object"},
		"empty line":       {"\n", "no JSON object"},
		"broken object":    {"{\"id\":}\n", "invalid character"},
		"wrong type":       {"{\"id\":\"x\"}\n", "id: want a whole number, got: string"},
		"half a line":      {`{"id":1,"ok":`, `the last line, "{\"id\":1,\"ok\":", has no end`},
		"no UTF-8":         {"{\"id\":1,\"ok\":\"\xff\"}\n", "is no UTF-8"},
		"frame too long":   {`{"x":"` + strings.Repeat("x", protocol.MaxFrame) + "\"}\n", "longer than"},
		"line without end": {strings.Repeat("x", protocol.MaxFrame+1<<20), "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			var reply protocol.Reply
			assert.ErrorContains(t, protocol.NewReader(strings.NewReader(test.input)).Read(&reply), test.want)
		})
	}
}

func TestReplySaysOneThing(t *testing.T) {
	for input, want := range map[string]string{
		`{"id":9}`:                                         "says nothing: want one of ready, ok, err,",
		`{"id":9,"err":null}`:                              "says nothing",
		`{"id":9,"ok":true,"err":{}}`:                      "has err and ok: want one of",
		`{"id":9,"ok":null,"err":{}}`:                      "has err and ok",
		`{"id":9,"result":true}`:                           `unknown key "result"; there are id, ready, ok, err,`,
		`{"id":9,"ok":1,"Err":{}}`:                         `; did you mean "err"?`,
		`{"id":9,"err":{"klass":"X"}}`:                     `unknown key "err.klass"; there are class, code,`,
		`{"id":9,"err":"failed"}`:                          "err: want an object, got: string",
		`{"id":9,"err":{"class":1}}`:                       "err.class: want a text, got: number",
		`{"id":9,"crash":""}`:                              "crash is empty",
		`{"id":9,"refused":""}`:                            "refused is empty",
		`{"id":9,"started":9}`:                             "started stands without an id",
		`{"id":9,"event":{"session":"1"}}`:                 "event stands without an id",
		`{"ok":1}`:                                         "ok without the id of a command",
		`{"started":0}`:                                    "started: want the id of a call",
		`{"id":9,"ready":{"protocol":1,"max_inflight":3}}`: `max_in_flight; did you mean "max_in_flight"?`,
		`{"id":9,"ready":{"protocol":1,"flavors":"sync"}}`: "ready.flavors: want a list, got: string",
	} {
		var reply protocol.Reply
		err := protocol.NewReader(strings.NewReader(input + "\n")).Read(&reply)
		assert.ErrorContains(t, err, want, input)
		var breach *protocol.BreachError
		if assert.ErrorAs(t, err, &breach, input) && strings.Contains(input, `"id"`) {
			assert.Equal(t, 9, breach.ID, input)
		}
	}
	for _, input := range []string{
		`{"id":9,"ok":null}`, `{"id":9,"ok":true,"err":null,"refused":null}`, `{"id":null,"started":4}`,
		`{"id":9,"ready":{"protocol":2,"warp":3}}`, // the version is refused, not its keys
	} {
		var reply protocol.Reply
		assert.NoError(t, protocol.NewReader(strings.NewReader(input+"\n")).Read(&reply), input)
	}
}

func TestLongFramesPass(t *testing.T) {
	var wire bytes.Buffer
	reply := protocol.Reply{ID: 1, Refused: strings.Repeat("x", protocol.MaxFrame-100)}
	require.NoError(t, protocol.NewWriter(&wire).Write(reply))
	var got protocol.Reply
	require.NoError(t, protocol.NewReader(&wire).Read(&got))
	assert.Equal(t, reply, got)

	reply.Refused += strings.Repeat("x", 100)
	assert.ErrorIs(t, protocol.NewWriter(io.Discard).Write(reply), protocol.ErrFrameTooLong)
	assert.Error(t, protocol.NewWriter(io.Discard).Write(func() {}))
}

func TestWriterKeepsFramesWhole(t *testing.T) {
	var wire bytes.Buffer
	writer := protocol.NewWriter(&wire)
	var writers sync.WaitGroup
	for id := range 50 {
		writers.Go(func() { assert.NoError(t, writer.Write(protocol.Reply{ID: id + 1, Refused: strings.Repeat("x", 100)})) })
	}
	writers.Wait()
	reader := protocol.NewReader(&wire)
	seen := map[int]bool{}
	for range 50 {
		var reply protocol.Reply
		require.NoError(t, reader.Read(&reply))
		seen[reply.ID] = true
	}
	assert.Len(t, seen, 50)
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("{\"id\":1,\"ok\":null}\n{\"started\":2}\n"))
	f.Add([]byte("{\"event\":{\"session\":\"1\",\"hook\":\"a.on_refresh\",\"data\":{}}}\n"))
	f.Add([]byte("{\"id\":1,\"err\":{\"class\":\"OAuthError\",\"retry_after\":5}}\nx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		reader := protocol.NewReader(bytes.NewReader(data))
		for {
			var reply protocol.Reply
			if reader.Read(&reply) != nil {
				return
			}
			var wire bytes.Buffer
			require.NoError(t, protocol.NewWriter(&wire).Write(reply))
			var again protocol.Reply
			require.NoError(t, protocol.NewReader(&wire).Read(&again))
		}
	})
}
