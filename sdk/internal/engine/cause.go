package engine

import (
	"errors"
	"net"
	"net/textproto"
	"net/url"
	"strings"
)

// errNoHTTP stands for an error that quotes what came in place of an answer, which can be what was sent, or a part of it.
var errNoHTTP = errors.New("what came is not HTTP")

// wireMarks are in the texts of the errors with which net/http quotes what a server wrote. Their types are its own.
var wireMarks = []string{"transport connection broken", "GOAWAY"}

// scrubbed keeps of a transport's error what cannot hold a secret: of a *url.Error the operation and the inner error, not the
// URL, and of one that quotes the server the failure of the network alone.
func (r *request) scrubbed(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		return &networkError{operation: outer.Op, cause: r.scrubbed(outer.Err)}
	}
	if !r.quotes(err) {
		return err
	}
	var network *net.OpError
	if errors.As(err, &network) && !r.quotes(network) {
		return network
	}
	return errNoHTTP
}

// quotes reports whether an error's text can hold something that a server wrote.
func (r *request) quotes(err error) bool {
	text := err.Error()
	for _, mark := range wireMarks {
		if strings.Contains(text, mark) {
			return true
		}
	}
	var protocol textproto.ProtocolError
	return errors.As(err, &protocol) || r.scrub(text) != text
}

// networkError is what is left of a *url.Error without its URL.
type networkError struct {
	operation string
	cause     error
}

// Error returns the operation and the cause.
func (n *networkError) Error() string { return n.operation + ": " + n.cause.Error() }

// Unwrap returns the cause.
func (n *networkError) Unwrap() error { return n.cause }
