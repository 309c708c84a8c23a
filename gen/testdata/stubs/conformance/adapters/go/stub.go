// Package goadapter is what generated code expects of the hand-written adapter.
package goadapter

import (
	"context"
	"encoding/json"
	"time"

	authpiasync "MODULE/sdk/async"
	"MODULE/sdk/authpi"
)

type arguments struct{ session *session }

type session struct{}

func (*arguments) text(string) (v string)                    { return }
func (*arguments) texts(string) (v []string)                 { return }
func (*arguments) secret(string) (v authpi.Secret)           { return }
func (*arguments) boolean(string) (v bool)                   { return }
func (*arguments) integer(string) (v int)                    { return }
func (*arguments) seconds(string) (v time.Duration)          { return }
func (*arguments) raw(string) (v json.RawMessage)            { return }
func (*arguments) mapping(string) (v map[string]string)      { return }
func (*arguments) toggle(string) (v authpi.Switch)           { return }
func (*arguments) optionalText(string) (v *string)           { return }
func (*arguments) optionalBoolean(string) (v *bool)          { return }
func (*arguments) optionalSeconds(string) (v *time.Duration) { return }

func (*arguments) onError(string) func(context.Context, error) { return nil }

func value[T any](*arguments, string) *T { return nil }

func optional[T any](*T) []T { return nil }

func nullable[T any](T, bool) (any, error) { return nil, nil }

type waiter = func(context.Context) (any, error)

func await[T any](*authpiasync.Future[T]) (waiter, error) { return nil, nil }

func ready(any, error) (waiter, error) { return nil, nil }

type errorClass struct {
	name   string
	fields func(error) (map[string]any, bool)
}

func fieldsOf[E error](func(E) map[string]any) func(error) (map[string]any, bool) { return nil }

func secretsOf[T any](func(*T) map[string]authpi.Secret) func(any) (map[string]authpi.Secret, bool) {
	return nil
}

func limit[T time.Duration | int](given T) T { return given }

func endpoints(map[string]string) (e authpi.Endpoints) { return }

var _, _, _, _ = optional[int], nullable[int], limit[int], endpoints
