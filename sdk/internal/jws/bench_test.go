package jws_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/arbfay/authpi-go/sdk/internal/jws"
)

// BenchmarkRefuse measures the cost of invalid tokens, which anyone can send.
func BenchmarkRefuse(b *testing.B) {
	tail := "." + strings.Repeat("A", 64) + "." + strings.Repeat("A", 86)
	header := func(json string) string { return encode(json) + tail }
	members := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"m%d":{"a":1},`, i)
		}
		return b.String()
	}
	for name, token := range map[string]string{
		"1MiB of dots":    strings.Repeat(".", 1<<20),
		"16KiB of dots":   strings.Repeat(".", limit),
		"letters":         strings.Repeat("A", limit),
		"dots at the end": strings.Repeat("A", limit-9) + ".A.A.A.A",
		"deep header":     header(strings.Repeat(`{"a":`, 1200)),
		"wide header":     header("{" + members(64) + `"alg":"ES256"}`),
		"nested header":   header(`{"alg":"ES256","a":[` + strings.Repeat("{"+members(60)+`"z":1},`, 6) + `1],"b"}`),
		"large payload":   encode(`{"alg":"none"}`) + "." + strings.Repeat("A", limit-100) + ".AAAA",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := jws.Parse(token, limit); err == nil {
					b.Fatal("accepted")
				}
			}
		})
	}
}
