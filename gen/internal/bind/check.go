package bind

import (
	"errors"
	"go/scanner"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/gen/internal/model"
	"github.com/arbfay/authpi-go/gen/internal/spec"
)

const (
	vocabularyFolder = "sdk/authpi"
	engineFolder     = "sdk/internal/engine"
)

// Check reports what the interface binds and the hand-written Go under root does not have as it should.
func Check(iface *model.Interface, root fs.FS, diags *spec.Diagnostics) {
	c := checker{diags: diags}
	c.module(iface, root)
	vocabulary, engine := c.parse(root, vocabularyFolder), c.parse(root, engineFolder)
	for _, op := range iface.Operations {
		switch {
		case op.Broken:
		case op.Kind == model.Composed:
			c.function(engine, "Engine."+op.GoName, op.Signature(), op.BindAt)
		case op.Kind == model.Local && op.Receiver != nil:
			c.function(vocabulary, op.Receiver.GoName+"."+op.GoName, op.Signature(), op.BindAt)
		case op.Kind == model.Local:
			c.function(vocabulary, op.GoName, op.Signature(), op.BindAt)
		}
	}
	for _, t := range iface.Types {
		if t.Accessors {
			for _, f := range t.Fields {
				if f.GoType == "" {
					continue // its type was reported
				}
				c.function(vocabulary, t.GoName+"."+f.GoName, model.Signature{Results: f.AccessorResults()}, f.At)
			}
		}
	}
	c.collisions(iface, vocabulary, engine)
	c.unread(iface, engine)
}

type checker struct {
	diags *spec.Diagnostics
}

func (c *checker) parse(root fs.FS, folder string) *source {
	s, problems := parse(root, folder)
	for _, err := range problems {
		var syntax scanner.ErrorList
		if !errors.As(err, &syntax) {
			c.diags.Errorf(spec.Position{}, "%v", err)
			continue
		}
		for _, problem := range syntax {
			c.diags.ErrorAt(problem.Pos.String(), "%s", problem.Msg)
		}
	}
	return s
}

// function reports a function that is not there or not as the interface has it.
func (c *checker) function(s *source, name string, want model.Signature, at spec.Position) {
	have, found := s.functions[name]
	if !found {
		c.diags.Errorf(at, "%s has no %s%s", s.folder, name, spec.Suggest(name, slices.Sorted(maps.Keys(s.functions))))
		return
	}
	var wantTypes []string
	for _, a := range want.Arguments {
		wantTypes = append(wantTypes, s.local(a.GoType))
	}
	var wantResults []string
	for _, r := range want.Results {
		wantResults = append(wantResults, s.local(r))
	}
	if !slices.Equal(have.types, wantTypes) || !slices.Equal(have.results, wantResults) {
		c.diags.Errorf(at, "%s is func(%s) (%s) at %s; the interface wants func(%s) (%s)", name,
			strings.Join(have.types, ", "), strings.Join(have.results, ", "), have.at,
			strings.Join(wantTypes, ", "), strings.Join(wantResults, ", "))
		return
	}
	for i, a := range want.Arguments {
		if have.arguments[i] != a.Name && have.arguments[i] != "_" {
			c.diags.Errorf(at, "the parameter %d of %s is called %s at %s; the interface calls it %s",
				i+1, name, have.arguments[i], have.at, a.Name)
		}
	}
}

// local returns a type as the package itself writes it.
func (s *source) local(goType string) string {
	if s.folder == vocabularyFolder {
		return strings.ReplaceAll(goType, "authpi.", "")
	}
	return goType
}

// generated is a name that generation is about to declare.
type generated struct {
	name, what string
	at         spec.Position
}

// collisions reports names that hand-written code has already.
func (c *checker) collisions(iface *model.Interface, vocabulary, engine *source) {
	var public, private, methods, fields []generated
	for _, o := range iface.Config {
		fields = append(fields, generated{"Config." + o.GoName, "the option", o.At})
	}
	for _, e := range iface.Enums {
		public = append(public, generated{e.Name, "the enum", e.At})
		for _, v := range e.Values {
			public = append(public, generated{v.GoName, "the enum value", v.At})
		}
	}
	for _, e := range iface.Errors {
		public = append(public, generated{e.Name, "the error class", e.At})
	}
	for _, t := range iface.Types {
		switch {
		case t.Internal:
			private = append(private, generated{t.GoName, "the type", t.At})
		case !t.Accessors:
			public = append(public, generated{t.GoName, "the type", t.At})
			for _, f := range t.Fields {
				fields = append(fields, generated{t.GoName + "." + f.GoName, "the field", f.At})
			}
		}
	}
	for _, e := range iface.Endpoints {
		private = append(private, generated{e.Const, "the endpoint", e.At})
	}
	for _, op := range iface.Operations {
		if op.Client() {
			public = append(public, generated{op.OptionsName(), "the options of the operation", op.At})
		}
		if op.Request != nil {
			methods = append(methods, generated{"Engine." + op.GoName, "the operation", op.At})
			private = append(private, generated{op.Descriptor(), "the descriptor of the operation", op.At})
		}
		if op.Internal && op.Request != nil && len(op.Visible()) > 0 {
			private = append(private, generated{op.GoName + "Params", "the parameters of the operation", op.At})
		}
	}
	c.taken(public, vocabulary)
	c.taken(private, engine)
	c.takenMember(fields, vocabulary)
	c.takenMember(methods, engine)
}

// taken reports names that a package has already.
func (c *checker) taken(names []generated, s *source) {
	for _, g := range names {
		if at, found := s.declared[g.name]; found {
			c.diags.Errorf(g.at, "the Go name %s of %s is declared by hand at %s; give it another with `go`", g.name, g.what, at)
		} else if at, found := s.imported[g.name]; found && !model.Imported(g.name) {
			c.diags.Errorf(g.at, "the Go name %s of %s is that of the import at %s; give it another with `go`", g.name, g.what, at)
		}
	}
}

// takenMember reports names of fields and methods that a type has already.
func (c *checker) takenMember(names []generated, s *source) {
	for _, g := range names {
		_, name, _ := strings.Cut(g.name, ".")
		if f, found := s.functions[g.name]; found {
			c.diags.Errorf(g.at, "the Go name %s of %s is that of a method at %s; give it another with `go`", name, g.what, f.at)
		} else if at, found := s.fields[g.name]; found {
			c.diags.Errorf(g.at, "the Go name %s of %s is that of a field at %s; give it another with `go`", name, g.what, at)
		}
	}
}

// unread warns of options and internal types that neither an operation uses nor hand-written code reads.
func (c *checker) unread(iface *model.Interface, engine *source) {
	used := map[*model.Option]bool{}
	for _, op := range iface.Operations {
		for _, p := range op.Params {
			used[p.Default] = true
		}
		if op.Request != nil {
			used[op.Request.MaxBytesOption] = true
		}
	}
	for _, o := range iface.Config {
		if !used[o] && !engine.read[o.GoName] {
			c.diags.Warnf(o.At, "no operation uses the option %s and nothing in %s reads config.%s", o.Name, engine.folder, o.GoName)
		}
	}
	for _, t := range iface.Types {
		if t.Internal && !t.Used && !engine.mentioned[t.GoName] {
			c.diags.Warnf(t.At, "no operation uses the internal type %s and nothing in %s names %s", t.Name, engine.folder, t.GoName)
		}
	}
}
