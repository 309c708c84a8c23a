package conformance

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/arbfay/authpi-go/conformance/internal/expr"
	"github.com/arbfay/authpi-go/conformance/internal/jsontree"
)

// fileOnly are the members of a file that the finished case no longer has.
func fileOnly() []string {
	return []string{"format", "control", "defect", "until", "ok", "err", "events", "then", "each", "rows", "matrix"}
}

// expandMatrix returns the forms of a case by id. Without a matrix it is one.
func expandMatrix(tree map[string]any) (map[string]map[string]any, error) {
	id, _ := tree["id"].(string)
	matrix, there := tree["matrix"]
	if !there {
		return map[string]map[string]any{id: tree}, nil
	}
	axes, ok := matrix.(map[string]any)
	if !ok || len(axes) == 0 {
		return nil, fmt.Errorf("matrix: want an object of axes")
	}
	type form struct {
		labels []string
		values map[string]any
	}
	forms := []form{{values: map[string]any{}}}
	for _, axis := range slices.Sorted(maps.Keys(axes)) {
		named, ok := axes[axis].(map[string]any)
		if !ok || len(named) == 0 {
			return nil, fmt.Errorf("matrix/%s: want an object of named values", axis)
		}
		var next []form
		for _, f := range forms {
			for _, name := range slices.Sorted(maps.Keys(named)) {
				values := maps.Clone(f.values)
				values[axis] = named[name]
				next = append(next, form{append(slices.Clone(f.labels), axis+"="+name), values})
			}
		}
		forms = next
	}
	out := make(map[string]map[string]any, len(forms))
	for _, f := range forms {
		rest := maps.Clone(tree)
		delete(rest, "matrix")
		replaced, err := replaceVariables(rest, f.values, "", 0)
		if err != nil {
			return nil, err
		}
		object, _ := replaced.(map[string]any)
		object["id"] = id + "[" + strings.Join(f.labels, ",") + "]"
		out[id+"["+strings.Join(f.labels, ",")+"]"] = object
	}
	return out, nil
}

// maxNested bounds how deep a value of one axis may speak of another.
const maxNested = 5

// replaceVariables puts the values of the matrix in place of {"$var": path},
// those within the values included.
func replaceVariables(tree any, values map[string]any, path string, nested int) (any, error) {
	if name, argument, ok := expr.Operator(tree); ok && name == "var" {
		text, _ := argument.(string)
		value, err := jsontree.Get(values, strings.ReplaceAll(text, ".", "/"))
		if err == nil && nested == maxNested {
			err = fmt.Errorf("%s speaks of itself", text)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: $var: %w", jsontree.Root(path), err)
		}
		return replaceVariables(value, values, path, nested+1)
	}
	switch tree := tree.(type) {
	case map[string]any:
		object := make(map[string]any, len(tree))
		for _, name := range slices.Sorted(maps.Keys(tree)) {
			value, err := replaceVariables(tree[name], values, jsontree.Join(path, name), nested)
			if err != nil {
				return nil, err
			}
			object[name] = value
		}
		return object, nil
	case []any:
		list := make([]any, len(tree))
		for i := range tree {
			value, err := replaceVariables(tree[i], values, jsontree.Join(path, fmt.Sprint(i)), nested)
			if err != nil {
				return nil, err
			}
			list[i] = value
		}
		return list, nil
	default:
		return tree, nil
	}
}

// build returns the tree of the finished case. The result is shared: callers
// clone it.
func (l *loader) build(id string) (map[string]any, error) {
	if tree, done := l.built[id]; done {
		return tree, nil
	}
	src, there := l.sources[id]
	if !there {
		return nil, fmt.Errorf("control: no case %q", id)
	}
	if l.building[id] {
		return nil, fmt.Errorf("control: %s controls itself", id)
	}
	l.building[id] = true
	defer delete(l.building, id)
	tree, err := l.derive(src)
	if err != nil {
		return nil, err
	}
	for _, name := range fileOnly() {
		delete(tree, name)
	}
	l.built[id] = tree
	return tree, nil
}

func (l *loader) derive(src *source) (map[string]any, error) {
	form := src.form
	if form.Control != "" {
		return l.spoil(src)
	}
	for _, name := range []string{"defect", "until", "ok", "err", "events", "then"} {
		if _, there := src.tree[name]; there {
			return nil, fmt.Errorf("%s: only a case with a control has it", name)
		}
	}
	tree, _ := jsontree.Clone(src.tree).(map[string]any)
	steps, err := rowSteps(form)
	if err != nil {
		return nil, err
	}
	if steps != nil {
		tree["steps"] = append(form.Steps, steps...)
	}
	return tree, nil
}

// rowSteps makes one step of each row.
func rowSteps(form caseFile) ([]any, error) {
	if (form.Each == nil) != (len(form.Rows) == 0) {
		return nil, fmt.Errorf("rows: each and rows belong together")
	}
	steps := make([]any, 0, len(form.Rows))
	for i, row := range form.Rows {
		if !validName(row.Row) {
			return nil, fmt.Errorf("rows/%d/row: want letters, digits, _ and -", i)
		}
		step, _ := jsontree.Merge(form.Each, map[string]any{"id": row.Row}).(map[string]any)
		args, _ := step["args"].(map[string]any)
		merged := maps.Clone(orEmpty(args)) // not a merge patch: a null argument is one
		maps.Copy(merged, row.Args)
		step["args"] = merged
		if row.OK.Set {
			step["ok"] = row.OK.Want
		}
		if row.Err != nil {
			step["err"] = row.Err
		}
		if row.Events != nil {
			step["events"] = row.Events
		}
		steps = append(steps, step)
	}
	if len(steps) == 0 {
		return nil, nil
	}
	return steps, nil
}

// spoil makes a case of its control: the same story with a defect, up to the
// step that the defect shows at.
func (l *loader) spoil(src *source) (map[string]any, error) {
	form := src.form
	for _, name := range []string{"given", "script", "steps", "setup", "each", "rows"} {
		if _, there := src.tree[name]; there {
			return nil, fmt.Errorf("%s: a case with a control takes it from there", name)
		}
	}
	if len(form.Defect) == 0 || form.Until == "" {
		return nil, fmt.Errorf("defect and until: are missing")
	}
	if form.OK.Set == (form.Err != nil) {
		return nil, fmt.Errorf("ok and err: want one of them")
	}
	control, err := l.build(form.Control)
	if err != nil {
		return nil, err
	}
	tree := jsontree.Clone(control)
	for i, edit := range form.Defect {
		if tree, err = edit.apply(tree); err != nil {
			return nil, fmt.Errorf("defect/%d: %w", i, err)
		}
	}
	object, _ := tree.(map[string]any)
	for _, name := range []string{"sent", "unordered", "counts", "config_events", "oidf", "kills", "requires"} {
		delete(object, name)
	}
	for name, value := range src.tree {
		if !slices.Contains(fileOnly(), name) {
			object[name] = jsontree.Clone(value)
		}
	}
	if script, _ := object["script"].([]any); len(script) > 0 && form.Sent == nil {
		return nil, fmt.Errorf("sent: is missing; say which exchanges are still asked")
	}
	return object, cut(object, src.tree)
}

// cut ends the story at a step and gives that step its outcome.
func cut(object, file map[string]any) error {
	until, _ := file["until"].(string)
	steps, _ := object["steps"].([]any)
	then, _ := file["then"].([]any)
	outcome := map[string]any{}
	for _, name := range []string{"ok", "err"} {
		if value, there := file[name]; there {
			outcome[name] = value
		}
	}
	if until == SetupStep {
		object["setup"] = outcome
		object["steps"] = then
		return nil
	}
	at := slices.IndexFunc(steps, func(step any) bool {
		call, _ := step.(map[string]any)
		return call["id"] == until && call["call"] != nil
	})
	if at < 0 {
		return fmt.Errorf("until: the control has no call %q", until)
	}
	last, _ := steps[at].(map[string]any)
	for _, name := range []string{"ok", "err", "events"} {
		delete(last, name)
	}
	maps.Copy(last, outcome)
	if events, there := file["events"]; there {
		last["events"] = events
	}
	object["steps"] = append(steps[:at+1:at+1], then...)
	return nil
}

// apply changes a tree.
func (e edit) apply(tree any) (any, error) {
	chosen := 0
	for _, one := range []bool{e.Set.Set, e.Merge.Set, e.Insert.Set, e.Add.Set, e.Drop} {
		if one {
			chosen++
		}
	}
	if chosen != 1 || e.At == "" {
		return nil, fmt.Errorf("want at, and one of set, merge, insert, add and drop")
	}
	if e.Insert.Set {
		return jsontree.Insert(tree, e.At, jsontree.Clone(e.Insert.Want))
	}
	var failed error
	changed, err := jsontree.Edit(tree, e.At, func(old any, there bool) (any, bool) {
		switch {
		case e.Drop && !there:
			failed = fmt.Errorf("%s: nothing is there to drop", e.At)
		case e.Drop:
			return nil, false
		case e.Merge.Set:
			return jsontree.Merge(old, e.Merge.Want), true
		case e.Add.Set:
			list, isList := old.([]any)
			if !isList && there {
				failed = fmt.Errorf("%s: no list", e.At)
			}
			return append(slices.Clone(list), jsontree.Clone(e.Add.Want)), true
		}
		return jsontree.Clone(e.Set.Want), true
	})
	if err != nil {
		return nil, err
	}
	return changed, failed
}

func validName(name string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`).MatchString(name)
}
