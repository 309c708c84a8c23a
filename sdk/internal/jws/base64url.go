package jws

import (
	"encoding/base64"
	"strings"
)

// encoding is used only for strings that isCanonical accepts.
var encoding = base64.RawURLEncoding.Strict()

// isCanonical reports whether text is canonical base64url: no padding, no white space, no
// trailing bits. Package base64 skips line breaks even in strict mode, so that one token
// could be written in many ways.
func isCanonical(text string) bool {
	const (
		alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		letters  = 1<<26 - 1
		digits   = 1<<10 - 1
		low      = 1<<'-' | digits<<'0'                                // one bit for each character of the alphabet below 64
		high     = letters<<('A'-64) | 1<<('_'-64) | letters<<('a'-64) // and from 64 to 127
	)
	// Do not branch: the processor cannot predict the next character's class.
	sets := [2]uint64{low, high}
	inside, seen := uint64(1), byte(0)
	for i := range len(text) {
		c := text[i]
		inside &= sets[c>>6&1] >> (c & 63)
		seen |= c
	}
	if text == "" || inside == 0 || seen >= 128 {
		return false
	}
	last := strings.IndexByte(alphabet, text[len(text)-1])
	switch len(text) % 4 {
	case 1:
		return false
	case 2:
		return last&0xF == 0
	case 3:
		return last&0x3 == 0
	default:
		return true
	}
}

// decode returns the decoded bytes of canonical base64url. It decodes chunks into a
// buffer on the stack, so that the result is the only allocation.
func decode(text string) string {
	const chunk = 1 << 10 // a multiple of 4, so that only the last chunk may end within a byte
	var buffer [chunk / 4 * 3]byte
	var decoded strings.Builder
	decoded.Grow(encoding.DecodedLen(len(text)))
	for len(text) > 0 {
		size := min(len(text), chunk)
		n, _ := encoding.Decode(buffer[:], []byte(text[:size])) // cannot fail: text is canonical
		decoded.Write(buffer[:n])
		text = text[size:]
	}
	return decoded.String()
}
