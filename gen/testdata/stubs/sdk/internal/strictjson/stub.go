// Package strictjson is what generated code expects of the JSON reader.
package strictjson

import (
	"encoding"
	"encoding/json"
	"time"
)

type Member struct {
	Name     string
	Value    Codec
	Required bool
}

type Codec any

type Unknown struct{}

func (*Unknown) Get(string) (json.RawMessage, bool) { return nil, false }

func Unmarshal([]byte, []Member, *Unknown) error { return nil }
func UnmarshalLenient([]byte, []Member, *Unknown) error {
	return nil
}
func Marshal([]Member, *Unknown) ([]byte, error)  { return nil, nil }
func String[S ~string](*S) Codec                  { return nil }
func OptionalString(**string) Codec               { return nil }
func Bool(*bool) Codec                            { return nil }
func OptionalBool(**bool) Codec                   { return nil }
func Int(*int64) Codec                            { return nil }
func Seconds(*time.Duration) Codec                { return nil }
func OptionalSeconds(**time.Duration) Codec       { return nil }
func LenientSeconds(**time.Duration) Codec        { return nil }
func UnixTime(*time.Time) Codec                   { return nil }
func Strings(*[]string) Codec                     { return nil }
func OneOrMany(*[]string) Codec                   { return nil }
func Words(*[]string) Codec                       { return nil }
func Raw(*json.RawMessage) Codec                  { return nil }
func Secret(secret) Codec                         { return nil }
func Redacted(secret) Codec                       { return nil }
func Object[T any, P object[T]](P) Codec          { return nil }
func OptionalObject[T any, P object[T]](*P) Codec { return nil }
func Objects[T any, P object[T]](*[]T) Codec      { return nil }
func LenientObjects[T any, P object[T]](*[]T) Codec {
	return nil
}

type secret interface {
	Reveal() string
	encoding.TextUnmarshaler
}

type object[T any] interface {
	*T
	json.Marshaler
	json.Unmarshaler
}
