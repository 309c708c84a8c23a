package emit

import (
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/arbfay/authpi-go/gen/internal/model"
)

// typesFile renders sdk/authpi/types_gen.go.
func typesFile(u *unit, iface *model.Interface) {
	for _, t := range iface.Types {
		switch {
		case t.Internal:
		case t.Accessors:
			u.declare(u.accessorsInterface(t),
				jen.Var().Id("_").Id(accessorsName(t)).Op("=").Parens(jen.Op("*").Id(t.GoName)).Call(jen.Nil()))
		default:
			u.typeDeclarations(t)
		}
	}
}

// engineTypesFile renders sdk/internal/engine/types_gen.go.
func engineTypesFile(u *unit, iface *model.Interface) {
	for _, t := range iface.Types {
		if t.Internal {
			u.typeDeclarations(t)
		}
	}
}

// typeDeclarations renders a type with what makes it JSON.
func (u *unit) typeDeclarations(t *model.Type) {
	u.declare(u.typeStruct(t))
	if t.Data {
		return
	}
	if t.KeepUnknown {
		u.declare(u.extraMethod(t))
	}
	if !t.Internal || t.Nested {
		u.declare(u.marshalMethod(t))
	}
	u.declare(u.unmarshalMethod(t))
	if t.Storage {
		u.declare(u.logValueMethod(t))
	}
	u.declare(u.membersMethod(t))
}

// accessorsInterface renders the methods that read the fields of a type written by hand.
//
//	// agentFields are the fields of Agent. The compiler checks that a method reads each.
//	type agentFields interface {
//		EmailVerified() (bool, bool)
//	}
func (u *unit) accessorsInterface(t *model.Type) jen.Code {
	name := accessorsName(t)
	return comment(0, name+" are the fields of "+t.GoName+". The compiler checks that a method reads each.").
		Type().Id(name).InterfaceFunc(func(g *jen.Group) {
		for _, f := range t.Fields {
			g.Id(f.GoName).Add(u.parameters("    "+f.GoName, model.Signature{Results: f.AccessorResults()}))
		}
	})
}

func accessorsName(t *model.Type) string {
	return strings.ToLower(t.GoName[:1]) + t.GoName[1:] + "Fields"
}

// typeStruct renders the struct.
//
//	// TokenSet holds the tokens of one login.
//	type TokenSet struct {
//		// AccessToken is the access token. In JSON: access_token.
//		AccessToken Secret
//
//		unknown strictjson.Unknown
//	}
func (u *unit) typeStruct(t *model.Type) jen.Code {
	storage := ""
	if t.Storage {
		storage = "Its JSON is the form to store it in and contains its secrets, which are redacted where it is printed."
	}
	return comment(0, sentences(t.Go, see(t.Source)), storage).Type().Id(t.GoName).StructFunc(func(g *jen.Group) {
		for _, f := range t.Fields {
			g.Add(comment(1, fieldText(t, f)).Id(f.GoName).Add(u.goType(f.GoType)))
		}
		if t.KeepUnknown {
			g.Line()
			g.Id("unknown").Add(u.qual("strictjson", "Unknown"))
		}
	})
}

// fieldText documents a field with its name and form in JSON.
func fieldText(t *model.Type, f *model.Field) string {
	text := f.Go
	if text == "" {
		text = f.GoName + " is the member " + f.Name + "."
	}
	if t.Data {
		return sentences(text, see(f.Source))
	}
	form := ""
	switch f.Type.Kind {
	case model.KindSeconds, model.KindLenientSeconds:
		form = ", in seconds"
	case model.KindTime:
		form = ", in Unix seconds"
	case model.KindWords:
		form = ", one text with spaces between"
	case model.KindOneOrMany:
		form = ", a text or a list"
	}
	return sentences(text, "In JSON: "+f.Name+form+".", fieldDefault(f), see(f.Source))
}

// fieldDefault says what an absent member counts as.
func fieldDefault(f *model.Field) string {
	switch {
	case f.Default == "":
		return ""
	case f.Type.Kind == model.KindSeconds:
		return "Default: " + f.Default + " seconds."
	default:
		return "Default: " + f.Default + "."
	}
}

// extraMethod renders the way to members without a field.
//
//	// Extra returns the JSON of a member that has no field, and whether it is there.
//	func (t *TokenSet) Extra(name string) (json.RawMessage, bool) { return t.unknown.Get(name) }
func (u *unit) extraMethod(t *model.Type) jen.Code {
	return comment(0, "Extra returns the JSON of a member that has no field, and whether it is there.").
		Func().Params(jen.Id("t").Op("*").Id(t.GoName)).Id("Extra").Params(jen.Id("name").String()).
		Params(u.qual("json", "RawMessage"), jen.Bool()).
		Block(jen.Return(jen.Id("t").Dot("unknown").Dot("Get").Call(jen.Id("name"))))
}

// marshalMethod renders the writer.
//
//	// MarshalJSON returns the storage form, secrets included.
//	func (t TokenSet) MarshalJSON() ([]byte, error) {
//		return strictjson.Marshal(t.members(), &t.unknown)
//	}
func (u *unit) marshalMethod(t *model.Type) jen.Code {
	text := "MarshalJSON returns the JSON object; secrets are redacted in it."
	if t.Storage {
		text = "MarshalJSON returns the storage form, secrets included."
	} else if len(t.Secrets()) == 0 {
		text = "MarshalJSON returns the JSON object."
	}
	return comment(0, text).
		Func().Params(jen.Id("t").Id(t.GoName)).Id("MarshalJSON").Params().Params(jen.Index().Byte(), jen.Error()).
		Block(jen.Return(u.qual("strictjson", "Marshal").Call(jen.Id("t").Dot("members").Call(), unknownOf("t", t))))
}

// unmarshalMethod renders the reader. It fills a fresh value, so that a text that cannot be read leaves the old one as
// it was.
//
//	// UnmarshalJSON reads the JSON object, strictly. After an error the value is unchanged.
//	func (t *TokenSet) UnmarshalJSON(data []byte) error {
//		var fresh TokenSet
//		if err := strictjson.Unmarshal(data, fresh.members(), &fresh.unknown); err != nil {
//			return wrapStorageError("TokenSet", err)
//		}
//		*t = fresh
//		return nil
//	}
func (u *unit) unmarshalMethod(t *model.Type) jen.Code {
	form, failure := "JSON object", jen.Err()
	if t.Storage {
		form, failure = "storage form", jen.Id("wrapStorageError").Call(jen.Lit(t.GoName), jen.Err())
	}
	text := "UnmarshalJSON reads the " + form + ", strictly: exact names, no member twice. After an error the value is unchanged."
	function := "Unmarshal"
	if t.Lenient {
		function = "UnmarshalLenient"
		text = "UnmarshalJSON reads the " + form + ": exact names, no member twice. A member of a wrong form counts as absent" +
			" unless it is required. After an error the value is unchanged."
	}
	read := u.qual("strictjson", function).Call(jen.Id("data"), jen.Id("fresh").Dot("members").Call(), unknownOf("fresh", t))
	return comment(0, text).
		Func().Params(jen.Id("t").Op("*").Id(t.GoName)).Id("UnmarshalJSON").Params(jen.Id("data").Index().Byte()).Error().
		Block(
			u.fresh(t),
			jen.If(jen.Err().Op(":=").Add(read), jen.Err().Op("!=").Nil()).Block(jen.Return(failure)),
			jen.Op("*").Id("t").Op("=").Id("fresh"),
			jen.Return(jen.Nil()),
		)
}

// fresh renders the value that is read into, which holds what absent members count as.
//
//	fresh := DeviceAuthorization{Interval: 5 * time.Second}
func (u *unit) fresh(t *model.Type) jen.Code {
	var defaults []jen.Code
	for _, f := range t.Fields {
		if f.Default != "" {
			defaults = append(defaults, keyed(f.GoName, u.literalOf(f.Type.Kind, f.Default)))
		}
	}
	if len(defaults) == 0 {
		return jen.Var().Id("fresh").Id(t.GoName)
	}
	return jen.Id("fresh").Op(":=").Add(literal(jen.Id(t.GoName), len(defaults) == 1, defaults...))
}

// literalOf renders a default that the spec gives as text.
func (u *unit) literalOf(kind model.Kind, text string) *jen.Statement {
	number, _ := strconv.Atoi(text) // the model let no other text through for numbers
	switch kind {
	case model.KindSeconds:
		return jen.Lit(number).Op("*").Add(u.qual("time", "Second"))
	case model.KindInt:
		return jen.Lit(number)
	default:
		return jen.Lit(text)
	}
}

// unknownOf renders the place for members without a field.
func unknownOf(variable string, t *model.Type) jen.Code {
	if t.KeepUnknown {
		return jen.Op("&").Id(variable).Dot("unknown")
	}
	return jen.Nil()
}

// logValueMethod renders what slog prints: its JSON handler would write the storage form.
//
//	// LogValue returns a redacted value for log/slog, whose JSON handler would write the secrets.
//	func (TokenSet) LogValue() slog.Value { return redactedValue("TokenSet") }
func (u *unit) logValueMethod(t *model.Type) jen.Code {
	return comment(0, "LogValue returns a redacted value for log/slog, whose JSON handler would write the storage form.").
		Func().Params(jen.Id(t.GoName)).Id("LogValue").Params().Add(u.qual("slog", "Value")).
		Block(jen.Return(jen.Id("redactedValue").Call(jen.Lit(t.GoName))))
}

// membersMethod renders the table that reader and writer share.
//
//	// members connects the members of the JSON object with the fields.
//	func (t *TokenSet) members() []strictjson.Member {
//		return []strictjson.Member{
//			{Name: "access_token", Value: strictjson.Secret(&t.AccessToken), Required: true},
//		}
//	}
func (u *unit) membersMethod(t *model.Type) jen.Code {
	rows := make([]jen.Code, len(t.Fields))
	for i, f := range t.Fields {
		value := u.qual("strictjson", codec(t, f)).Call(jen.Op("&").Id("t").Dot(f.GoName))
		row := []jen.Code{keyed("Name", jen.Lit(f.Name)), keyed("Value", value)}
		if f.Required {
			row = append(row, keyed("Required", jen.True()))
		}
		length := len(`        {Name: "", Value: strictjson.OptionalSeconds(&t.), Required: true},`) + len(f.Name) + len(f.GoName)
		rows[i] = literal(jen.Null(), length <= width, row...)
	}
	return comment(0, "members connects the members of the JSON object with the fields.").
		Func().Params(jen.Id("t").Op("*").Id(t.GoName)).Id("members").Params().Index().Add(u.qual("strictjson", "Member")).
		Block(jen.Return(literal(jen.Index().Add(u.qual("strictjson", "Member")), false, rows...)))
}

// codec returns the name of the function of package strictjson that reads and writes a field.
func codec(t *model.Type, f *model.Field) string {
	name := map[model.Kind]string{
		model.KindString: "String", model.KindURL: "String", model.KindEnum: "String", model.KindBool: "Bool", model.KindInt: "Int",
		model.KindSeconds: "Seconds", model.KindLenientSeconds: "LenientSeconds", model.KindTime: "UnixTime",
		model.KindSecret: "Secret", model.KindJSON: "Raw", model.KindWords: "Words", model.KindOneOrMany: "OneOrMany",
		model.KindStrings: "Strings", model.KindType: "Object", model.KindTypes: "Objects",
	}[f.Type.Kind]
	switch {
	case f.Presence:
		return "Optional" + name
	case name == "Objects" && t.Lenient:
		return "LenientObjects"
	case name == "Secret" && !t.Storage && !t.Internal:
		return "Redacted"
	default:
		return name
	}
}
