package jwks

import (
	"context"
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

// retryPause is the time between two attempts to replace a set that is past its age, lest every login wait for a server
// that is down. It does not apply to Refetch, which has a limit of its own.
const retryPause = 30 * time.Second

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
	misses  bucket
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
	return nil, c.fetches.Start(struct{}{}, c.options.Timeout, c.fetch)
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

// Refetch returns a set for a token whose kid is not in missed, the set that was tried. If there is a newer one by now, or one
// on its way, that is it. Otherwise it fetches: if limited, within a limit that forged tokens use up but the rotations of an
// issuer do not: two in a row, then one a minute. Beyond the limit it returns missed at once, or the error of the last fetch
// if that failed, since nobody knows then whether the kid exists.
//
// latest reports that there is no better answer: the request for the set began after this call, or the limit is what it is.
// Where it is false, a token that the issuer has just sent can still be newer than the set.
func (c *Cache) Refetch(ctx context.Context, missed *Set, limited bool) (set *Set, latest bool, err error) {
	set, call, begun, err := c.refetched(missed, limited)
	if call != nil {
		set, err = call.Wait(ctx)
	}
	return set, begun || limited, err
}

// refetched returns a set or an error if there is nothing to wait for, or else the fetch, and whether that began now.
func (c *Cache) refetched(missed *Set, limited bool) (set *Set, call *flight.Call[*Set], begun bool, err error) {
	// The lock is held from the look at what runs to the start, so that of a thousand callers one takes from the bucket.
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.set != nil && c.set != missed {
		return c.set, nil, false, nil
	}
	if call := c.fetches.Running(struct{}{}); call != nil {
		return nil, call, false, nil
	}
	switch {
	case !limited || c.misses.take(c.options.Now()):
		return nil, c.fetches.Start(struct{}{}, c.options.Timeout, c.fetch), true, nil
	case c.failed != nil:
		return nil, nil, false, c.failed
	default:
		return missed, nil, false, nil
	}
}

// Wait waits until no fetch runs, or returns the cause of ctx.
func (c *Cache) Wait(ctx context.Context) error { return c.fetches.Wait(ctx) }

// fetch requests a set and keeps it.
func (c *Cache) fetch(ctx context.Context) (*Set, error) {
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
	c.set, c.fetched, c.retry = set, began, time.Time{}
	return set, nil
}

// bucket is a token bucket that holds missBurst and gets one back every missInterval.
type bucket struct {
	full time.Time // when the bucket will be full again
}

const (
	missBurst    = 2
	missInterval = time.Minute
)

// take takes a token, or reports false if there is none. It never waits.
func (b *bucket) take(now time.Time) bool {
	// A clock that was set back must not close the bucket for as long.
	if b.full.Before(now) || b.full.Sub(now) > missBurst*missInterval {
		b.full = now
	}
	if b.full.Sub(now) > (missBurst-1)*missInterval {
		return false
	}
	b.full = b.full.Add(missInterval)
	return true
}
