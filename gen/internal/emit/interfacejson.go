package emit

import (
	"bytes"
	"encoding/json"

	"github.com/arbfay/authpi-go/gen/internal/model"
)

// The types below are the shape of testdata/fixtures/interface.json, which the conformance suite reads: what it must
// know of the interface to judge an SDK in any language. It says nothing of Go.
type (
	jsonInterface struct {
		Comment    string          `json:"comment"`
		SDK        jsonSDK         `json:"sdk"`
		Config     []jsonOption    `json:"config"`
		Endpoints  []jsonEndpoint  `json:"endpoints"`
		Enums      []jsonEnum      `json:"enums"`
		Types      []jsonType      `json:"types"`
		Errors     []jsonError     `json:"errors"`
		Operations []jsonOperation `json:"operations"`
		Clauses    []jsonClause    `json:"clauses"`
	}
	jsonSDK struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		BasedOn string `json:"based_on,omitempty"`
	}
	jsonOption struct {
		Name     string `json:"name"`
		Type     string `json:"type"`
		Required bool   `json:"required"`
		Default  string `json:"default,omitempty"`
		Clause   string `json:"clause"`
	}
	jsonEndpoint struct {
		Name     string `json:"name"`
		Metadata string `json:"metadata,omitempty"`
		Path     string `json:"path"`
		Clause   string `json:"clause"`
	}
	jsonEnum struct {
		Name   string   `json:"name"`
		Values []string `json:"values"`
		Clause string   `json:"clause"`
	}
	jsonType struct {
		Name    string      `json:"name"`
		Storage bool        `json:"storage"`
		Fields  []jsonField `json:"fields"`
		Clause  string      `json:"clause"`
	}
	jsonField struct {
		Name     string `json:"name"`
		Type     string `json:"type"`
		Required bool   `json:"required"`
		Presence bool   `json:"presence,omitempty"`
		Default  string `json:"default,omitempty"`
		Clause   string `json:"clause"`
	}
	jsonError struct {
		Name   string      `json:"name"`
		Parent string      `json:"parent,omitempty"`
		Fields []string    `json:"fields"`
		Codes  []string    `json:"codes"`
		Match  []jsonMatch `json:"match"`
		Clause string      `json:"clause"`
	}
	jsonMatch struct {
		Code   string `json:"code"`
		Source string `json:"source,omitempty"`
	}
	jsonOperation struct {
		Name     string      `json:"name"`
		Kind     string      `json:"kind"`
		Client   bool        `json:"client"`
		IO       bool        `json:"io"`
		Params   []jsonField `json:"params"`
		Returns  string      `json:"returns,omitempty"`
		Nullable bool        `json:"nullable,omitempty"`
		Clause   string      `json:"clause"`
	}
	jsonClause struct {
		ID     string `json:"id"`
		Level  string `json:"level"`
		Doc    string `json:"doc,omitempty"`
		Source string `json:"source,omitempty"`
		Since  string `json:"since,omitempty"`
	}
)

// interfaceJSON renders testdata/fixtures/interface.json.
func interfaceJSON(iface *model.Interface) ([]byte, error) {
	out := jsonInterface{
		Comment:    Header,
		SDK:        jsonSDK{Name: iface.SDK.Name, Version: iface.SDK.Version, BasedOn: iface.SDK.BasedOn},
		Config:     each(iface.Config, describeOption),
		Endpoints:  each(iface.Endpoints, describeEndpoint),
		Enums:      each(iface.Enums, describeEnum),
		Types:      each(public(iface.Types), describeType),
		Errors:     each(iface.Errors, describeError),
		Operations: each(callable(iface.Operations), describeOperation),
		Clauses:    each(iface.Clauses, describeClause),
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(out)
	return b.Bytes(), err
}

// each describes the items of a list. An empty list is [] in JSON, not null.
func each[A, B any](items []A, describe func(A) B) []B {
	described := make([]B, len(items))
	for i, item := range items {
		described[i] = describe(item)
	}
	return described
}

func public(types []*model.Type) []*model.Type {
	var kept []*model.Type
	for _, t := range types {
		if !t.Internal {
			kept = append(kept, t)
		}
	}
	return kept
}

// callable returns what an SDK's user can call.
func callable(ops []*model.Operation) []*model.Operation {
	var kept []*model.Operation
	for _, op := range ops {
		if !op.Internal {
			kept = append(kept, op)
		}
	}
	return kept
}

func describeOption(o *model.Option) jsonOption {
	fallback := o.Default
	if o.DefaultOption != nil {
		fallback = "config." + o.DefaultOption.Name
	}
	return jsonOption{Name: o.Name, Type: o.Type.Word, Required: o.Required, Default: fallback, Clause: o.Clause}
}

func describeEndpoint(e *model.Endpoint) jsonEndpoint {
	return jsonEndpoint{Name: e.Name, Metadata: e.Metadata, Path: e.Path, Clause: e.Clause}
}

func describeEnum(e *model.Enum) jsonEnum {
	return jsonEnum{Name: e.Name, Values: each(e.Values, func(v model.EnumValue) string { return v.Wire }), Clause: e.Clause}
}

func describeType(t *model.Type) jsonType {
	fields := each(t.Fields, func(f *model.Field) jsonField {
		return jsonField{
			Name: f.Name, Type: f.Type.Word, Required: f.Required, Presence: f.Presence, Default: f.Default, Clause: f.Clause,
		}
	})
	return jsonType{Name: t.Name, Storage: t.Storage, Fields: fields, Clause: t.Clause}
}

func describeError(e *model.Error) jsonError {
	out := jsonError{
		Name:   e.Name,
		Fields: each(e.Fields, func(f *model.ErrorField) string { return f.Name }),
		Codes:  each(e.Codes, func(c model.ErrorCode) string { return c.Name }),
		Match: each(e.Matches, func(m model.Match) jsonMatch {
			match := jsonMatch{Code: m.Code}
			if m.Source != nil {
				match.Source = m.Source.Name
			}
			return match
		}),
		Clause: e.Clause,
	}
	if e.Parent != nil {
		out.Parent = e.Parent.Name
	}
	return out
}

func describeOperation(op *model.Operation) jsonOperation {
	return jsonOperation{
		Name: op.Name, Kind: op.Kind.String(), Client: op.Client(), IO: op.IO,
		Params: each(op.Visible(), func(p *model.Param) jsonField {
			return jsonField{Name: p.Name, Type: p.Type.Word, Required: p.Required, Presence: p.Presence, Clause: p.Clause}
		}),
		Returns: op.Result.Type.Word, Nullable: op.Result.Nullable, Clause: op.Clause,
	}
}

func describeClause(c model.Clause) jsonClause {
	return jsonClause{ID: c.ID, Level: c.Level, Doc: c.Doc, Source: c.Source, Since: c.Since}
}
