package rotation

import "context"

// callbacks orders the callbacks with which the calls of a rotation store its result. The first to finish lets the other
// calls return, so that no call returns a result before one of them has stored it. A call that joins while one runs is likely
// to be made by it, and gets the result without waiting and without a callback of its own.
type callbacks struct {
	waiting int // calls whose callback is to run
	running int // callbacks that run now
	first   chan struct{}
	opened  bool // whether first is closed: one has finished, or none is left to wait for
}

// part is what a call has to do with the callbacks.
type part struct {
	runs   bool          // its callback is to run
	counts bool          // it is counted among the waiting
	first  chan struct{} // what it waits for before it returns, nil for nothing
}

// join returns the part of a call. stored is whether the result is being stored, known whether it is there.
func (c *callbacks) join(has, stored, known bool) part {
	switch {
	case stored || known && c.running > 0:
		return part{}
	case known && c.waiting == 0: // late: the others are done
		return part{runs: has}
	}
	if has {
		c.waiting++
	}
	return part{runs: has, counts: has, first: c.first}
}

// reset prepares the callbacks of another attempt.
func (c *callbacks) reset() {
	if c.first == nil || c.opened {
		c.first, c.opened = make(chan struct{}), false
	}
}

// begin and end are the events of a callback.
func (c *callbacks) begin(p *part) {
	c.leave(p)
	c.running++
}

func (c *callbacks) end() {
	c.running--
	c.open()
}

// leave is the event of a call that does not wait for its turn any more.
func (c *callbacks) leave(p *part) {
	if p.counts {
		p.counts = false
		c.waiting--
	}
}

// settle lets the calls return where no callback is left to wait for.
func (c *callbacks) settle() {
	if c.waiting == 0 && c.running == 0 {
		c.open()
	}
}

func (c *callbacks) open() {
	if c.first != nil && !c.opened {
		c.opened = true
		close(c.first)
	}
}

// CallsBack reports whether the call's callback is to run: not where the call joined while another one ran.
func (c *Call[R]) CallsBack() bool { return c.part.runs }

// Callback runs the call's callback, and ends the call's part in the rotation.
func (c *Call[R]) Callback(run func() error) error {
	c.of.mu.Lock()
	c.of.callbacks.begin(&c.part)
	c.of.mu.Unlock()
	defer func() {
		c.of.mu.Lock()
		defer c.of.mu.Unlock()
		c.of.callbacks.end()
		c.leave()
	}()
	return run()
}

// AwaitCallback waits until the first callback has finished, if the call has to wait for one and has not run its own. It
// returns the cause of ctx if that ends first.
func (c *Call[R]) AwaitCallback(ctx context.Context) error {
	if c.gone || c.part.first == nil {
		return nil
	}
	return await(ctx, c.part.first)
}
