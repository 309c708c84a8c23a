package model

import "github.com/arbfay/authpi-go/gen/internal/spec"

// Interface is a resolved spec.
type Interface struct {
	// SDK says what the SDK is called.
	SDK SDK
	// Config are the options of a client.
	Config []*Option
	// Endpoints are the addresses that operations talk to.
	Endpoints []*Endpoint
	// Enums are the open sets of named texts.
	Enums []*Enum
	// Types are the values that operations take and return, the engine's own among them.
	Types []*Type
	// Errors are the error classes; the root is among them.
	Errors []*Error
	// Operations are all operations, internal and local ones among them.
	Operations []*Operation
	// Rules are what the nodes say that are nothing but clauses.
	Rules []Doc
	// Clauses are all clauses in the order of the nodes that they belong to.
	Clauses []Clause
}

// SDK is the header of the spec.
type SDK struct {
	// Name and Version are those of the interface.
	Name, Version string
	// Module is the path of the Go module.
	Module string
	// BasedOn names the SDK that the interface follows; "" if none.
	BasedOn string
	// Doc says what the SDK is for.
	Doc string
}

// Doc is what a node says about itself.
type Doc struct {
	// Text is the spec's own text.
	Text string
	// Go is the text of the Go comment: it starts with the Go name.
	Go string
	// Clause is the node's stable ID.
	Clause string
	// Level is must, should or may.
	Level string
	// Source, Since and Deviation are as the spec has them; "" where it is silent.
	Source, Since, Deviation string
	// Origin is Source or, where the spec names none, that of the node around it, else the SDK that the interface is based on
	// or the interface itself.
	Origin string
	// At is the place of the node's key.
	At spec.Position
}

// Clause is one rule that documentation and test cases cite.
type Clause struct {
	// ID is unique in the interface.
	ID string
	// Level is must, should or may.
	Level string
	// Doc is the rule.
	Doc string
	// Source is where the rule comes from, Since and Deviation are as the spec has them.
	Source, Since, Deviation string
	// At is the place of the node.
	At spec.Position
}

// Option is one option of a client's configuration.
type Option struct {
	Doc
	// Name is the spec's name, GoName the field of Config.
	Name, GoName string
	// Type is the option's type, GoType the text of its Go type.
	Type   Ref
	GoType string // the text of the Go type
	// Required says that a client cannot be built without it.
	Required bool
	// Negated says that the Go field is the opposite of the option.
	Negated bool
	// Default is the literal that the zero value means, as the spec has it; "" if none.
	Default string
	// DefaultOption is the option whose value the zero value means; nil if none.
	DefaultOption *Option
}

// Endpoint is one address that operations talk to.
type Endpoint struct {
	Doc
	// Name is the spec's name, GoName the field of Endpoints, Const the engine's constant.
	Name, GoName, Const string
	// Metadata is the member of the provider metadata that names the address; "" if none does. Such an endpoint cannot
	// be configured.
	Metadata string
	// Path is where it is under the issuer when nothing else says.
	Path string
}

// Enum is an open set of named texts.
type Enum struct {
	Doc
	// Name is the name in the spec and in Go.
	Name string
	// Values are the texts that have names.
	Values []EnumValue
}

// EnumValue is one named text.
type EnumValue struct {
	Doc
	// Wire is the text, GoName the constant.
	Wire, GoName string
}

// Type is a value that operations take or return.
type Type struct {
	Doc
	// Name is the spec's name, GoName the Go type: unexported for an internal type.
	Name, GoName string
	// Internal types are the engine's own.
	Internal bool
	// Storage types carry their secrets in their JSON.
	Storage bool
	// KeepUnknown says that members without a field are kept.
	KeepUnknown bool
	// Lenient says that a member of a wrong form counts as absent unless it is required.
	Lenient bool
	// Accessors says that the Go type is written by hand, with a method for each field.
	Accessors bool
	// Data types are never JSON.
	Data bool
	// Nested says that a field of another type holds it.
	Nested bool
	// Fields are the members.
	Fields []*Field
}

// Field is one member of a type.
type Field struct {
	Doc
	// Name is the wire name, GoName the Go field or method.
	Name, GoName string
	// Type is the field's type, GoType the text of its Go type.
	Type   Ref
	GoType string // the text of the Go type
	// Required says that the member must be there. Presence says that absent differs from zero: the Go type is a
	// pointer.
	Required, Presence bool
	// Default is the literal that an absent member counts as, as the spec has it; "" if none.
	Default string
}

// Error is an error class.
type Error struct {
	Doc
	// Name is the name in the spec and in Go.
	Name string
	// Parent is the class above; nil for the root.
	Parent *Error
	// Fields are those that the class adds to its parent's.
	Fields []*ErrorField
	// Codes are those that the SDK itself raises with this class.
	Codes []ErrorCode
	// Matches are the wire codes that become this class.
	Matches []Match
}

// ErrorField is what an error class tells beyond its parent.
type ErrorField struct {
	Doc
	// Name is the spec's name, GoName the Go field or method, Private the Go field behind an accessor.
	Name, GoName, Private string
	// Type is the field's type, GoType the text of its Go type.
	Type   Ref
	GoType string // the text of the Go type
	// Accessor says that a method reads the field and a With method sets it.
	Accessor bool
}

// ErrorCode is a code that the SDK itself raises.
type ErrorCode struct {
	Doc
	// Name is the code.
	Name string
}

// Match is a wire code that becomes an error class.
type Match struct {
	// Code is the wire code.
	Code string
	// Source is the place that it must come from; nil if any.
	Source *Source
	// At is its place in the spec.
	At spec.Position
}

// Source is a place that errors come from.
type Source struct {
	// Name is its text, GoName its constant; "" if the enum ErrorSource does not name it.
	Name, GoName string
}

// OperationKind tells the four kinds of operation apart.
type OperationKind int

// The kinds of operation.
const (
	// HTTP is one request that data describes.
	HTTP OperationKind = iota
	// URL is a browser's URL that data describes.
	URL
	// Composed is a step of the engine, written by hand.
	Composed
	// Local is a function of the vocabulary, written by hand.
	Local
)

// String returns the spec's word for the kind.
func (k OperationKind) String() string {
	return [...]string{"http", "url", "composed", "local"}[k]
}

// Operation is one thing that the SDK does.
type Operation struct {
	Doc
	// Name is the spec's name, GoName the Go method or function: unexported for an internal operation.
	Name, GoName string
	// Receiver is the type that a local operation is a method of; nil for a function.
	Receiver *Type
	// Kind says which of the fields below holds.
	Kind OperationKind
	// Internal operations are the engine's own.
	Internal bool
	// IO says that the operation sends requests, so that it takes a context.
	IO bool
	// Params are all parameters, fixed ones among them.
	Params []*Param
	// Result is what the operation returns beside an error.
	Result Result
	// Request describes an http or url operation; nil for the other kinds.
	Request *Request
	// Sends and Builds are the http and url operations that a composed one uses.
	Sends, Builds []*Operation
}

// Client reports whether clients have the operation.
func (o *Operation) Client() bool { return !o.Internal && o.Kind != Local }

// Descriptor is the name of the variable that describes an http or url operation to the engine.
func (o *Operation) Descriptor() string { return "op" + upperFirst(o.GoName) }

// OptionsName is the name of the operation's options struct.
func (o *Operation) OptionsName() string { return o.GoName + "Options" }

// Positional returns the parameters that a caller gives by position.
func (o *Operation) Positional() []*Param { return o.where(func(p *Param) bool { return p.Required }) }

// Optional returns the parameters that stand in the options, or are variadic.
func (o *Operation) Optional() []*Param { return o.where(func(p *Param) bool { return !p.Required }) }

// Visible returns all parameters that a caller can give.
func (o *Operation) Visible() []*Param { return o.where(func(*Param) bool { return true }) }

func (o *Operation) where(keep func(*Param) bool) []*Param {
	var kept []*Param
	for _, p := range o.Params {
		if !p.Fixed && keep(p) {
			kept = append(kept, p)
		}
	}
	return kept
}

// Param is one parameter of an operation.
type Param struct {
	Doc
	// Name is the spec's name, GoName the field of the options, Arg the Go parameter.
	Name, GoName, Arg string
	// Type is the parameter's type, GoType the text of its Go type.
	Type   Ref
	GoType string // the text of the Go type
	// In is form, query, header or bearer, and Wire its name there. Both are "" where the operation is no request.
	In, Wire string
	// Required, Presence, Fixed and Variadic are the spec's flags.
	Required, Presence, Fixed, Variadic bool
	// Default is the option that stands in when the parameter is not given; nil if none.
	Default *Option
	// DefaultText is the spec's text of a default that is no option: documentation of what hand-written code does.
	DefaultText string
}

// Result is what an operation returns beside an error.
type Result struct {
	// Type is the type of the value. None says that there is no value.
	Type Ref
	None bool // whether there is no value
	// GoType is the text of the Go type; "" if there is no value.
	GoType string // the text of the Go type
	// Nullable says that there may be no value: Go returns a second, boolean result.
	Nullable bool
}

// Request describes a request or a URL.
type Request struct {
	// Method is the HTTP method; "" for a URL.
	Method string
	// Endpoint is where it goes.
	Endpoint *Endpoint
	// Auth is none, client or confidential.
	Auth string
	// Constants are the parameters that never change.
	Constants []Constant
	// Status are the statuses of success; empty means 200.
	Status []int64
	// MaxBytes bounds the answer in bytes; 0 means the engine's bound.
	MaxBytes int64
	// MaxBytesOption is the option that bounds the answer; nil if none.
	MaxBytesOption *Option
	// Source is the place that its errors name.
	Source Source
	// RawResponse says that the answer is JSON as it came.
	RawResponse bool
}

// Constant is a parameter that never changes.
type Constant struct {
	// Name and Value are as they are sent.
	Name, Value string
}
