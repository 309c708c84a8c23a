package engine

import (
	"errors"
	"net"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

var (
	// errNoHTTP replaces an error that quotes a response that is not HTTP: it may repeat what was sent, or a part of it.
	errNoHTTP = errors.New("the response is not HTTP")

	// errQuoting replaces an error of a transport that quotes what was sent.
	errQuoting = errors.New("the transport's error quotes the request")

	// errUnexplained replaces the cause that a transport's error does not have.
	errUnexplained = errors.New("the transport gave no cause")

	// errNoResponse is a transport that returned neither a response nor an error.
	errNoResponse = errors.New("the transport gave no response")
)

// wireMarks occur in the text of errors in which net/http quotes what a server sent. The types of these errors are unexported.
var wireMarks = []string{"transport connection broken", "GOAWAY"}

// scrubbed returns the part of a transport's error that cannot contain a secret: of a *url.Error the inner error without the URL,
// and of an error that quotes the server or the request only the failure of the network.
func (r *request) scrubbed(err error) error {
	var outer *url.Error
	for errors.As(err, &outer) {
		err = outer.Err
	}
	if err == nil {
		return errUnexplained
	}
	if !r.quotes(err) {
		return &transportError{err}
	}
	var (
		network *net.OpError
		number  syscall.Errno
	)
	switch {
	case errors.As(err, &network) && !r.quotes(network):
		return network
	case errors.As(err, &number): // its text is one of a fixed list
		return number
	case quotesServer(err):
		return errNoHTTP
	}
	return errQuoting
}

// quotes reports whether an error's text can hold something that a server wrote or that was sent. So can the text of any
// error underneath: whoever logs an error may take it apart first.
func (r *request) quotes(err error) bool {
	return quotesServer(err) || anyError(err, func(err error) bool {
		text := printable(err.Error())
		return r.redact(text, len(text)) != text || r.showsShort(text)
	})
}

// quotesServer reports whether an error is one of those with which net/http quotes what a server wrote, or has one underneath.
func quotesServer(err error) bool {
	var protocol textproto.ProtocolError
	return errors.As(err, &protocol) || anyError(err, func(err error) bool {
		text := err.Error()
		return slices.ContainsFunc(wireMarks, func(mark string) bool { return strings.Contains(text, mark) })
	})
}

// anyError reports whether an error, or any underneath, is as asked.
func anyError(err error, is func(error) bool) bool {
	if err == nil {
		return false
	}
	if is(err) {
		return true
	}
	switch e := err.(type) { //nolint:errorlint // it walks the tree itself
	case interface{ Unwrap() error }:
		return anyError(e.Unwrap(), is)
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(e.Unwrap(), func(err error) bool { return anyError(err, is) })
	}
	return false
}

// transportError bounds the text of a transport's error, which may quote the server's certificate.
type transportError struct{ cause error }

// Error returns the text of the cause, bounded.
func (t *transportError) Error() string { return bounded(t.cause.Error(), maxDescription) }

// Unwrap returns the cause.
func (t *transportError) Unwrap() error { return t.cause }
