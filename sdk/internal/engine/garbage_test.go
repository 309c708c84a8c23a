package engine_test

import (
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

// accessToken returns an access token of the usual size, or larger by padding.
func (w *world) accessToken(padding int) string {
	return w.accessTokenWith("j", strings.Repeat("x", padding))
}

// accessTokenWith returns an access token of that ID, whose organizations are a claim of any kind.
func (w *world) accessTokenWith(id string, organizations any) string {
	now := time.Now()
	return w.key.Token("at+jwt", mint.NewObject(
		"iss", issuer, "sub", "usr_018f2f7e9a6c7d3bb1c2d3e4f5", "aud", "c_bench", "client_id", "c_bench", "jti", id, "scope", "openid",
		"iat", now.Unix(), "exp", now.Add(time.Hour).Unix(), "dat", map[string]any{"type": "identity"}, "organizations", organizations,
	))
}

// What strangers send must not cost memory in proportion to its size.
func TestGarbageCostsLittleMemory(t *testing.T) {
	const size, runs = 64 << 10, 20
	w := &world{key: mint.NewKey(mint.ES256, "bench")}
	large := w.accessToken(size)
	dot := strings.LastIndexByte(large, '.')
	e := w.engine(t)
	for name, token := range map[string]string{
		"dots":        strings.Repeat(".", size),
		"letters":     strings.Repeat("A", size),
		"opaque":      strings.Repeat("A", size/2) + "." + strings.Repeat("A", size/2),
		"no header":   "e30." + strings.Repeat("A", size) + "." + strings.Repeat("A", 86),
		"unknown key": (&world{key: mint.NewKey(mint.ES256, "other")}).accessToken(size),
		"short":       large[:dot] + ".AAAA",
		"forged":      large[:dot+1] + strings.Repeat("A", len(large)-dot-1),
		"remembered":  large,
	} {
		secret := authpi.NewSecret(token)
		for range 3 { // the keys are loaded, and a forged key ID has caused its fetch
			_, err := e.VerifyAccessToken(t.Context(), secret, nil)
			require.Equal(t, name == "remembered", err == nil, name)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range runs {
			_, _ = e.VerifyAccessToken(t.Context(), secret, nil)
		}
		runtime.ReadMemStats(&after)
		assert.Less(t, (after.TotalAlloc-before.TotalAlloc)/runs, uint64(size/8), name)
	}
}

// BenchmarkVerifyAccessToken is what an API pays for a token, and for what strangers send in place of one, once the keys are
// loaded.
func BenchmarkVerifyAccessToken(b *testing.B) {
	for _, algorithm := range mint.Algorithms() {
		w := &world{key: mint.NewKey(algorithm, "bench")}
		large := w.accessToken(95 << 10) // nearly 128 KiB, of a good form
		dot := strings.LastIndexByte(large, '.')
		forged := large[:dot] + strings.Replace(large[dot:], large[dot:dot+9], ".AAAAAAAA", 1)
		unknown := mint.NewKey(algorithm, "other")
		tokens := map[string]string{
			"remembered":                  w.accessToken(0),
			"remembered 128 KiB":          large,
			"dots":                        strings.Repeat(".", 100<<10),
			"letters":                     strings.Repeat("A", 100<<10),
			"three letters":               strings.Repeat("A", 40<<10) + "." + strings.Repeat("A", 40<<10) + "." + strings.Repeat("A", 40<<10),
			"forged 128 KiB, unknown key": (&world{key: unknown}).accessToken(95 << 10),
			"forged 128 KiB, known key":   forged,
			"forged, unknown key":         (&world{key: unknown}).accessToken(0),
		}
		for name, token := range tokens {
			b.Run(string(algorithm)+"/"+name, func(b *testing.B) {
				e, secret := w.engine(b), authpi.NewSecret(token)
				verify := func(e *engine.Engine) error {
					_, err := e.VerifyAccessToken(b.Context(), secret, nil)
					return err
				}
				for range 4 { // keys are loaded, and refetches used up
					_ = verify(e)
				}
				require.Equal(b, strings.HasPrefix(name, "remembered"), verify(e) == nil)
				b.ReportAllocs()
				for b.Loop() {
					_ = verify(e)
				}
			})
		}
	}
}
