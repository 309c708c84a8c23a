package conformance

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
)

// Suite is a set of cases with the interface that they speak of.
type Suite struct {
	// Interface is what interface.json says.
	Interface *Interface
	// Cases are the cases by id, sorted, each form of a matrix one of its own.
	Cases []*Case
	byID  map[string]*Case
}

// Case returns a case by id.
func (s *Suite) Case(id string) (*Case, bool) {
	found, ok := s.byID[id]
	return found, ok
}

// Load reads the cases (AREA/NAME.json) and interface.json, and works controls,
// rows and matrices in. Its error joins everything that is wrong, one line each
// with file and path.
func Load(files fs.FS) (*Suite, error) {
	data, err := fs.ReadFile(files, "interface.json")
	if err != nil {
		return nil, fmt.Errorf("the interface is not there: %w", err)
	}
	spec, err := ReadInterface(data)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "*/*.json")
	if err != nil {
		return nil, err
	}
	l := &loader{sources: map[string]*source{}, built: map[string]map[string]any{}, building: map[string]bool{}}
	if err := l.strays(files); err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		l.read(name, data)
	}
	suite := &Suite{Interface: spec, byID: map[string]*Case{}}
	for _, id := range slices.Sorted(maps.Keys(l.sources)) {
		if c := l.load(id, spec); c != nil {
			suite.Cases = append(suite.Cases, c)
			suite.byID[id] = c
		}
	}
	slices.SortFunc(l.problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return suite, errors.Join(l.problems...)
}

// source is one form of a case as its file has it, with its variables replaced.
type source struct {
	file string
	tree map[string]any
	form caseFile
}

// caseFile is the form of a case file. The members that only the finished case
// can be judged by are read there.
type caseFile struct {
	Format       string         `json:"format"`
	ID           string         `json:"id"`
	Title        string         `json:"title"`
	Why          string         `json:"why"`
	Level        string         `json:"level"`
	Clauses      []Clause       `json:"clauses"`
	Requires     []string       `json:"requires"`
	OIDF         []string       `json:"oidf"`
	Kills        []string       `json:"kills"`
	Given        any            `json:"given"`
	Script       any            `json:"script"`
	Steps        []any          `json:"steps"`
	Setup        any            `json:"setup"`
	Sent         []string       `json:"sent"`
	Unordered    bool           `json:"unordered"`
	Counts       any            `json:"counts"`
	ConfigEvents any            `json:"config_events"`
	Control      string         `json:"control"`
	Defect       []edit         `json:"defect"`
	Until        string         `json:"until"`
	OK           Expectation    `json:"ok"`
	Err          any            `json:"err"`
	Events       any            `json:"events"`
	Then         []any          `json:"then"`
	Each         map[string]any `json:"each"`
	Rows         []row          `json:"rows"`
}

// edit is one change of a defect.
type edit struct {
	At     string      `json:"at"`
	Set    Expectation `json:"set"`
	Merge  Expectation `json:"merge"`
	Insert Expectation `json:"insert"`
	Add    Expectation `json:"add"`
	Drop   bool        `json:"drop"`
}

// row is one row of a table.
type row struct {
	Row    string         `json:"row"`
	Args   map[string]any `json:"args"`
	OK     Expectation    `json:"ok"`
	Err    any            `json:"err"`
	Events any            `json:"events"`
}

type loader struct {
	sources  map[string]*source
	built    map[string]map[string]any
	building map[string]bool
	problems []error
}

// strays notes the files that are no cases, but could have been meant as some.
func (l *loader) strays(files fs.FS) error {
	for _, pattern := range []string{"*.json", "*/*/*.json"} {
		names, err := fs.Glob(files, pattern)
		if err != nil {
			return err
		}
		for _, name := range names {
			if name != "interface.json" && name != "schema.json" {
				l.problem(name, fmt.Errorf("a case stands in the folder of its area, as AREA/NAME.json"))
			}
		}
	}
	return nil
}

// problem notes what is wrong with a file, once: the forms of a matrix mostly
// share it.
func (l *loader) problem(file string, err error) {
	err = fmt.Errorf("%s: %w", file, err)
	for _, known := range l.problems {
		if known.Error() == err.Error() {
			return
		}
	}
	l.problems = append(l.problems, err)
}

// read parses a file and expands its matrix.
func (l *loader) read(name string, data []byte) {
	tree, err := jsontree.Parse(data)
	if err != nil {
		l.problem(name, err)
		return
	}
	object, ok := tree.(map[string]any)
	if !ok {
		l.problem(name, fmt.Errorf("want an object"))
		return
	}
	id := strings.Replace(strings.TrimSuffix(name, ".json"), "/", ".", 1)
	if object["id"] != id {
		l.problem(name, fmt.Errorf("id: want %q, as the file is named", id))
		return
	}
	forms, err := expandMatrix(object)
	if err != nil {
		l.problem(name, err)
		return
	}
	for formID, form := range forms {
		s := &source{file: name, tree: form}
		if err := jsontree.Decode(form, &s.form); err != nil {
			l.problem(name, err)
			return
		}
		l.sources[formID] = s
	}
	if err := checkHead(l.sources[slices.Sorted(maps.Keys(forms))[0]].form); err != nil {
		l.problem(name, err)
	}
}

// checkHead judges what every kind of case has.
func checkHead(form caseFile) error {
	major, _, _ := strings.Cut(form.Format, ".")
	switch {
	case form.Format != Format && major != "1":
		return fmt.Errorf("format: want %s", Format)
	case form.Format != Format:
		return fmt.Errorf("format: %s is later than %s, which this runner reads", form.Format, Format)
	case form.Title == "" || form.Why == "":
		return fmt.Errorf("title and why: are missing")
	case form.Level != "must" && form.Level != "should" && form.Level != "may":
		return fmt.Errorf("level: want must, should or may")
	case len(form.Clauses) == 0:
		return fmt.Errorf("clauses: are missing")
	}
	return nil
}

// load returns the finished case, or nil where something is wrong with it.
func (l *loader) load(id string, spec *Interface) *Case {
	src := l.sources[id]
	tree, err := l.build(id)
	if err != nil {
		l.problem(src.file, err)
		return nil
	}
	c := &Case{}
	if err := jsontree.Decode(jsontree.Clone(tree), c); err != nil {
		l.problem(src.file, err)
		return nil
	}
	c.Control = src.form.Control
	finish(c)
	for _, err := range check(c, spec) {
		l.problem(src.file, err)
	}
	return c
}

// finish fills in what a case may leave out.
func finish(c *Case) {
	if c.Given.Clock == "" {
		c.Given.Clock = "2030-01-01T00:00:00Z"
	}
	if c.Given.IssuerPath == "" {
		c.Given.IssuerPath = "/i_conformance"
	}
	if c.Given.JWKS == nil {
		c.Given.JWKS = []any{"k1"}
	}
	if c.Given.Keys == nil {
		c.Given.Keys = map[string]string{}
	}
	if c.Given.Keys["k1"] == "" {
		c.Given.Keys["k1"] = "ES256"
	}
	c.Given.Config, _ = jsontree.Merge(baseConfig(), orEmpty(c.Given.Config)).(map[string]any)
	for name, client := range c.Given.Clients {
		c.Given.Clients[name], _ = jsontree.Merge(c.Given.Config, orEmpty(client)).(map[string]any)
	}
	if c.Sent == nil {
		for _, exchange := range c.Script {
			c.Sent = append(c.Sent, exchange.ID)
		}
	}
	for i := range c.Clauses {
		if c.Clauses[i].Argues == "" {
			c.Clauses[i].Argues = "for"
			if c.Control != "" {
				c.Clauses[i].Argues = "against"
			}
		}
	}
	c.Requires = requirements(c)
}

func baseConfig() map[string]any {
	return map[string]any{
		"issuer_url":   map[string]any{"$issuer": ""},
		"client_id":    "c_app",
		"redirect_uri": "https://app.test/callback",
	}
}

func orEmpty(object map[string]any) map[string]any {
	if object == nil {
		return map[string]any{}
	}
	return object
}

// Select returns the cases whose id fits the pattern, in which * stands for any
// text and ? for one character; a family's id selects its forms.
func (s *Suite) Select(pattern string) []*Case {
	var selected []*Case
	for _, c := range s.Cases {
		family, _, _ := strings.Cut(c.ID, "[")
		if c.ID == pattern || family == pattern || glob(pattern, c.ID) {
			selected = append(selected, c)
		}
	}
	return selected
}

// glob is path.Match with [ taken for itself: ids of a matrix have it.
func glob(pattern, id string) bool {
	pattern = strings.NewReplacer("[", `\[`, "]", `\]`, "/", "_").Replace(pattern)
	matched, err := path.Match(pattern, strings.ReplaceAll(id, "/", "_"))
	return err == nil && matched
}
