package engine_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

// exchanging returns an engine whose token endpoint returns tokens for each code, and the number of requests by code.
func exchanging(t *testing.T, clock func() time.Time) (*engine.Engine, map[string]int) {
	t.Helper()
	w := &world{key: mint.NewKey(mint.ES256, "codes")}
	id, sent := w.idToken(time.Now()), map[string]int{}
	var mu sync.Mutex
	return refreshing(t, w, authpi.Config{Clock: clock}, func(r *http.Request) (*http.Response, error) {
		code := r.FormValue("code")
		mu.Lock()
		sent[code]++
		mu.Unlock()
		return httpmock.NewStringResponse(http.StatusOK,
			`{"access_token":"at-`+code+`","token_type":"Bearer","expires_in":3600,"id_token":"`+id+`"}`), nil
	}), sent
}

func exchangeCode(t *testing.T, e *engine.Engine, code string) (*authpi.Agent, error) {
	t.Helper()
	return e.ExchangeCode(t.Context(), authpi.NewSecret(code), authpi.NewSecret("verifier"),
		&authpi.ExchangeCodeOptions{RedirectURI: "https://app.example/callback"})
}

// A transport that panics may have sent the code.
func TestACodeIsSpentWhereTheTransportPanics(t *testing.T) {
	sent := 0
	base := (&world{key: mint.NewKey(mint.ES256, "panic")}).transport()
	e, err := engine.New(authpi.Config{
		IssuerURL: issuer, ClientID: "c_bench",
		HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				sent++
				panic("broken transport")
			}
			return base.RoundTrip(r)
		})},
	})
	require.NoError(t, err)
	failure := panicOf(func() { _, _ = exchangeCode(t, e, "code") })
	require.NotNil(t, failure)
	assert.Equal(t, "broken transport", failure.Value)
	_, err = exchangeCode(t, e, "code")
	require.Error(t, err)
	assert.True(t, authpi.NeedsLogin(err))
	assert.ErrorContains(t, err, "start a new login")
	assert.Equal(t, 1, sent)
}

func TestTheOldestOutcomeIsForgotten(t *testing.T) {
	const room = 4096
	now := time.Now()
	e, sent := exchanging(t, func() time.Time { now = now.Add(time.Microsecond); return now })
	for i := range room + 1 {
		_, err := exchangeCode(t, e, fmt.Sprint(i))
		require.NoError(t, err)
	}
	for _, code := range []string{"1", fmt.Sprint(room), "0"} {
		_, err := exchangeCode(t, e, code)
		require.NoError(t, err)
	}
	assert.Equal(t, []int{2, 1, 1}, []int{sent["0"], sent["1"], sent[fmt.Sprint(room)]})
}

func TestAClockThatIsSetBackSendsNoCodeAgain(t *testing.T) {
	now := time.Now()
	e, sent := exchanging(t, func() time.Time { return now })
	for _, step := range []struct {
		back  time.Duration
		times int
	}{{0, 1}, {9 * time.Second, 1}, {time.Hour, 1}} {
		now = now.Add(-step.back)
		_, err := exchangeCode(t, e, "code")
		require.NoError(t, err)
		assert.Equal(t, step.times, sent["code"])
	}
}

// Callers of one exchange share no token set.
func TestAnAgentOfAnExchangeIsTheCallersOwn(t *testing.T) {
	e, sent := exchanging(t, time.Now)
	first, err := exchangeCode(t, e, "code")
	require.NoError(t, err)
	second, err := exchangeCode(t, e, "code")
	require.NoError(t, err)
	assert.NotSame(t, first, second)
	first.Organizations()[0].Scopes[0] = "changed"
	assert.Equal(t, "owner", second.Organizations()[0].Scopes[0])
	assert.Equal(t, 1, sent["code"])
}
