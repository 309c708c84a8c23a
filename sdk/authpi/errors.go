package authpi

import (
	"errors"
	"fmt"
	"strings"
)

// Use these errors with errors.Is to find out what kind of failure an error is.
var (
	// ErrTemporary reports a failure that may go away if retried.
	ErrTemporary = errors.New("authpi: temporary failure")
	// ErrNetwork reports a request that failed below HTTP or timed out.
	ErrNetwork = errors.New("authpi: network failure")
	// ErrInvalidResponse reports a malformed or unexpected response.
	ErrInvalidResponse = errors.New("authpi: invalid response")
	// ErrClosed reports a call on a closed client.
	ErrClosed = errors.New("authpi: client closed")
)

var errNotSerializable = errors.New("authpi: a Config cannot be encoded as JSON: it holds secrets and functions")

// Error returns the operation, the code and the description, and the cause if it adds
// information. It never contains a secret.
func (e *OAuthError) Error() string {
	var b strings.Builder
	b.WriteString("authpi: ")
	if e.Operation != "" {
		b.WriteString(e.Operation + ": ")
	}
	b.WriteString(e.Code)
	if e.Description != "" {
		b.WriteString(": " + e.Description)
	}
	if e.Status != 0 {
		fmt.Fprintf(&b, " (status %d)", e.Status)
	}
	if cause := e.reason(); cause != nil {
		b.WriteString(": " + causeText(cause))
	}
	if e.Grant == grantCode && NeedsLogin(e) {
		b.WriteString("; start a new login, because the code can be sent only once")
	}
	return b.String()
}

// reason returns the cause that Error prints, or nil. It skips causes that are SDK errors
// with the same code, because they have the same text, and continues with their causes. A
// RefreshError, for example, wraps the error of its request, which wraps the network
// error.
func (e *OAuthError) reason() error {
	cause := e.Cause
	for base := (*OAuthError)(nil); errors.As(cause, &base); cause = base.Cause {
		if base.Code != e.Code {
			return nil
		}
	}
	return cause
}

// causeText returns the text of a cause. It leaves out the stack of a panic, because
// programs show error texts to users.
func causeText(cause error) string {
	if failure := (*PanicError)(nil); errors.As(cause, &failure) {
		return fmt.Sprintf("panic: %v", failure.Value)
	}
	return cause.Error()
}

// Unwrap returns the cause.
func (e *OAuthError) Unwrap() error { return e.Cause }

// Is reports whether target is ErrTemporary, ErrNetwork, ErrInvalidResponse or ErrClosed
// and describes this error.
func (e *OAuthError) Is(target error) bool {
	switch target {
	case ErrTemporary:
		return e.Temporary
	case ErrNetwork:
		return e.Status == 0 && (e.Code == "network_error" || e.Code == "timeout") // with a status, it is the provider's own code
	case ErrInvalidResponse:
		return e.Code == "invalid_response" || e.Code == "unexpected_response"
	case ErrClosed:
		return e.Code == "client_closed" && e.Source == ErrorSourceSDK
	}
	return false
}

// PanicError is the panic value of a call if a hook or callback of the program panicked
// inside a request that several calls share. Each of these calls panics with it, in both
// flavors.
type PanicError struct {
	// Value is the value that the function panicked with, or an error if it called
	// runtime.Goexit.
	Value any
	// Stack is the stack of the goroutine that panicked, as runtime/debug.Stack formats it.
	Stack []byte
}

// Error returns the value and the stack.
func (p *PanicError) Error() string { return fmt.Sprintf("authpi: panic: %v\n\n%s", p.Value, p.Stack) }

// Unwrap returns Value if it is an error, else nil.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}
