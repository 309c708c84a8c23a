package conformance_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/conformance"
	goadapter "github.com/arbfay/authpi-go/conformance/adapters/go"
	"github.com/arbfay/authpi-go/conformance/protocol"
	"github.com/arbfay/authpi-go/testdata/fixtures"
)

// testee is a scripted adapter: what it writes for a command. An error ends it.
type testee func(command protocol.Command, out io.Writer) error

// serve answers hello like an SDK that has everything, and leaves the rest to
// the testee.
func (answer testee) serve(in io.Reader, out io.Writer) error {
	reader, writer := protocol.NewReader(in), protocol.NewWriter(out)
	for {
		var command protocol.Command
		if err := reader.Read(&command); err != nil {
			return nil
		}
		if command.Message == protocol.Hello {
			if err := writer.Write(protocol.Reply{ID: command.ID, Ready: everything()}); err != nil {
				return err
			}
			continue
		}
		if err := answer(command, out); err != nil {
			return err
		}
	}
}

func everything() *protocol.Ready {
	return &protocol.Ready{
		Protocol: protocol.Version, SDK: protocol.SDK{Name: "testee"}, Language: "none", Flavors: []string{"only"},
		Capabilities: protocol.Capabilities(), MaxInFlight: 4,
		Operations: []string{
			"discover", "create_authorization_url", "exchange_code", "exchange_callback", "create_agent", "refresh",
			"get_user_info", "create_logout_url", "client_credentials", "revoke_token", "introspect_token",
			"verify_access_token", "has_access", "parse_scope", "agent.is_expired", "agent.has_access",
			"agent.has_access_in", "agent.get_scopes_for", "agent.is_owner_of", "agent.is_admin_of",
			"agent.is_member_of", protocol.Close,
		},
	}
}

// onCall answers all but calls with ok.
func onCall(answer testee) testee {
	return func(command protocol.Command, out io.Writer) error {
		if command.Message == protocol.Call {
			return answer(command, out)
		}
		return protocol.NewWriter(out).Write(protocol.Reply{ID: command.ID, OK: []byte(`{}`)})
	}
}

// replies starts a call and answers it with these.
func replies(answers ...protocol.Reply) testee {
	return onCall(func(command protocol.Command, out io.Writer) error {
		writer := protocol.NewWriter(out)
		if err := writer.Write(protocol.Reply{Started: command.ID}); err != nil {
			return err
		}
		for _, answer := range answers {
			answer.ID = command.ID
			if err := writer.Write(answer); err != nil {
				return err
			}
		}
		return nil
	})
}

func failing(class, code string) *protocol.Error {
	return &protocol.Error{Class: class, Code: code, Text: "no"}
}

// TestNoFakePasses runs SDKs that do nothing of what is asked. None may pass a
// case, and a case with a control can prove nothing of them.
func TestNoFakePasses(t *testing.T) {
	suite := sample(t)
	for name, test := range map[string]struct {
		testee testee
		direct conformance.Verdict // of cases without control
	}{
		"never answers":   {func(protocol.Command, io.Writer) error { return nil }, conformance.Timeout},
		"only starts":     {replies(), conformance.Timeout},
		"always null":     {replies(protocol.Reply{OK: []byte(`null`)}), conformance.Fail},
		"always empty":    {replies(protocol.Reply{OK: []byte(`{}`)}), conformance.Fail},
		"always true":     {replies(protocol.Reply{OK: []byte(`true`)}), conformance.Fail},
		"always fails":    {replies(protocol.Reply{Err: failing("OAuthError", "server_error")}), conformance.Fail},
		"always refuses":  {replies(protocol.Reply{Err: failing("TokenParseError", "id_token_claim")}), conformance.Fail},
		"adapter refuses": {replies(protocol.Reply{Refused: "too lazy"}), conformance.Fail},
		"panics":          {replies(protocol.Reply{Crash: "index out of range"}), conformance.Crash},
		"answers twice":   {replies(protocol.Reply{OK: []byte(`{}`)}, protocol.Reply{OK: []byte(`{}`)}), conformance.Fail},
		"setup fails": {func(command protocol.Command, out io.Writer) error {
			reply := protocol.Reply{ID: command.ID, OK: []byte(`{}`)}
			if command.Message == protocol.Setup {
				reply = protocol.Reply{ID: command.ID, Err: failing("ConfigurationError", "invalid_issuer_url")}
			}
			return protocol.NewWriter(out).Write(reply)
		}, conformance.Fail},
		"garbage": {onCall(func(_ protocol.Command, out io.Writer) error {
			_, err := io.WriteString(out, "Traceback (most recent call last):\n")
			return err
		}), conformance.Crash},
		"dies": {onCall(func(protocol.Command, io.Writer) error { return errors.New("killed") }), conformance.Crash},
		"dies in a line": {onCall(func(command protocol.Command, out io.Writer) error {
			_, _ = fmt.Fprintf(out, `{"id":%d,"ok":`, command.ID)
			return io.ErrUnexpectedEOF
		}), conformance.Crash},
		"answers what nobody asked": {onCall(func(_ protocol.Command, out io.Writer) error {
			return protocol.NewWriter(out).Write(protocol.Reply{ID: 1 << 30, OK: []byte(`{}`)})
		}), conformance.Crash},
		"says nothing": {onCall(func(_ protocol.Command, out io.Writer) error {
			_, err := io.WriteString(out, "{}\n")
			return err
		}), conformance.Crash},
		"says two things": {replies(protocol.Reply{OK: []byte(`{}`), Err: failing("OAuthError", "server_error")}), conformance.Crash},
		"a line without end": {onCall(func(_ protocol.Command, out io.Writer) error {
			_, err := io.WriteString(out, `{"x":"`+strings.Repeat("x", protocol.MaxFrame)+"\"}\n")
			return err
		}), conformance.Crash},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := conformance.Options{Adapter: conformance.InProcess(test.testee.serve), Suite: suite}
			if test.direct == conformance.Timeout {
				options.Budget = 100 * time.Millisecond
			}
			report, err := conformance.Run(t.Context(), options)
			require.NoError(t, err)
			assert.False(t, report.OK())
			require.Len(t, report.Results, len(suite.Cases))
			for _, result := range report.Results {
				want := test.direct
				if c, _ := suite.Case(result.Case); c.Control != "" {
					want = conformance.Blocked
				}
				assert.Equal(t, want, result.Verdict, "%s: %v", result.Case, result.Problems)
				assert.NotEmpty(t, result.Problems)
			}
		})
	}
}

// sample returns a suite of one case of each kind.
func sample(t *testing.T) *conformance.Suite {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{
		"interface.json", "flow/login.json", "flow/login-to-logout.json", "idtoken/aud-other-client.json",
		"refresh/storm.json", "refresh/storm-refused.json", "scopes/has-access.json", "create_agent/fresh.json",
		"create_agent/expired-without-refresh-token.json", "authorize/url.json", "discovery/unavailable.json",
	} {
		data, err := fixtures.Files.ReadFile(name)
		require.NoError(t, err)
		files[name] = &fstest.MapFile{Data: data}
	}
	suite, err := conformance.Load(files)
	require.NoError(t, err)
	return suite
}

func TestAdapterThatCannotBeSpokenTo(t *testing.T) {
	for name, serve := range map[string]conformance.InProcess{
		"is silent": func(in io.Reader, _ io.Writer) error {
			_, err := io.Copy(io.Discard, in)
			return err
		},
		"is gone": func(io.Reader, io.Writer) error { return nil },
		"speaks another protocol": func(in io.Reader, out io.Writer) error {
			ready := everything()
			ready.Protocol = 99
			return introduce(in, out, ready)
		},
		"has no flavor": func(in io.Reader, out io.Writer) error {
			ready := everything()
			ready.Flavors = nil
			return introduce(in, out, ready)
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := conformance.Run(t.Context(), conformance.Options{
				Adapter: serve, Suite: sample(t), Budget: 100 * time.Millisecond,
			})
			assert.Error(t, err)
		})
	}
}

func TestAdapterThatMisspells(t *testing.T) {
	for want, misspell := range map[string]func(*protocol.Ready){
		`the capability "clok", which the protocol does not have; there are clock, entropy, cancel, callbacks, ` +
			`config_callbacks, concurrency, storage; did you mean "clock"?`: func(r *protocol.Ready) { r.Capabilities[0] = "clok" },
		`; did you mean "has_access"?`: func(r *protocol.Ready) { r.Operations = []string{"has_acess"} },
	} {
		ready := everything()
		misspell(ready)
		serve := func(in io.Reader, out io.Writer) error { return introduce(in, out, ready) }
		_, err := conformance.Run(t.Context(), conformance.Options{Adapter: conformance.InProcess(serve), Suite: sample(t)})
		assert.ErrorContains(t, err, want)
	}
}

// TestBreachNamesItsCall lets an adapter answer what is no answer.
func TestBreachNamesItsCall(t *testing.T) {
	suite := sample(t)
	for frame, want := range map[string]string{
		`{"id":%d,"ok":true,"err":{}}`: "has err and ok: want one of ready, ok, err",
		`{"id":%d}`:                    "says nothing",
		`{"id":%d,"result":true}`:      `unknown key "result"`,
		"{\"id\":%d,\"ok\":\"\xff\"}":  "is no UTF-8",
	} {
		breaks := onCall(func(command protocol.Command, out io.Writer) error {
			_, err := fmt.Fprintf(out, frame+"\n", command.ID)
			return err
		})
		report, err := conformance.Run(t.Context(), conformance.Options{
			Adapter: conformance.InProcess(breaks.serve), Suite: suite, Cases: suite.Select("scopes.has-access"),
		})
		require.NoError(t, err)
		require.Equal(t, 1, report.Count(conformance.Crash))
		problem := report.Results[0].Problems[0]
		assert.Contains(t, problem, "a breach of the protocol in the reply to has_access (")
		assert.Contains(t, problem, " of scopes.has-access): frame ")
		assert.Contains(t, problem, want)
	}
}

// introduce answers hello and reads on.
func introduce(in io.Reader, out io.Writer, ready *protocol.Ready) error {
	var hello protocol.Command
	if err := protocol.NewReader(in).Read(&hello); err != nil {
		return err
	}
	if err := protocol.NewWriter(out).Write(protocol.Reply{ID: hello.ID, Ready: ready}); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, in)
	return err
}

func TestSkipsAreSeen(t *testing.T) {
	suite := sample(t)
	serve := func(in io.Reader, out io.Writer) error {
		ready := everything()
		ready.Capabilities = slices.DeleteFunc(ready.Capabilities, func(c string) bool { return c == protocol.CapabilityStorage })
		ready.Operations = slices.DeleteFunc(ready.Operations, func(o string) bool { return o == "has_access" })
		return introduce(in, out, ready)
	}
	cases := append(suite.Select("flow.*"), suite.Select("scopes.*")...)
	report, err := conformance.Run(t.Context(), conformance.Options{Adapter: conformance.InProcess(serve), Suite: suite, Cases: cases})
	require.NoError(t, err)
	assert.Equal(t, 3, report.Count(conformance.Skip))
	assert.False(t, report.OK(), "a run in which no case passes is not green")
	var text strings.Builder
	require.NoError(t, report.WriteText(&text, "run"))
	assert.Contains(t, text.String(), "2 cases: the SDK lacks the capability storage")
	assert.Contains(t, text.String(), "1 cases: the SDK lacks the operation has_access")
}

// TestBreakdownCostsOneCase lets the adapter die in one case: the others, which
// were in flight with it, are judged all the same.
func TestBreakdownCostsOneCase(t *testing.T) {
	suite := sample(t)
	serve := func(in io.Reader, out io.Writer) error {
		return mixed(in, out, func(command protocol.Command) bool { return command.Operation == "create_logout_url" })
	}
	report, err := conformance.Run(t.Context(), conformance.Options{Adapter: conformance.InProcess(serve), Suite: suite, Parallel: 8})
	require.NoError(t, err)
	for _, result := range report.Results {
		want := conformance.Pass
		if result.Case == "flow.login-to-logout" {
			want = conformance.Crash
		}
		assert.Equal(t, want, result.Verdict, "%s %v", result.Case, result.Problems)
	}
}

// mixed is the Go adapter, up to a command that kills it.
func mixed(in io.Reader, out io.Writer, kills func(protocol.Command) bool) error {
	commands, feed := io.Pipe()
	served := make(chan error, 1)
	go func() { served <- goadapter.Serve(commands, out) }()
	reader, writer := protocol.NewReader(in), protocol.NewWriter(feed)
	for {
		var command protocol.Command
		err := reader.Read(&command)
		if err == nil && kills(command) {
			err = errors.New("killed")
		}
		if err == nil {
			err = writer.Write(command)
		}
		if err != nil {
			_ = feed.Close()
			<-served
			return err
		}
	}
}
