package model

// Argument is one parameter of a Go function.
type Argument struct {
	// Name is the parameter's name, GoType the text of its type.
	Name, GoType string
}

// Signature is the head of a Go function.
type Signature struct {
	// Arguments are the parameters.
	Arguments []Argument
	// Results are the texts of the results' types.
	Results []string
}

// Signature returns the head of the operation's Go function. A client operation takes the context where it does I/O,
// its required parameters and its options, and returns an error last, in the engine as in the blocking client. A local
// one takes its parameters.
func (o *Operation) Signature() Signature {
	var s Signature
	if o.IO {
		s.Arguments = append(s.Arguments, Argument{"ctx", "context.Context"})
	}
	for _, p := range o.Positional() {
		s.Arguments = append(s.Arguments, Argument{p.Arg, p.GoType})
	}
	if !o.Result.None {
		s.Results = append(s.Results, o.Result.GoType)
	}
	if o.Kind != Local {
		s.Arguments = append(s.Arguments, Argument{"opts", "*authpi." + o.OptionsName()})
		s.Results = append(s.Results, "error")
		return s
	}
	for _, p := range o.Optional() {
		s.Arguments = append(s.Arguments, Argument{p.Arg, "..." + p.GoType})
	}
	if o.Result.Nullable {
		s.Results = append(s.Results, "bool")
	}
	return s
}

// AccessorResults returns the results of the method that reads a field of a type written by hand.
func (f *Field) AccessorResults() []string {
	if f.Presence {
		return []string{f.GoType, "bool"}
	}
	return []string{f.GoType}
}
