package jsontree

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/arbfay/authpi-go/conformance/internal/suggest"
)

// FromTree is implemented by types that read themselves from a tree: those with
// more than one form.
type FromTree interface {
	// FromTree reads the value. Its error is prefixed with the path.
	FromTree(tree any) error
}

// Decode fills a struct from a tree by its json tags. It refuses, by path, a
// member that the struct does not have and a value of another type.
func Decode(tree, into any) error {
	return decode("", tree, reflect.ValueOf(into).Elem())
}

func decode(path string, tree any, into reflect.Value) error {
	if reader, ok := into.Addr().Interface().(FromTree); ok {
		if err := reader.FromTree(tree); err != nil {
			return fmt.Errorf("%s: %w", Root(path), err)
		}
		return nil
	}
	switch into.Kind() {
	case reflect.Interface:
		if tree != nil {
			into.Set(reflect.ValueOf(tree))
		}
		return nil
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return decode(path, tree, into.Elem())
	case reflect.Struct:
		return decodeStruct(path, tree, into)
	case reflect.Map:
		return decodeMap(path, tree, into)
	case reflect.Slice:
		return decodeSlice(path, tree, into)
	default:
		return decodeScalar(path, tree, into)
	}
}

func decodeStruct(path string, tree any, into reflect.Value) error {
	object, ok := tree.(map[string]any)
	if !ok {
		return fmt.Errorf("%s: want an object", Root(path))
	}
	fields := map[string]int{}
	for i := range into.NumField() {
		name, _, _ := strings.Cut(into.Type().Field(i).Tag.Get("json"), ",")
		fields[name] = i
	}
	for _, name := range sortedKeys(object) {
		field, known := fields[name]
		if !known || name == "" || name == "-" {
			return fmt.Errorf("%s: unknown key%s", Join(path, name), suggest.Key(name, fields))
		}
		if err := decode(Join(path, name), object[name], into.Field(field)); err != nil {
			return err
		}
	}
	return nil
}

func decodeMap(path string, tree any, into reflect.Value) error {
	object, ok := tree.(map[string]any)
	if !ok {
		return fmt.Errorf("%s: want an object", Root(path))
	}
	into.Set(reflect.MakeMapWithSize(into.Type(), len(object)))
	for _, name := range sortedKeys(object) {
		value := reflect.New(into.Type().Elem()).Elem()
		if err := decode(Join(path, name), object[name], value); err != nil {
			return err
		}
		into.SetMapIndex(reflect.ValueOf(name), value)
	}
	return nil
}

func decodeSlice(path string, tree any, into reflect.Value) error {
	list, ok := tree.([]any)
	if !ok {
		return fmt.Errorf("%s: want a list", Root(path))
	}
	into.Set(reflect.MakeSlice(into.Type(), len(list), len(list)))
	for i, element := range list {
		if err := decode(Join(path, strconv.Itoa(i)), element, into.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func decodeScalar(path string, tree any, into reflect.Value) error {
	switch into.Kind() {
	case reflect.String:
		if text, ok := tree.(string); ok {
			into.SetString(text)
			return nil
		}
		return fmt.Errorf("%s: want a string", Root(path))
	case reflect.Bool:
		if value, ok := tree.(bool); ok {
			into.SetBool(value)
			return nil
		}
		return fmt.Errorf("%s: want true or false", Root(path))
	case reflect.Int:
		if number, ok := tree.(json.Number); ok {
			if value, err := strconv.Atoi(number.String()); err == nil {
				into.SetInt(int64(value))
				return nil
			}
		}
		return fmt.Errorf("%s: want a whole number", Root(path))
	default:
		return fmt.Errorf("%s: cannot be read into %s", Root(path), into.Type())
	}
}

func sortedKeys(object map[string]any) []string {
	keys := make([]string, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
