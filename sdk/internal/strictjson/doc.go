// Package strictjson answers how this SDK reads and writes JSON that a security decision depends on.
//
// It reads one JSON value and nothing after it: names match byte for byte (after unescaping), a name given twice in one
// object is refused at every depth, text must be valid UTF-8 without lone surrogates, numbers follow the grammar, and
// depth and the number of members are bounded. encoding/json is laxer on each of these points, and each has let a second
// reader of the same token see other values than the first.
//
// [Scanner] reads a document in one pass without building a tree; [Unmarshal] and [Marshal] read and write the members
// of one object through a table of [Member]. No error repeats a value, or a name that is not in the table.
package strictjson

const (
	// MaxDepth is the number of objects and arrays that may be open at once.
	MaxDepth = 32

	// MaxMembers is the number of members that [Unmarshal] accepts in one object, and the usual limit of a [Scanner].
	MaxMembers = 512
)
