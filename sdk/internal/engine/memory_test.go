package engine_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/internal/mint"
	"github.com/arbfay/authpi-go/sdk/authpi"
	"github.com/arbfay/authpi-go/sdk/internal/engine"
)

// heap returns the bytes in use, once what nobody holds is gone.
func heap() int {
	var stats runtime.MemStats
	for range 3 {
		runtime.GC()
		time.Sleep(time.Millisecond) // cleanups run after a collection
	}
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// Tokens that make many times their size of memory must not take more than max_remembered_bytes together.
func TestRememberedTokensAreBoundedByBytes(t *testing.T) {
	const bound, size = 1 << 20, 15 << 10
	for name, claim := range map[string]any{
		"usual":         nil,
		"long claim":    strings.Repeat("x", size),
		"organizations": list(size/11, map[string]any{"id": "a"}),
		"scopes":        []any{map[string]any{"id": "a", "scopes": list(size/3, "")}},
		"few scopes":    list(size/30, map[string]any{"id": "a", "scopes": []string{"b", "c"}}),
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{key: mint.NewKey(mint.EdDSA, "memory")}
			e, err := engine.New(authpi.Config{IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: w.transport()}, MaxRememberedBytes: bound})
			require.NoError(t, err)
			count := 2 * bound / size
			if claim == nil {
				count = 2 * bound / 1000
			}
			verify := func(token string) {
				_, err := e.VerifyAccessToken(t.Context(), authpi.NewSecret(token), nil)
				require.NoError(t, err)
			}
			verify(w.accessToken(0)) // loads the keys
			before := heap()
			for i := range count {
				verify(w.accessTokenWith(fmt.Sprint("jti-", i), claim))
			}
			taken := heap() - before
			runtime.KeepAlive(e)
			t.Logf("%d tokens: %d KiB of %d", count, taken>>10, bound>>10)
			assert.Less(t, taken, bound*5/4)
			assert.Greater(t, taken, bound/2, "most of the memory is used")
		})
	}
}

func list[T any](n int, element T) []T {
	elements := make([]T, n)
	for i := range elements {
		elements[i] = element
	}
	return elements
}

// A token that is too large for the memory must neither enter it nor empty it.
func TestATokenLargerThanTheMemoryLeavesTheOthers(t *testing.T) {
	w := &world{key: mint.NewKey(mint.ES256, "memory")}
	e, err := engine.New(authpi.Config{IssuerURL: issuer, ClientID: "c_bench", HTTPClient: &http.Client{Transport: w.transport()}, MaxRememberedBytes: 8 << 10})
	require.NoError(t, err)
	small, large := w.accessToken(0), w.accessToken(20<<10)
	for range 3 {
		for _, token := range []string{small, large} {
			_, err := e.VerifyAccessToken(t.Context(), authpi.NewSecret(token), nil)
			require.NoError(t, err)
		}
		assert.True(t, e.Remembers(small))
		assert.False(t, e.Remembers(large))
	}
}
