package authpiasync_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	authpiasync "github.com/arbfay/authpi-go/sdk/async"
	"github.com/arbfay/authpi-go/sdk/authpi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// transport responds in memory, because real sockets do not work in a synctest bubble.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

const issuer = "https://idp.example/i_1"

func answer(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
	}
}

func metadata() *http.Response { return answer(http.StatusOK, `{"issuer":"`+issuer+`"}`) }

func client(t *testing.T, roundTrip transport, hooks authpi.Hooks) *authpiasync.Client {
	t.Helper()
	c, err := authpiasync.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_1", HTTPClient: &http.Client{Transport: roundTrip}, Hooks: hooks,
	})
	require.NoError(t, err)
	return c
}

// blocked returns a transport that blocks until release is closed or the request's
// context ends.
func blocked(release <-chan struct{}) transport {
	return func(r *http.Request) (*http.Response, error) {
		select {
		case <-release:
			return metadata(), nil
		case <-r.Context().Done():
			return nil, context.Cause(r.Context())
		}
	}
}

func TestManyWaitersGetTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		f := client(t, blocked(release), authpi.Hooks{}).Discover(t.Context(), nil)
		var got [8]*authpi.Metadata
		for i := range got {
			go func() { got[i], _ = f.Await(t.Context()) }()
		}
		synctest.Wait()
		assert.Nil(t, got[0])
		close(release)
		synctest.Wait()
		for _, m := range got {
			assert.Same(t, got[0], m)
		}
		require.NotNil(t, got[0])
		assert.Equal(t, issuer, got[0].Issuer)
	})
}

func TestAWaitersEndIsNotTheResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		f := client(t, blocked(release), authpi.Hooks{}).Discover(t.Context(), nil)
		impatient, cancel := context.WithCancelCause(t.Context())
		why := errors.New("the page was closed")
		cancel(why)
		_, err := f.Await(impatient)
		var failure *authpi.OAuthError
		require.ErrorAs(t, err, &failure)
		assert.Equal(t, "cancelled", failure.Code)
		assert.ErrorIs(t, err, why)

		close(release)
		<-f.Done()
		m, err := f.Await(impatient) // prefers the result
		require.NoError(t, err)
		assert.Equal(t, issuer, m.Issuer)
	})
}

// ending is a context that ends just as a waiter calls Done: Done calls meanwhile and
// returns a closed channel.
type ending struct {
	context.Context
	meanwhile func()
}

func (e ending) Done() <-chan struct{} {
	e.meanwhile()
	return e.Context.Done()
}

func TestAResultWinsOverAContextThatEndsWithIt(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 { // a single select would choose at random
		release := make(chan struct{})
		f := client(t, blocked(release), authpi.Hooks{}).Discover(t.Context(), nil)
		m, err := f.Await(ending{ended, func() {
			close(release)
			<-f.Done()
		}})
		require.NoError(t, err)
		assert.Equal(t, issuer, m.Issuer)
	}
}

func TestTheCallsContextEndsTheOperation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := client(t, blocked(nil), authpi.Hooks{})
		f := c.Discover(ctx, nil)
		cancel()
		_, err := f.Await(t.Context())
		assert.ErrorIs(t, err, context.Canceled)
		// Other calls may share the request, so it continues until its own timeout.
		require.NoError(t, c.Close(t.Context()))
	})
}

func TestAPanicReachesEveryWaiter(t *testing.T) {
	boom := errors.New("boom")
	for name, fail := range map[string]func(){"panic": func() { panic(boom) }, "Goexit": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			var reported atomic.Pointer[authpi.PanicError]
			hooks := authpi.Hooks{Panic: func(event authpi.PanicEvent) { reported.Store(event.Panic) }}
			f := client(t, func(*http.Request) (*http.Response, error) { fail(); return nil, nil }, hooks).Discover(t.Context(), nil)
			for range 2 {
				failure := caught(func() { _, _ = f.Await(t.Context()) })
				require.NotNil(t, failure)
				assert.Contains(t, string(failure.Stack), "RoundTrip", "the stack of the panic")
				if name == "panic" {
					assert.ErrorIs(t, failure, boom)
					assert.Same(t, reported.Load(), failure)
				}
			}
		})
	}
}

func TestAPanicOfTheOperationItselfReachesEveryWaiter(t *testing.T) {
	hooks := authpi.Hooks{Start: func(context.Context, authpi.StartEvent) context.Context { runtime.Goexit(); return nil }}
	f := client(t, nil, hooks).Discover(t.Context(), nil)
	assert.NotNil(t, caught(func() { _, _ = f.Await(t.Context()) }))
}

// caught returns the panic of a call, or nil.
func caught(call func()) (failure *authpi.PanicError) {
	defer func() { failure, _ = recover().(*authpi.PanicError) }()
	call()
	return nil
}

func TestAllReturnsTheFirstErrorByPosition(t *testing.T) {
	c := client(t, func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "openid-configuration") {
			return metadata(), nil
		}
		return answer(http.StatusInternalServerError, ""), nil
	}, authpi.Hooks{})
	ctx := t.Context()
	good, bad := c.Discover(ctx, nil), c.GetUserInfo(ctx, nil, nil)
	worse := c.CreateAgent(ctx, nil, nil)
	require.NoError(t, authpiasync.All(ctx, good))
	_, want := worse.Await(ctx)
	assert.Same(t, want, authpiasync.All(ctx, good, worse, bad))
	assert.NoError(t, authpiasync.All(ctx))
}

func TestCloseDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c := client(t, blocked(release), authpi.Hooks{})
		f := c.Discover(t.Context(), nil)
		closed := make(chan error, 1)
		go func() { closed <- c.Close(t.Context()) }()
		synctest.Wait()
		assert.Empty(t, closed, "Close waits for the operation")

		_, err := c.Discover(t.Context(), nil).Await(t.Context())
		assert.ErrorIs(t, err, authpi.ErrClosed)

		ended, cancel := context.WithCancel(t.Context())
		cancel()
		assert.ErrorIs(t, c.Close(ended), context.Canceled)

		close(release)
		require.NoError(t, <-closed)
		_, err = f.Await(t.Context())
		assert.NoError(t, err, "operations that started before Close succeed")
		assert.NoError(t, c.Close(t.Context()), "Close may be called more than once")
	})
}
