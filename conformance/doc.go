// Package conformance answers one question: does an SDK, in whatever language,
// keep the interface? It loads cases ([Load]), plays them against the SDK's
// adapter with a scripted identity provider at the other end ([Run]), and judges
// what it saw ([Judge]). It knows operations, matchers, faults and mint rules,
// never a case.
//
// Playing and judging are apart: a [Transcript] holds everything that was seen,
// and a verdict can be had from it again without an SDK.
//
// The case format is told in testdata/fixtures/README.md, the adapter's messages
// in docs/adapter.md.
package conformance
