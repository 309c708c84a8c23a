package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

// refreshing returns an engine on a world whose token endpoint is replaced.
func refreshing(t *testing.T, w *world, config authpi.Config, token httpmock.Responder) *engine.Engine {
	t.Helper()
	transport := w.transport()
	transport.RegisterResponder(http.MethodPost, issuer+"/token", token)
	config.IssuerURL, config.ClientID, config.HTTPClient = issuer, "c_bench", &http.Client{Transport: transport}
	e, err := engine.New(config)
	require.NoError(t, err)
	return e
}

// counted answers each refresh with a successor of the token that was sent, and counts how often each was.
func counted(sent map[string]int) httpmock.Responder {
	var mu sync.Mutex
	return func(r *http.Request) (*http.Response, error) {
		if err := r.ParseForm(); err != nil {
			return nil, err
		}
		token := r.PostForm.Get("refresh_token")
		mu.Lock()
		sent[token]++
		mu.Unlock()
		return httpmock.NewStringResponse(http.StatusOK,
			`{"access_token":"at-2","token_type":"Bearer","expires_in":3600,"refresh_token":"`+token+`-next"}`), nil
	}
}

// join makes a call a member of a rotation.
func join(t *testing.T, e *engine.Engine, tokens *authpi.TokenSet, hasCallback bool) *engine.Member {
	t.Helper()
	m, err := e.Join(t.Context(), tokens, hasCallback)
	require.NoError(t, err)
	return m
}

func TestACallDuringARefusedAttemptTakesTheRefusal(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "refused")}
	now := time.Now()
	tokens := w.stored(now, -time.Hour)
	posts := 0
	var e *engine.Engine
	var meanwhile *engine.Member
	e = refreshing(t, w, authpi.Config{Clock: func() time.Time { return now }}, func(*http.Request) (*http.Response, error) {
		if posts++; posts == 1 {
			meanwhile = join(t, e, tokens, false)
		}
		return httpmock.NewStringResponse(http.StatusUnauthorized, `{"error":"invalid_client"}`), nil
	})
	_, err := e.CreateAgent(t.Context(), tokens, nil)
	require.Error(t, err)
	require.Error(t, meanwhile.Share(t.Context()))
	meanwhile.Leave()
	assert.Equal(t, 1, posts, "it was there before the attempt was refused")
	_, err = e.CreateAgent(t.Context(), tokens, nil)
	require.Error(t, err)
	assert.Equal(t, 1, posts, "a new call waits for the end of the pause")
	now = now.Add(5 * time.Second)
	_, err = e.CreateAgent(t.Context(), tokens, nil)
	require.Error(t, err)
	assert.Equal(t, 2, posts, "then it tries again")
}

// The memory of rotations is bounded. What it forgets first is the oldest, and never what only this process has.
func TestForgettingRotations(t *testing.T) {
	const more = 4096 + 200
	w := &world{key: mint.NewKey(mint.ES256, "bounded")}
	sent := map[string]int{}
	down := true
	e := refreshing(t, w, authpi.Config{OnRefresh: func(context.Context, *authpi.TokenSet, *authpi.TokenSet) error {
		if down {
			return errors.New("the database is down")
		}
		return nil
	}}, counted(sent))
	tokens := w.stored(time.Now(), -time.Hour)
	refresh := func(name string) error {
		set := *tokens
		set.RefreshToken = authpi.NewSecret(name)
		_, err := e.CreateAgent(t.Context(), &set, nil)
		return err
	}
	require.Error(t, refresh("unstored"))
	down = false
	for i := range more {
		require.NoError(t, refresh(fmt.Sprint(i)))
	}
	require.NoError(t, refresh("unstored"))
	assert.Equal(t, 1, sent["unstored"], "tokens that nobody had were forgotten")
	for i := more - 1000; i < more; i++ {
		require.NoError(t, refresh(fmt.Sprint(i)))
		require.Equal(t, 1, sent[fmt.Sprint(i)], "a young rotation was forgotten")
	}
	require.NoError(t, refresh("0"))
	assert.Equal(t, 2, sent["0"], "the memory is not bounded")
}

// A callback that Close waits for may use the client: it could not store the tokens otherwise.
func TestACallbackPassesWhileClosing(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "closing")}
	var e *engine.Engine
	var kept context.Context
	create := func(ctx context.Context, tokens *authpi.TokenSet) error {
		if err := e.Enter(ctx, "create_agent"); err != nil {
			return err
		}
		defer e.Leave()
		_, err := e.CreateAgent(ctx, tokens, nil)
		return err
	}
	storing, closing := make(chan struct{}), make(chan struct{})
	e = refreshing(t, w, authpi.Config{OnRefresh: func(ctx context.Context, _, fresh *authpi.TokenSet) error {
		close(storing)
		<-closing
		kept = ctx
		return create(ctx, fresh)
	}}, counted(map[string]int{}))
	ended := make(chan error)
	tokens := w.stored(time.Now(), -time.Hour)
	go func() { ended <- create(context.Background(), tokens) }()
	<-storing
	closed := make(chan error)
	go func() { closed <- e.Close(context.Background()) }()
	for e.Enter(t.Context(), "discover") == nil {
		e.Leave()
	}
	close(closing)
	require.NoError(t, <-ended)
	require.NoError(t, <-closed)
	require.ErrorIs(t, create(kept, tokens), authpi.ErrClosed, "a pass ends with its callback")
}

func TestCallersShareNoTokensInErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{key: mint.NewKey(mint.ES256, "shared")}
		answer := counted(map[string]int{})
		e := refreshing(t, w, authpi.Config{OnRefresh: func(context.Context, *authpi.TokenSet, *authpi.TokenSet) error {
			return errors.New("the database is down")
		}}, func(r *http.Request) (*http.Response, error) {
			time.Sleep(time.Second) // until both callers wait
			return answer(r)
		})
		tokens := w.stored(time.Now(), -time.Hour)
		var sets [2]*authpi.TokenSet
		var group sync.WaitGroup
		for i := range sets {
			group.Go(func() {
				_, err := e.CreateAgent(t.Context(), tokens, nil)
				var failure *authpi.RefreshError
				assert.ErrorAs(t, err, &failure)
				sets[i] = failure.Tokens()
			})
		}
		group.Wait()
		assert.NotSame(t, sets[0], sets[1])
		assert.Equal(t, "rt-1-next", sets[1].RefreshToken.Reveal())
	})
}
