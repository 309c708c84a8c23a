// Package engine is what generated code expects of the hand-written engine.
package engine

import (
	"context"
	"encoding/json"

	"MODULE/sdk/authpi"
)

type Engine struct{ config authpi.Config }

func New(config authpi.Config) (*Engine, error) {
	_, _ = configuredEndpoints(authpi.Endpoints{}), endpointTable
	return &Engine{config: withDefaults(config)}, nil
}

func RefuseJSON() error { return nil }

func (e *Engine) Enter(context.Context, string) error { return nil }
func (e *Engine) Leave()                              {}
func (e *Engine) Close(context.Context) error         { return nil }

func (e *Engine) send(context.Context, *operation, []any, any) error    { return nil }
func (e *Engine) perform(context.Context, *operation, []any, any) error { return nil }
func (e *Engine) render(*operation, []any) (string, error)              { return "", nil }
func (e *Engine) renderPublic(*operation, []any) (string, error)        { return "", nil }

type (
	endpointID  int
	endpoint    struct{ name, option, metadata, path string }
	endpointSet [endpointCount]string
	authKind    int
	place       int
	words       []string
	pair        struct{ name, value string }
)

const (
	authNone authKind = iota
	authClient
	authConfidential
)

const (
	inForm place = iota
	inQuery
	inHeader
	inBearer
)

type param struct {
	name, wire string
	in         place
	required   bool
}

type operation struct {
	name, method string
	endpoint     endpointID
	auth         authKind
	constants    []pair
	params       []param
	status       []int
	maxBytes     int64
	limit        func(authpi.Config) int
	source       authpi.ErrorSource
}

type errorMatch struct {
	code   string
	source authpi.ErrorSource
	class  func(authpi.OAuthError) error
}

type rawBody struct{ data json.RawMessage }

func (r *rawBody) message() json.RawMessage { return r.data }

func orZero[T any](p *T) T { return *p }

func or[T comparable](a, _ T) T { return a }

func orList(a, _ []string) []string { return a }
