package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/conformance/internal/suggest"
)

// BreachError is the error of a reply that is JSON but not what the protocol
// says.
type BreachError struct {
	// ID is the command that it answers; 0 where it does not say.
	ID int
	// Reason says what is wrong with it.
	Reason string
}

// Error returns the reason.
func (e *BreachError) Error() string { return e.Reason }

// UnmarshalJSON reads a reply. It refuses, by a [BreachError], a key that the
// protocol does not have, and a reply that says nothing or two things.
func (r *Reply) UnmarshalJSON(data []byte) error {
	type plain Reply // without this method
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	breach := &BreachError{}
	_ = json.Unmarshal(members["id"], &breach.ID) // what is no number is told below
	breach.Reason = unknownKey(data, reflect.TypeFor[Reply](), "")
	if breach.Reason == "" {
		if err := json.Unmarshal(data, (*plain)(r)); err != nil {
			breach.Reason = wrongType(err)
		} else {
			breach.Reason = r.ambiguity(members)
		}
	}
	if breach.Reason != "" {
		return breach
	}
	return nil
}

// ambiguity says why a reply does not say one thing, or "". A key whose value is
// null is one that is left out, save ok: null is a result.
func (r *Reply) ambiguity(members map[string]json.RawMessage) string {
	var said []string
	for _, key := range slices.Sorted(maps.Keys(members)) {
		if key == "ok" || key != "id" && string(members[key]) != "null" {
			said = append(said, key)
		}
	}
	const wanted = "want one of ready, ok, err, refused, crash, started and event"
	switch {
	case len(said) == 0:
		return "says nothing: " + wanted
	case len(said) > 1:
		return "has " + strings.Join(said, " and ") + ": " + wanted
	}
	told := said[0] == "started" || said[0] == "event"
	switch {
	case told && r.ID != 0:
		return said[0] + " stands without an id"
	case !told && r.ID == 0:
		return said[0] + " without the id of a command"
	case said[0] == "started" && r.Started == 0:
		return "started: want the id of a call"
	case said[0] == "refused" && r.Refused == "", said[0] == "crash" && r.Crash == "":
		return said[0] + " is empty: say what happened"
	}
	return ""
}

// unknownKey names a key that a type does not have, with what it has, or returns
// "". What has the wrong type altogether is left to [wrongType].
func unknownKey(data json.RawMessage, t reflect.Type, path string) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var members map[string]json.RawMessage
	if t.Kind() != reflect.Struct || json.Unmarshal(data, &members) != nil {
		return ""
	}
	if t == reflect.TypeFor[Ready]() && string(members["protocol"]) != fmt.Sprint(Version) {
		return "" // another version may have other keys, and is refused as such
	}
	var names []string
	types := map[string]reflect.Type{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
		types[name] = t.Field(i).Type
	}
	for _, key := range slices.Sorted(maps.Keys(members)) {
		inner, known := types[key]
		if !known {
			return fmt.Sprintf("unknown key %q; there are %s%s", path+key, strings.Join(names, ", "), suggest.Name(key, names))
		}
		if reason := unknownKey(members[key], inner, path+key+"."); reason != "" {
			return reason
		}
	}
	return ""
}

// wrongType tells a JSON error in the words of the protocol.
func wrongType(err error) string {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err.Error()
	}
	want := "an object"
	switch wrong.Type.Kind() {
	case reflect.String:
		want = "a text"
	case reflect.Int:
		want = "a whole number"
	case reflect.Bool:
		want = "true or false"
	case reflect.Slice:
		want = "a list"
	default:
	}
	return fmt.Sprintf("%s: want %s, got: %s", wrong.Field, want, wrong.Value)
}
