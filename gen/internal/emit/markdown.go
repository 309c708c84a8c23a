package emit

import (
	"fmt"
	"strings"

	"github.com/arbfay/authpi-go/gen/internal/model"
	"github.com/arbfay/authpi-go/gen/internal/spec"
)

// page is the Markdown in the making.
type page struct{ strings.Builder }

// markdown renders docs/INTERFACE.md: the interface as a person reads it, and the vocabulary that INTERFACE.yaml is
// written in.
func markdown(iface *model.Interface) ([]byte, error) {
	p := &page{}
	p.line("<!-- " + Header + " -->")
	p.heading(1, "The "+iface.SDK.Name+" interface, version "+iface.SDK.Version)
	p.paragraph(escape(iface.SDK.Doc))
	if iface.SDK.BasedOn != "" {
		p.paragraph("Names and behavior follow " + escape(iface.SDK.BasedOn) + "; each deviation says so and why. " +
			"Every node has a clause, its stable ID, by which tests cite it.")
	}
	p.contents("Configuration", "Endpoints", "Operations", "Functions and methods", "Types", "Enums", "Errors", "Rules", "Vocabulary")
	p.configuration(iface)
	p.endpoints(iface)
	p.operations(iface)
	p.types(iface)
	p.enums(iface)
	p.errors(iface)
	p.rules(iface)
	p.vocabulary()
	return []byte(p.String()), nil
}

func (p *page) line(text string)      { p.WriteString(text + "\n") }
func (p *page) paragraph(text string) { p.line("\n" + text) }

func (p *page) heading(level int, text string) {
	p.paragraph(strings.Repeat("#", level) + " " + text)
}

// contents renders links to the sections.
func (p *page) contents(sections ...string) {
	links := make([]string, len(sections))
	for i, section := range sections {
		links[i] = "[" + section + "](#" + strings.ReplaceAll(strings.ToLower(section), " ", "-") + ")"
	}
	p.paragraph(strings.Join(links, " · "))
}

// table renders rows of cells; it renders nothing without rows.
//
//	| option | type |
//	|---|---|
//	| `client_id` | string |
func (p *page) table(head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	p.paragraph("| " + strings.Join(head, " | ") + " |")
	p.line(strings.Repeat("|---", len(head)) + "|")
	for _, row := range rows {
		p.line("| " + strings.Join(row, " | ") + " |")
	}
}

var markup = strings.NewReplacer(`\`, `\\`, "*", `\*`, "[", `\[`, "]", `\]`, "&", "&amp;")

// escape keeps prose from being markup.
func escape(text string) string { return markup.Replace(text) }

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

// origin says where a rule comes from and since when it holds.
func origin(d model.Doc) string {
	since := ""
	switch d.Since {
	case "":
	case "go":
		since = "Not in the Python SDK."
	default:
		since = "Python SDK " + d.Since + "."
	}
	switch {
	case d.Source == "" && d.Since != "":
		return since
	case d.Origin == model.OwnOrigin:
		return sentences("This interface's own.", since)
	default:
		return sentences(escape(d.Origin)+".", since)
	}
}

// described renders a node's text, origin and deviation for a table cell.
func described(d model.Doc) string {
	deviation := ""
	if d.Deviation != "" {
		deviation = "Deviation: " + escape(d.Deviation)
	}
	return sentences(escape(d.Text), origin(d), deviation)
}

// typeLink renders a type with a link to its section.
func typeLink(r model.Ref) string {
	var name string
	switch {
	case r.Type != nil && !r.Type.Internal:
		name = r.Type.Name
	case r.Enum != nil:
		name = r.Enum.Name
	default:
		return code(r.Word)
	}
	if r.List() {
		return "list of [" + name + "](#" + strings.ToLower(name) + ")"
	}
	return "[" + name + "](#" + strings.ToLower(name) + ")"
}

func (p *page) configuration(iface *model.Interface) {
	p.heading(2, "Configuration")
	var rows [][]string
	for _, o := range iface.Config {
		fallback := optionDefault(o)
		if o.Type.Kind == model.KindBool && o.Default != "" {
			fallback = "Default: " + o.Default + "."
		}
		meaning := sentences(described(o.Doc), fallback)
		rows = append(rows, []string{code(o.Name), code("Config." + o.GoName), typeLink(o.Type), meaning, code(o.Clause)})
	}
	p.table([]string{"option", "Go", "type", "meaning", "clause"}, rows)
}

func (p *page) endpoints(iface *model.Interface) {
	p.heading(2, "Endpoints")
	p.paragraph("An endpoint comes from the configuration, else from the provider metadata. While nothing has been loaded, " +
		"the authorization and the end_session URL use their path under the issuer. The other paths are never guessed.")
	var rows [][]string
	for _, e := range iface.Endpoints {
		rows = append(rows, []string{code(e.Name), code(e.Metadata), code(e.Path), described(e.Doc), code(e.Clause)})
	}
	p.table([]string{"endpoint", "metadata", "path", "meaning", "clause"}, rows)
}

func (p *page) operations(iface *model.Interface) {
	p.heading(2, "Operations")
	p.paragraph("The Go signatures are those of the blocking client. In the future-based client an operation that does I/O " +
		"returns a Future of the result.")
	for _, op := range iface.Operations {
		if op.Client() {
			p.operation(op)
		}
	}
	p.heading(2, "Functions and methods")
	p.paragraph("They answer at once from what they are given.")
	for _, op := range iface.Operations {
		if op.Kind == model.Local {
			p.operation(op)
		}
	}
}

// operation renders the section of one operation.
func (p *page) operation(op *model.Operation) {
	p.heading(3, op.Name)
	p.paragraph(sentences(escape(op.Text), origin(op.Doc), "Clause "+code(op.Clause)+", "+op.Level+"."))
	p.paragraph("```go\n" + goSignature(op) + "\n```")
	if op.Deviation != "" {
		p.paragraph("Deviation: " + escape(op.Deviation))
	}
	var rows [][]string
	for _, param := range op.Visible() {
		need := "optional"
		if param.Required {
			need = "required"
		}
		if param.Default != nil {
			need += ", else " + code("config."+param.Default.Name)
		}
		rows = append(rows, []string{code(param.Name), typeLink(param.Type), need, described(param.Doc), code(param.Clause)})
	}
	p.table([]string{"parameter", "type", "", "meaning", "clause"}, rows)
	var uses []string
	for _, used := range append(append([]*model.Operation{}, op.Sends...), op.Builds...) {
		uses = append(uses, code(used.Name)+" ("+usedRequest(used)+")")
	}
	if len(uses) > 0 {
		p.paragraph("It uses " + plural(uses) + ".")
	}
}

// usedRequest says in a few words what a request is.
func usedRequest(op *model.Operation) string {
	if op.Kind == model.URL {
		return "URL of the " + op.Request.Endpoint.Name + " endpoint"
	}
	return op.Request.Method + " to the " + op.Request.Endpoint.Name + " endpoint"
}

// goSignature renders the head of an operation's Go function.
func goSignature(op *model.Operation) string {
	s := op.Signature()
	var parameters []string
	for _, g := range grouped(s.Arguments) {
		parameters = append(parameters, strings.Join(g.names, ", ")+" "+g.goType)
	}
	receiver := ""
	switch {
	case op.Receiver != nil:
		receiver = "(*authpi." + op.Receiver.GoName + ") "
	case op.Client():
		receiver = "(*Client) "
	}
	results := strings.Join(s.Results, ", ")
	if len(s.Results) > 1 {
		results = "(" + results + ")"
	}
	return fmt.Sprintf("func %s%s(%s) %s", receiver, op.GoName, strings.Join(parameters, ", "), results)
}

func (p *page) types(iface *model.Interface) {
	p.heading(2, "Types")
	for _, t := range public(iface.Types) {
		p.heading(3, t.Name)
		facts := ""
		if t.Storage {
			facts = "Its JSON is its storage form."
		}
		p.paragraph(sentences(described(t.Doc), facts, "Clause "+code(t.Clause)+", "+t.Level+"."))
		var rows [][]string
		for _, f := range t.Fields {
			goName := f.GoName
			if t.Accessors {
				goName += "()"
			}
			rows = append(rows, []string{code(f.Name), code(goName), typeLink(f.Type), sentences(described(f.Doc), fieldDefault(f)), code(f.Clause)})
		}
		p.table([]string{"field", "Go", "type", "meaning", "clause"}, rows)
	}
}

func (p *page) enums(iface *model.Interface) {
	p.heading(2, "Enums")
	p.paragraph("They are open: a server may send values that have no name here.")
	for _, e := range iface.Enums {
		p.heading(3, e.Name)
		p.paragraph(sentences(described(e.Doc), "Clause "+code(e.Clause)+", "+e.Level+"."))
		var rows [][]string
		for _, v := range e.Values {
			rows = append(rows, []string{code(v.Wire), code(v.GoName), described(v.Doc), code(v.Clause)})
		}
		p.table([]string{"value", "Go", "meaning", "clause"}, rows)
	}
}

func (p *page) errors(iface *model.Interface) {
	p.heading(2, "Errors")
	p.paragraph("In Go, `errors.As` finds an error by its class and by every class above it.")
	for _, class := range iface.Errors {
		p.heading(3, class.Name)
		parent := ""
		if class.Parent != nil {
			parent = "Its parent is [" + class.Parent.Name + "](#" + strings.ToLower(class.Parent.Name) + ")."
		}
		var wire []string
		for _, m := range class.Matches {
			wire = append(wire, code(m.Code))
		}
		match := ""
		if len(wire) > 0 {
			match = "It is the class of " + numbered("the wire code", wire) + "."
		}
		p.paragraph(sentences(described(class.Doc), parent, match, "Clause "+code(class.Clause)+", "+class.Level+"."))
		var fields, codes [][]string
		for _, f := range class.Fields {
			fields = append(fields, []string{code(f.Name), code(f.GoName), typeLink(f.Type), described(f.Doc), code(f.Clause)})
		}
		for _, c := range class.Codes {
			codes = append(codes, []string{code(c.Name), described(c.Doc), code(c.Clause)})
		}
		p.table([]string{"field", "Go", "type", "meaning", "clause"}, fields)
		p.table([]string{"code of the SDK", "meaning", "clause"}, codes)
	}
}

// rules renders the clauses that belong to no other node.
func (p *page) rules(iface *model.Interface) {
	p.heading(2, "Rules")
	var rows [][]string
	for _, rule := range iface.Rules {
		rows = append(rows, []string{code(rule.Clause), rule.Level, described(rule)})
	}
	p.table([]string{"clause", "level", "rule"}, rows)
}

// vocabulary renders the keys of INTERFACE.yaml.
func (p *page) vocabulary() {
	p.heading(2, "Vocabulary")
	p.paragraph("INTERFACE.yaml is written in these keys and no others. Keys in bold must be there.")
	for _, section := range spec.Reference() {
		p.heading(3, "Keys of "+section.What)
		var rows [][]string
		for _, k := range section.Keys {
			name := code(k.Name)
			if k.Required {
				name = "**" + name + "**"
			}
			rows = append(rows, []string{name, escape(k.Form), escape(k.Doc)})
		}
		p.table([]string{"key", "value", "meaning"}, rows)
	}
	p.heading(3, "Type words")
	p.paragraph("A type is one of these words, an enum, or a type of the spec; a type in brackets is a list. " +
		"Request parameters are those of http and url operations, call parameters those of composed and local ones.")
	var rows [][]string
	for _, w := range model.Words() {
		rows = append(rows, []string{code(w.Name), code(w.GoType), w.Places, w.Note})
	}
	p.table([]string{"type", "Go", "where", "note"}, rows)
}
