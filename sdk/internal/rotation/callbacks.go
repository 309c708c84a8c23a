package rotation

import "context"

// callbacks puts the callbacks in order with which the calls of a rotation store its result. When
// the first callback has finished, the other calls may return: no call returns a result that has
// not been stored. A call that joins while a callback runs was probably made by that callback. It
// gets the result without waiting, and its own callback is not run.
type callbacks struct {
	waiting int // calls whose callback is to run
	running int // callbacks that run now
	first   chan struct{}
	opened  bool // whether first is closed: one has finished, or none is left to wait for
}

// part says what a call has to do about callbacks.
type part struct {
	runs   bool          // its callback is to run
	counts bool          // it is counted among the waiting
	first  chan struct{} // it waits for this before it returns; nil if it does not wait
}

// join returns the part of a new call. stored reports that the result is being stored, known that
// there is a result.
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

// reset prepares for the callbacks of another attempt.
func (c *callbacks) reset() {
	if c.first == nil || c.opened {
		c.first, c.opened = make(chan struct{}), false
	}
}

// begin and end handle the beginning and the end of a callback.
func (c *callbacks) begin(p *part) {
	c.leave(p)
	c.running++
}

func (c *callbacks) end() {
	c.running--
	c.open()
}

// leave handles a call whose callback will not run any more.
func (c *callbacks) leave(p *part) {
	if p.counts {
		p.counts = false
		c.waiting--
	}
}

// settle lets the calls return if there is no callback left to wait for.
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

// CallsBack reports whether the call must run its callback. It must not if it joined while another
// callback ran.
func (c *Call[R]) CallsBack() bool { return c.part.runs }

// Callback runs the call's callback, and ends the call's part in the rotation.
func (c *Call[R]) Callback(run func() error) error {
	c.of.mu.Lock()
	c.of.callbacks.begin(&c.part)
	c.of.mu.Unlock()
	stored := false // nor is it if the callback panics
	defer func() {
		c.of.mu.Lock()
		defer c.of.mu.Unlock()
		c.of.unstored = c.of.unstored || !stored
		c.of.callbacks.end()
		c.leave()
	}()
	err := run()
	stored = err == nil
	return err
}

// AwaitCallback waits until the first callback has finished, unless the call has run its own or need
// not wait. It returns the cause of ctx if ctx ends first.
func (c *Call[R]) AwaitCallback(ctx context.Context) error {
	if c.gone || c.part.first == nil {
		return nil
	}
	return await(ctx, c.part.first)
}
