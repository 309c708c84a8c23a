package jwks

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/arbfay/authpi-go/sdk/internal/flight"
)

const (
	// DefaultMaxAge is how long a set is used without asking again.
	DefaultMaxAge = time.Hour

	// DefaultStaleFor is how old a set may be that is used because there is no newer one to be had.
	DefaultStaleFor = 24 * time.Hour
)

const (
	// retryPause is the time between two attempts to replace a set that is past its age, so that not every login waits for a
	// server that is down. It does not apply to Refetch, which has limits of its own.
	retryPause = 30 * time.Second

	// callerPause is the time between two fetches for tokens that callers hand in: anybody can forge a key ID.
	callerPause = 10 * time.Second

	// issuerPause is the time between two fetches for tokens that the issuer has just sent.
	issuerPause = time.Second
)

// ErrTooSoon reports that a caller's token is under none of the known keys, and that it is too soon to fetch them again.
var ErrTooSoon = errors.New("the keys were fetched for another unknown key less than 10 s ago")

// Options is what a Cache needs.
type Options struct {
	// Fetch requests the document. Its context is the cache's own. Required.
	Fetch func(context.Context) ([]byte, error)

	// Now is the clock. The default is time.Now.
	Now func() time.Time

	// Timeout bounds one fetch; zero is no bound.
	Timeout time.Duration

	// MaxAge is how long a set is used without asking again. The default is DefaultMaxAge.
	MaxAge time.Duration

	// StaleFor is how old a set may be that is used because a fetch failed. The default is DefaultStaleFor.
	StaleFor time.Duration
}

// Cache keeps an issuer's key set. There is at most one fetch at a time, whose result all callers get; the context of a
// caller bounds that caller's waiting only. A Cache is safe for concurrent use.
type Cache struct {
	options Options
	fetches flight.Group[struct{}, *Set]

	mu      sync.Mutex
	set     *Set      // the last that was fetched, or nil
	fetched time.Time // when the request for set began
	failed  error     // why the last fetch failed; nil after a good one
	retry   time.Time // before this time, a set past its age is used without a fetch
	begun   int       // fetches so far
	asked   time.Time // when a caller's token last caused a fetch
	sent    time.Time // when a token of the issuer did, by the monotonic clock: its owner waits in real time
}

// NewCache returns an empty cache, which fetches when it is first asked.
func NewCache(options Options) *Cache {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.MaxAge == 0 {
		options.MaxAge = DefaultMaxAge
	}
	if options.StaleFor == 0 {
		options.StaleFor = DefaultStaleFor
	}
	return &Cache{options: options}
}

// Load returns a set that is not older than MaxAge, or not older than StaleFor if a fetch has failed. The error is that of
// the fetch, or the cause of ctx.
func (c *Cache) Load(ctx context.Context) (*Set, error) {
	set, call := c.loaded()
	if set != nil {
		return set, nil
	}
	set, err := call.Wait(ctx)
	if err != nil && ctx.Err() == nil {
		if stale := c.stale(); stale != nil {
			return stale, nil
		}
	}
	return set, err
}

// loaded returns the set if it need not be fetched, or else the fetch.
func (c *Cache) loaded() (*Set, *flight.Call[*Set]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.options.Now()
	// A negative age is a clock that was set back: nothing is known of the set's true age.
	age := now.Sub(c.fetched)
	fresh := 0 <= age && age <= c.options.MaxAge
	pause := c.retry.Sub(now)
	paused := 0 < pause && pause <= retryPause && age <= c.options.StaleFor
	if c.set != nil && (fresh || paused) {
		return c.set, nil
	}
	return nil, c.startLocked()
}

// startLocked starts a fetch, or returns the one that runs.
func (c *Cache) startLocked() *flight.Call[*Set] {
	if call := c.fetches.Running(struct{}{}); call != nil {
		return call
	}
	c.begun++
	number := c.begun
	return c.fetches.Start(struct{}{}, c.options.Timeout, func(ctx context.Context) (*Set, error) {
		return c.fetch(ctx, number)
	})
}

// stale returns the set if it may be used after a failure, or nil.
func (c *Cache) stale() *Set {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.set == nil || c.options.Now().Sub(c.fetched) > c.options.StaleFor {
		return nil
	}
	return c.set
}

// Refetch returns another set than missed, under whose keys a token did not verify: the newer one that is known, or the one
// that is being fetched, or a new one. A new fetch for a caller's token (limited) is refused with ErrTooSoon, or with the
// error of the last fetch, within 10 s of another; one for a token that the issuer has just sent waits until 1 s after another.
//
// latest reports that the request for the set began after this call, so that the issuer has nothing newer. Where it is false
// the token can be newer than the set, and the caller asks again if the set does not help.
func (c *Cache) Refetch(ctx context.Context, missed *Set, limited bool) (set *Set, latest bool, err error) {
	before := c.fetchesBegun()
	for {
		set, call, wait, err := c.attempt(missed, limited)
		if call != nil {
			set, err = call.Wait(ctx)
		}
		if wait == 0 {
			return set, err == nil && set.number > before, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, false, context.Cause(ctx)
		}
	}
}

// attempt returns a set, an error, a fetch to wait for, or how long to wait before the next attempt.
func (c *Cache) attempt(missed *Set, limited bool) (set *Set, call *flight.Call[*Set], wait time.Duration, err error) {
	// The lock is held from the look at what runs to the start, so that of a thousand callers one starts a fetch.
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.set != nil && c.set != missed {
		return c.set, nil, 0, nil
	}
	if call := c.fetches.Running(struct{}{}); call != nil {
		return nil, call, 0, nil
	}
	if !limited {
		if wait := issuerPause - time.Since(c.sent); wait > 0 {
			return nil, nil, wait, nil
		}
		c.sent = time.Now()
		return nil, c.startLocked(), 0, nil
	}
	now := c.options.Now()
	// A negative time is a clock that was set back, which must not refuse fetches for as long.
	if since := now.Sub(c.asked); 0 <= since && since < callerPause {
		if c.failed != nil {
			return nil, nil, 0, c.failed
		}
		return nil, nil, 0, ErrTooSoon
	}
	c.asked = now
	return nil, c.startLocked(), 0, nil
}

// fetchesBegun returns the number of fetches so far.
func (c *Cache) fetchesBegun() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.begun
}

// Loaded reports whether a set has ever been fetched.
func (c *Cache) Loaded() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.set != nil
}

// Wait waits until no fetch runs, or returns the cause of ctx.
func (c *Cache) Wait(ctx context.Context) error { return c.fetches.Wait(ctx) }

// fetch requests a set and keeps it.
func (c *Cache) fetch(ctx context.Context, number int) (*Set, error) {
	// From the start of the request on, the issuer may have changed its keys.
	began := c.options.Now()
	body, err := c.options.Fetch(ctx)
	var set *Set
	if err == nil {
		set, err = Parse(body)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = err
	if err != nil {
		c.retry = c.options.Now().Add(retryPause)
		return nil, err
	}
	set.number = number
	c.set, c.fetched, c.retry = set, began, time.Time{}
	return set, nil
}
