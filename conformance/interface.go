package conformance

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
	"github.com/arbfay/authpi-go/conformance/protocol"
	"github.com/arbfay/authpi-go/conformance/provider"
)

// Interface is what the suite knows of the SDK's interface: interface.json,
// which is generated from INTERFACE.yaml.
type Interface struct {
	// Version is the version of the interface.
	Version string
	// Operations are the operations by name.
	Operations map[string]Operation
	// Classes are the clauses of the error classes by name.
	Classes map[string]string
	// Codes are the error codes of all classes, sorted.
	Codes []string
	// Endpoints are the endpoints, discovery included.
	Endpoints []provider.Endpoint
	// Config are the types of the config options by name.
	Config map[string]string
	// Storable are the types that an application stores.
	Storable map[string]bool
	// Clauses are the clauses, in the order of the interface.
	Clauses []InterfaceClause
}

// Operation is an operation of the interface.
type Operation struct {
	// Params are the types of its parameters by name.
	Params map[string]string
	// Required are the parameters that must be given.
	Required []string
	// IO says that it sends requests.
	IO bool
	// Clause is the id of its clause.
	Clause string
	// Lists are the members of its result that the wire has as a list or, where
	// there is one element, as that alone.
	Lists []string
}

// InterfaceClause is one clause of the interface.
type InterfaceClause struct {
	// ID is its stable id.
	ID string `json:"id"`
	// Level is must, should or may.
	Level string `json:"level"`
	// Doc says what it asks.
	Doc string `json:"doc"`
	// Source is where it comes from.
	Source string `json:"source"`
}

// interfaceFile is the form of interface.json. Members that the suite does not
// need are left to the generator.
type interfaceFile struct {
	SDK struct {
		Version string `json:"version"`
	} `json:"sdk"`
	Operations []struct {
		Name    string          `json:"name"`
		IO      bool            `json:"io"`
		Clause  string          `json:"clause"`
		Returns string          `json:"returns"`
		Params  []interfaceItem `json:"params"`
	} `json:"operations"`
	Types []struct {
		Name    string          `json:"name"`
		Storage bool            `json:"storage"`
		Fields  []interfaceItem `json:"fields"`
	} `json:"types"`
	Errors []struct {
		Name   string   `json:"name"`
		Clause string   `json:"clause"`
		Codes  []string `json:"codes"`
		Match  []struct {
			Code string `json:"code"`
		} `json:"match"`
	} `json:"errors"`
	Endpoints []provider.Endpoint `json:"endpoints"`
	Config    []interfaceItem     `json:"config"`
	Clauses   []InterfaceClause   `json:"clauses"`
}

type interfaceItem struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Required bool   `json:"required"`
}

// ReadInterface reads interface.json.
func ReadInterface(data []byte) (*Interface, error) {
	var file interfaceFile
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("interface.json: %w", err)
	}
	if len(file.Operations) == 0 || len(file.Errors) == 0 || len(file.Endpoints) == 0 {
		return nil, fmt.Errorf("interface.json: no operations, errors or endpoints")
	}
	out := &Interface{
		Version: file.SDK.Version, Operations: map[string]Operation{}, Classes: map[string]string{}, Endpoints: file.Endpoints,
		Config: map[string]string{}, Storable: map[string]bool{}, Clauses: file.Clauses,
	}
	lists := map[string][]string{}
	for _, t := range file.Types {
		out.Storable[t.Name] = t.Storage
		for _, field := range t.Fields {
			if field.Type == "one_or_many" {
				lists[t.Name] = append(lists[t.Name], field.Name)
			}
		}
	}
	for _, op := range file.Operations {
		operation := Operation{Params: map[string]string{}, IO: op.IO, Clause: op.Clause, Lists: lists[op.Returns]}
		for _, param := range op.Params {
			operation.Params[param.Name] = param.Type
			if param.Required {
				operation.Required = append(operation.Required, param.Name)
			}
		}
		if strings.HasPrefix(op.Name, "agent.") { // a method: the agent comes first
			operation.Params["agent"] = "agent"
			operation.Required = append(operation.Required, "agent")
		}
		out.Operations[op.Name] = operation
	}
	out.Operations[protocol.Close] = Operation{IO: true, Clause: "op." + protocol.Close}
	for _, class := range file.Errors {
		out.Classes[class.Name] = class.Clause
		out.Codes = append(out.Codes, class.Codes...)
		for _, match := range class.Match {
			out.Codes = append(out.Codes, match.Code)
		}
	}
	slices.Sort(out.Codes)
	for _, option := range file.Config {
		out.Config[option.Name] = option.Type
	}
	return out, nil
}

// normal returns a result with its lists written as lists, so that cases need not
// care which of the two forms an adapter chose.
func (o Operation) normal(result json.RawMessage) json.RawMessage {
	if len(o.Lists) == 0 {
		return result
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(result, &members) != nil {
		return result
	}
	for _, name := range o.Lists {
		if value := members[name]; len(value) > 0 && value[0] == '"' {
			members[name] = slices.Concat([]byte("["), value, []byte("]"))
		}
	}
	return jsontree.ToJSON(members)
}

// isCallback says whether a parameter or option of that type is a function.
func isCallback(kind string) bool { return strings.HasPrefix(kind, "callback.") }

// isCallbackName says the same of a name, where the interface is not at hand.
func isCallbackName(name string) bool { return strings.HasPrefix(name, "on_") }

// clause returns a clause by id.
func (i *Interface) clause(id string) (InterfaceClause, bool) {
	for _, clause := range i.Clauses {
		if clause.ID == id {
			return clause, true
		}
	}
	return InterfaceClause{}, false
}
