package strictjson_test

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/arbfay/authpi-go/sdk/internal/strictjson"
)

func TestHidden(t *testing.T) {
	text := strings.Repeat("text", 3)
	hidden := strictjson.Hide(text)
	assert.Equal(t, text, hidden.Reveal())
	assert.True(t, hidden == strictjson.Hide("text"+"texttext"))
	assert.True(t, reflect.DeepEqual(hidden, strictjson.Hide("texttext"+"text")))
	assert.False(t, hidden == strictjson.Hide("texttexttexT"))
	assert.False(t, reflect.DeepEqual(hidden, strictjson.Hide("other")))
	assert.True(t, strictjson.Hide("") == strictjson.Hidden{})
	assert.Empty(t, strictjson.Hidden{}.Reveal())
}

func TestHidingAllocatesOncePerString(t *testing.T) {
	hidden := strictjson.Hide("known")
	assert.Zero(t, testing.AllocsPerRun(100, func() { strictjson.Hide("known") }))
	assert.Zero(t, testing.AllocsPerRun(100, func() { _ = hidden.Reveal() }))
	runtime.KeepAlive(hidden)
}

// What nobody holds any more must not stay in memory: each token of each user passes here once.
func TestHiddenStringsAreForgotten(t *testing.T) {
	const size, count = 64 << 10, 500 // 32 MB
	heap := func() uint64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	before := heap()
	for i := range count {
		strictjson.Hide(fmt.Sprint(i) + strings.Repeat("x", size))
	}
	require.Eventually(t, func() bool { return heap() < before+size*count/4 }, 10*time.Second, 10*time.Millisecond)
}

func TestConcurrentHidingIsEqual(t *testing.T) {
	for i := range 200 {
		hidden := make([]strictjson.Hidden, 8)
		var group sync.WaitGroup
		for j := range hidden {
			group.Go(func() { hidden[j] = strictjson.Hide(fmt.Sprint("value-", i%7)) })
		}
		if i%50 == 0 {
			runtime.GC() // while they are made
		}
		group.Wait()
		for _, h := range hidden {
			assert.True(t, h == hidden[0])
		}
	}
}

func BenchmarkHide(b *testing.B) {
	token := strings.Repeat("t", 1000)
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			strictjson.Hide(fmt.Sprint(token, i))
		}
	})
	b.Run("known", func(b *testing.B) {
		hidden := strictjson.Hide(token)
		b.ReportAllocs()
		for b.Loop() {
			strictjson.Hide(token)
		}
		runtime.KeepAlive(hidden)
	})
	b.Run("new, 100 KiB", func(b *testing.B) {
		garbage := []byte(strings.Repeat("t", 100<<10))
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			garbage[i%len(garbage)]++
			strictjson.Hide(string(garbage))
		}
	})
	b.Run("reveal", func(b *testing.B) {
		hidden, n := strictjson.Hide(token), 0
		for b.Loop() {
			n += len(hidden.Reveal())
		}
	})
	b.Run("floor", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			_ = fmt.Sprint(token, i)
		}
	})
}
