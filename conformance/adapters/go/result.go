package goadapter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/arbfay/authpi-go/conformance/protocol"
	authpiasync "github.com/arbfay/authpi-go/sdk/async"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

// waiter waits for the end of a call that was started.
type waiter = func(context.Context) (any, error)

// await turns a future into a waiter. The call's own context bounds the call;
// the waiting is not bounded, so that what is seen is how the call ends.
func await[T any](f *authpiasync.Future[T]) (waiter, error) {
	return func(context.Context) (any, error) {
		out, err := f.Await(context.Background())
		return out, err
	}, nil
}

// ready turns a result into a waiter: of the future-based client's calls that do
// no I/O.
func ready(out any, err error) (waiter, error) {
	return func(context.Context) (any, error) { return out, err }, nil
}

func nullable[T any](out T, ok bool) (any, error) {
	if !ok {
		return nil, nil
	}
	return out, nil
}

func optional[T any](p *T) []T {
	if p == nil {
		return nil
	}
	return []T{*p}
}

// guard makes a call and turns the ways in which it can fail into a reply.
func guard(call func() error) (reply protocol.Reply) {
	defer func() {
		switch failure := recover().(type) {
		case nil:
		case refusal:
			reply = protocol.Reply{Refused: string(failure)}
		case unreadable:
			reply = protocol.Reply{Err: encodeError(failure.err)}
		default:
			reply = protocol.Reply{Crash: fmt.Sprint(failure)}
		}
	}()
	err := call()
	var refused refusal
	switch {
	case err == nil:
	case errors.As(err, &refused):
		reply.Refused = string(refused)
	default:
		reply.Err = encodeError(err)
	}
	return reply
}

// encode writes a result in wire form, with secrets revealed.
func encode(out any) (json.RawMessage, error) {
	switch out := out.(type) {
	case nil, struct{}:
		return []byte("null"), nil
	case *authpi.Agent:
		return encodeAgent(out)
	case error:
		return json.Marshal(encodeError(out))
	case authpi.Secret:
		return json.Marshal(out.Reveal())
	case time.Duration:
		return []byte(seconds(out)), nil
	case time.Time:
		if out.IsZero() {
			return []byte("null"), nil
		}
		return []byte(strconv.FormatInt(out.Unix(), 10)), nil
	default:
		encoded, err := json.Marshal(out)
		if err != nil {
			return nil, err
		}
		return reveal(out, encoded)
	}
}

// reveal lays over the JSON of a value the secrets that it redacts.
func reveal(out any, encoded json.RawMessage) (json.RawMessage, error) {
	for _, secrets := range secretMembers {
		members, ok := secrets(out)
		if !ok {
			continue
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal(encoded, &object); err != nil {
			return nil, err
		}
		for name, secret := range members {
			if secret.IsZero() {
				continue
			}
			text, err := json.Marshal(secret.Reveal())
			if err != nil {
				return nil, err
			}
			object[name] = text
		}
		return json.Marshal(object)
	}
	return encoded, nil
}

// secretsOf returns a function that tells whether a value is of a type, and what
// its secrets are.
func secretsOf[T any](read func(*T) map[string]authpi.Secret) func(any) (map[string]authpi.Secret, bool) {
	return func(value any) (map[string]authpi.Secret, bool) {
		of, ok := value.(*T)
		if !ok || of == nil {
			return nil, false
		}
		return read(of), true
	}
}

// No type redacts so far: every secret of the interface is in what it stores.
var _ = secretsOf[authpi.TokenSet]

func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64)
}

// encodeAgent writes an agent through its accessors: its own JSON leaves the
// tokens out.
func encodeAgent(agent *authpi.Agent) (json.RawMessage, error) {
	if agent == nil {
		return []byte("null"), nil
	}
	fields := map[string]any{
		"id": agent.ID(), "type": agent.Type(), "email": agent.Email(), "tokens": agent.Tokens(),
		"organizations": agent.Organizations(), "scopes": agent.Scopes(),
	}
	if verified, known := agent.EmailVerified(); known {
		fields["email_verified"] = verified
	}
	if at := agent.ExpiresAt(); !at.IsZero() {
		fields["expires_at"] = at.Unix()
		fields["expires_in"] = json.Number(seconds(agent.ExpiresIn()))
	}
	return json.Marshal(fields)
}

// errorClass is one error class of the SDK: its name and the way to its fields.
type errorClass struct {
	name   string
	fields func(error) (map[string]any, bool)
}

// fieldsOf returns a function that tells whether an error is of a class, itself
// and not through its causes, and what its fields are.
func fieldsOf[E error](read func(E) map[string]any) func(error) (map[string]any, bool) {
	return func(err error) (map[string]any, bool) {
		of, ok := err.(E) //nolint:errorlint // a cause may be of another class
		if !ok {
			return nil, false
		}
		return read(of), true
	}
}

// rootClass is the class whose fields are members of protocol.Error.
const rootClass = "OAuthError"

// encodeError writes an error in the terms of the interface. One that is not the
// SDK's has no class.
func encodeError(err error) *protocol.Error {
	out := &protocol.Error{Text: printed(err)}
	class, fields := classify(err)
	if class == "" {
		return out
	}
	var root *authpi.OAuthError
	if !errors.As(err, &root) {
		return out
	}
	out.Class, out.Code, out.Description = class, root.Code, root.Description
	out.Status, out.Operation, out.Source, out.Temporary = root.Status, root.Operation, string(root.Source), root.Temporary
	if root.RetryAfter != 0 {
		out.RetryAfter = json.Number(seconds(root.RetryAfter))
	}
	out.Cause = cause(root.Cause)
	if class == rootClass {
		fields = map[string]any{} // they are members, but for grant
	}
	if root.Grant != "" {
		fields["grant"] = root.Grant
	}
	if len(fields) > 0 {
		out.Fields = encodeFields(fields)
	}
	return out
}

func classify(err error) (string, map[string]any) {
	for _, class := range errorClasses {
		if fields, ok := class.fields(err); ok {
			return class.name, fields
		}
	}
	return "", nil
}

// cause returns the nearest error underneath that is the SDK's.
func cause(err error) *protocol.Cause {
	for ; err != nil; err = errors.Unwrap(err) {
		if class, _ := classify(err); class != "" {
			var root *authpi.OAuthError
			errors.As(err, &root)
			return &protocol.Cause{Class: class, Code: root.Code}
		}
	}
	return nil
}

func encodeFields(fields map[string]any) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(fields))
	for name, field := range fields {
		if encoded, err := encode(field); err == nil && string(encoded) != "null" {
			out[name] = encoded
		}
	}
	return out
}

// printed returns an error under every verb, with its causes.
func printed(err error) string {
	var out strings.Builder
	for ; err != nil; err = errors.Unwrap(err) {
		fmt.Fprintf(&out, "%v\n%+v\n%#v\n", err, err, err)
	}
	return out.String()
}
