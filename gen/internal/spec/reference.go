package spec

// Section is one place of the vocabulary, for documentation.
type Section struct {
	// What names the place: "an operation".
	What string
	// Keys are the keys that may stand there.
	Keys []KeyReference
}

// KeyReference is one key of the vocabulary, for documentation.
type KeyReference struct {
	// Name is the key.
	Name string
	// Form is what its value may be.
	Form string
	// Required says that the key must be there.
	Required bool
	// Doc says what the key means.
	Doc string
}

// Reference returns the vocabulary, each closed mapping once, in the order in which a reader meets them. The keys that
// every node has come first and are not repeated.
func Reference() []Section {
	shared := mapping("every node", common(text(sentence))...)
	sections := []Section{shared.section(nil)}
	seen := map[string]bool{}
	var visit func(s *shape)
	visit = func(s *shape) {
		switch {
		case s == nil:
			return
		case s.mapping != nil:
			visit(s.mapping)
		case s.elem != nil:
			visit(s.elem)
		}
		if s.kind != kindMapping || seen[s.what] {
			return
		}
		seen[s.what] = true
		if section := s.section(shared); len(section.Keys) > 0 {
			sections = append(sections, section)
		}
		for _, k := range s.keys {
			visit(k.shape)
		}
	}
	visit(vocabulary())
	return sections
}

// section documents the keys of a mapping that are not those of another.
func (s *shape) section(other *shape) Section {
	section := Section{What: s.what}
	for _, k := range s.keys {
		if other != nil && other.key(k.name) != nil && other.key(k.name).doc == k.doc {
			continue
		}
		section.Keys = append(section.Keys, KeyReference{Name: k.name, Form: k.shape.form(), Required: k.required, Doc: k.doc})
	}
	return section
}

// form says what a value may be, for documentation.
func (s *shape) form() string {
	switch {
	case s.kind == kindWord:
		return sortedWords(s.words)
	case s.kind == kindTable && s.elem.what != "":
		return "names, each with " + s.elem.what
	case s.kind == kindList && s.elem.what != "":
		return "a list, each item " + s.elem.what
	case s.kind == kindMapping:
		return s.what
	case s.mapping != nil:
		return s.describe() + ", or " + s.mapping.what
	default:
		return s.describe()
	}
}
