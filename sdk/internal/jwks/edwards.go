package jwks

import (
	"math/big"
	"slices"
)

// The curve of Ed25519 is -x² + y² = 1 + dx²y² modulo p, where p = 2²⁵⁵ - 19 and d = -121665/121666 (RFC 8032, section 5.1).
func edwards25519() (p, d *big.Int) {
	p = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	d = new(big.Int).ModInverse(big.NewInt(121666), p)
	return p, d.Mod(d.Mul(d, big.NewInt(-121665)), p)
}

// edwardsDefect describes the defect of a 32-byte Ed25519 public key, or returns "".
// Package ed25519 accepts every key that decodes to a point. If the point has a small
// order, anyone can forge a signature: for every message if it is the neutral point, and
// for at least one message in eight otherwise.
func edwardsDefect(key []byte) string {
	p, d := edwards25519()
	encoded := slices.Clone(key)
	slices.Reverse(encoded) // the encoding is little-endian
	encoded[0] &= 0x7F      // the sign of x
	y := new(big.Int).SetBytes(encoded)
	if y.Cmp(p) >= 0 {
		return "x is not the canonical encoding of a point"
	}
	one := big.NewInt(1)
	yy := new(big.Int).Mul(y, y)
	// x² = (y² - 1) / (dy² + 1). The divisor is never 0, since -1/d is not a square.
	xx := new(big.Int).Mul(d, yy)
	xx.ModInverse(xx.Add(xx, one), p)
	xx.Mod(xx.Mul(xx, new(big.Int).Sub(yy, one)), p)
	if big.Jacobi(xx, p) < 0 {
		return "the point is not on the curve"
	}
	// Points with x = 0 have the order 1 or 2, and points with y = 0 the order 4.
	// Doubling a point of order 8 gives y = 0, and the y of a doubled point is 0 if and
	// only if x² + y² is 0.
	product := new(big.Int).Add(xx, yy)
	product.Mul(product.Mul(product, xx), yy)
	if product.Mod(product, p).Sign() == 0 {
		return "the point has a small order"
	}
	return ""
}
