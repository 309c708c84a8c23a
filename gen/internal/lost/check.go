// Package lost answers what hand-written Go uses of generated Go that a generation is about to take away. It looks only
// if a name goes or gets another type, so that it costs nothing otherwise.
package lost

import (
	"io/fs"
	"maps"
	"regexp"

	"github.com/arbfay/authpi-go/gen/internal/spec"
)

// Check reports what in hand-written Go no longer compiles once before has become after. before are the generated files
// that change or go, after are all as they will be; both by their slash-separated paths under root, the module's root.
func Check(module string, root fs.FS, before, after map[string][]byte, diags *spec.Diagnostics) error {
	before = filtered(before, func(string) bool { return true })
	if len(before) == 0 {
		return nil
	}
	names := difference(before, after)
	if len(names) == 0 {
		return nil
	}
	written, err := handWritten(root, before, after)
	if err != nil {
		return err
	}
	former := maps.Clone(after)
	maps.Copy(former, before)
	past, future := newTree(module, written, former), newTree(module, written, after)
	for _, files := range future.concerned(names) {
		problems := future.problems(files)
		if len(problems) == 0 {
			continue
		}
		known := past.problems(files)
		for place, text := range problems {
			if _, old := known[place]; !old {
				diags.ErrorAt(place, "%s", explain(text))
			}
		}
	}
	return nil
}

// missing finds the name in what the type checker says of one that is not there.
var missing = regexp.MustCompile(
	`^undefined: (?:\w+\.)?(\w+)$|has no field or method (\w+)|^unknown field (\w+) in struct literal`)

// explain says in the words of the interface what the type checker says.
func explain(text string) string {
	for i, name := range missing.FindStringSubmatch(text) {
		if i > 0 && name != "" {
			return name + " is used by hand-written code and the interface no longer has it"
		}
	}
	return text + "; this compiled before the interface changed"
}
