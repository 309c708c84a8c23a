package engine

import (
	"context"
	"sync"
)

// passKey is the key under which the context of a callback holds its pass.
type passKey struct{}

// pass lets the operations that a callback starts through a closed gate, until the callback returns.
type pass struct {
	gate *gate
	over bool // protected by the gate's mutex
}

func (p *pass) end() {
	p.gate.mu.Lock()
	defer p.gate.mu.Unlock()
	p.over = true
}

// gate counts the operations in flight. Close closes it and waits until the count is 0.
type gate struct {
	mu      sync.Mutex
	count   int
	closed  bool
	drained chan struct{} // made by close, closed once count is 0
	empty   bool          // whether drained is closed
}

func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.count++
	return true
}

// pass admits an operation, although the gate may be closed, if a callback that is still running started it.
func (g *gate) pass(ctx context.Context) bool {
	p, _ := ctx.Value(passKey{}).(*pass)
	if p == nil || p.gate != g {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.over {
		return false
	}
	if g.count++; g.empty { // Close waits for a shared request; it comes back for this one
		g.empty, g.drained = false, make(chan struct{})
	}
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.count--; g.closed && g.count == 0 && !g.empty {
		g.empty = true
		close(g.drained)
	}
}

func (g *gate) close() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.closed = true
		g.drained, g.empty = make(chan struct{}), g.count == 0
		if g.empty {
			close(g.drained)
		}
	}
	return g.drained
}
