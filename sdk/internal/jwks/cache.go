package jwks

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/arbfay/authpi-go/sdk/internal/flight"
)

const (
	// DefaultMaxAge is how long a set is used before it is fetched again.
	DefaultMaxAge = time.Hour

	// DefaultStaleFor is the maximum age of a set that is used because fetching a newer
	// one failed.
	DefaultStaleFor = 24 * time.Hour
)

const (
	// retryPause is the time between two attempts to replace a set that is older than
	// MaxAge, so that not every login waits for a server that is down. It does not apply
	// to Refetch, which has its own limits.
	retryPause = 30 * time.Second

	// callerPause is the time between two fetches for tokens from callers, because anyone
	// can forge a key ID.
	callerPause = 10 * time.Second

	// issuerPause is the time between two fetches for tokens that came directly from the
	// issuer.
	issuerPause = time.Second
)

// ErrTooSoon reports that no known key verifies a caller's token, and that it is too soon
// to fetch the keys again.
var ErrTooSoon = errors.New("the keys were fetched for another unknown key less than 10 s ago")

// Options configures a Cache.
type Options struct {
	// Fetch fetches the document. Its context belongs to the cache, not to a caller.
	// Required.
	Fetch func(context.Context) ([]byte, error)

	// Now returns the current time. The default is time.Now.
	Now func() time.Time

	// Timeout limits one fetch; zero means no limit.
	Timeout time.Duration

	// MaxAge is how long a set is used before it is fetched again. The default is
	// DefaultMaxAge.
	MaxAge time.Duration

	// StaleFor is the maximum age of a set that is used because a fetch failed. The
	// default is DefaultStaleFor.
	StaleFor time.Duration
}

// Cache keeps an issuer's key set. It runs at most one fetch at a time, and all callers
// share its result. A caller's context limits only the wait of that caller. A Cache is
// safe for concurrent use.
type Cache struct {
	options Options
	fetches flight.Group[struct{}, *Set]

	mu      sync.Mutex
	set     *Set      // the last set that was fetched, or nil
	fetched time.Time // when the request for set began
	failed  error     // why the last fetch failed; nil after a success
	retry   time.Time // until then, a set older than MaxAge is used without a fetch
	begun   int       // number of fetches so far
	asked   time.Time // when a caller's token last started a fetch
	sent    time.Time // when a token from the issuer did; monotonic, because its call waits in real time
}

// NewCache returns an empty cache. The first Load fetches the set.
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

// Load returns a set that is not older than MaxAge, or not older than StaleFor if a fetch
// failed. The error is the error of the fetch or the cause of ctx.
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

// loaded returns the set if no fetch is needed, or else the fetch.
func (c *Cache) loaded() (*Set, *flight.Call[*Set]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.options.Now()
	// A negative age means that the clock was set back, so the set's true age is unknown.
	age := now.Sub(c.fetched)
	fresh := 0 <= age && age <= c.options.MaxAge
	pause := c.retry.Sub(now)
	paused := 0 < pause && pause <= retryPause && age <= c.options.StaleFor
	if c.set != nil && (fresh || paused) {
		return c.set, nil
	}
	return nil, c.startLocked()
}

// startLocked returns the running fetch, or starts one.
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

// Refetch returns a newer set than missed, whose keys did not verify a token. It returns
// the known set if that is newer, or else the result of the running fetch or of a new
// one. If limited is true, the token comes from a caller: within 10 s of such a fetch,
// Refetch does not start another, but returns ErrTooSoon or the error of the last fetch.
// Otherwise the token comes from the issuer, and Refetch waits until 1 s after the
// previous such fetch.
//
// latest reports that the request for the set began after this call. If it is false, the
// token can be newer than the set, and the caller should call Refetch again if the set
// does not have the key.
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

// attempt returns a set, an error, a fetch to wait for, or the time to wait before the
// next attempt.
func (c *Cache) attempt(missed *Set, limited bool) (set *Set, call *flight.Call[*Set], wait time.Duration, err error) {
	// Hold the lock from the check for a running fetch until the start, so that only one
	// of many callers starts a fetch.
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
	// A negative time means that the clock was set back. That must not block fetches.
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

// Wait waits until no fetch is running. It returns the cause of ctx if that ends first.
func (c *Cache) Wait(ctx context.Context) error { return c.fetches.Wait(ctx) }

// fetch fetches a set and stores it.
func (c *Cache) fetch(ctx context.Context, number int) (*Set, error) {
	// Count the age from the start of the request, because the issuer may change its keys
	// from then on.
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
