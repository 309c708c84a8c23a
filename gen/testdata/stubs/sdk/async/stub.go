// Package authpiasync is what generated code expects of the hand-written future.
package authpiasync

import "MODULE/sdk/internal/engine"

type Future[T any] struct{}

func newFuture[T any]() *Future[T] { return nil }

func (f *Future[T]) fail(error) *Future[T] { return f }
func (f *Future[T]) resolve(T, error)      {}
func (f *Future[T]) finish(*engine.Engine) {}
