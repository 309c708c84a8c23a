package authpi

import (
	"errors"
	"fmt"
	"strings"
)

// The sentinels tell with errors.Is what kind of failure an error is.
var (
	// ErrTemporary is a failure that trying again later can mend.
	ErrTemporary = errors.New("authpi: temporary failure")
	// ErrNetwork is a request that failed below HTTP or ran out of its time.
	ErrNetwork = errors.New("authpi: network failure")
	// ErrInvalidResponse is an answer that cannot be read.
	ErrInvalidResponse = errors.New("authpi: invalid response")
	// ErrClosed is a call on a client that was closed.
	ErrClosed = errors.New("authpi: client closed")
)

var errNotSerializable = errors.New("authpi: a Config holds secrets and functions and has no JSON form")

// Error returns the operation, the code and the description, and the cause where it tells more. It holds no secret.
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
		b.WriteString("; start a new login, since the code can be sent only once")
	}
	return b.String()
}

// reason returns the cause that Error prints, or nil. A cause that is an error of the SDK with the same code is skipped, since
// it has the same text, but its own cause is not: a RefreshError wraps the error of its request, and that wraps the error of the
// network.
func (e *OAuthError) reason() error {
	cause := e.Cause
	for base := (*OAuthError)(nil); errors.As(cause, &base); cause = base.Cause {
		if base.Code != e.Code {
			return nil
		}
	}
	return cause
}

// causeText returns the text of a cause. Of a panic it leaves out the stack, since programs show errors to people.
func causeText(cause error) string {
	if failure := (*PanicError)(nil); errors.As(cause, &failure) {
		return fmt.Sprintf("panic: %v", failure.Value)
	}
	return cause.Error()
}

// Unwrap returns the cause.
func (e *OAuthError) Unwrap() error { return e.Cause }

// Is reports whether target is the sentinel of this error's kind.
func (e *OAuthError) Is(target error) bool {
	switch target {
	case ErrTemporary:
		return e.Temporary
	case ErrNetwork:
		return e.Status == 0 && (e.Code == "network_error" || e.Code == "timeout") // with a status, a provider's own code
	case ErrInvalidResponse:
		return e.Code == "invalid_response" || e.Code == "unexpected_response"
	case ErrClosed:
		return e.Code == "client_closed" && e.Source == ErrorSourceSDK
	}
	return false
}

// PanicError is what a call panics with when a function of the program's own, a hook or a callback, panicked inside a request
// that several calls share: each of them gets the panic, in both flavors.
type PanicError struct {
	// Value is what the function panicked with, or a text that says that it ended its goroutine.
	Value any
	// Stack is the stack of the goroutine that panicked, as runtime/debug.Stack formats it.
	Stack []byte
}

// Error returns the value and the stack.
func (p *PanicError) Error() string { return fmt.Sprintf("authpi: panic: %v\n\n%s", p.Value, p.Stack) }

// Unwrap returns the value if it is an error, else nil.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}
