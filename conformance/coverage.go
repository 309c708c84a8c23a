package conformance

import (
	"slices"
	"strings"
)

// ClauseCoverage is a clause and the cases that speak of it.
type ClauseCoverage struct {
	InterfaceClause
	// For are the cases in which it is kept.
	For []string
	// Against are the cases in which a breach of it is refused.
	Against []string
	// OneSided says that there is nothing to breach: an error code that comes is
	// one that came.
	OneSided bool
}

// Missing says which case a clause of level must lacks: "for", "against", "for
// and against", or "".
func (c *ClauseCoverage) Missing() string {
	switch {
	case c.Level != "must":
		return ""
	case c.OneSided:
		if len(c.For)+len(c.Against) == 0 {
			return "for"
		}
		return ""
	case len(c.For) == 0 && len(c.Against) == 0:
		return "for and against"
	case len(c.For) == 0:
		return "for"
	case len(c.Against) == 0:
		return "against"
	default:
		return ""
	}
}

// Coverage tells which cases speak of each clause: by naming it, by calling its
// operation, or by expecting its error.
func (s *Suite) Coverage() []*ClauseCoverage {
	var coverage []*ClauseCoverage
	byID := map[string]*ClauseCoverage{}
	for _, clause := range s.Interface.Clauses {
		one := &ClauseCoverage{InterfaceClause: clause, OneSided: s.oneSided(clause.ID)}
		coverage = append(coverage, one)
		byID[clause.ID] = one
	}
	for _, c := range s.Cases {
		id, _, _ := strings.Cut(c.ID, "[") // the forms of a matrix count as one
		for clause, argues := range s.spokenOf(c) {
			one := byID[clause]
			if one == nil {
				continue
			}
			if argues != "against" && !slices.Contains(one.For, id) {
				one.For = append(one.For, id)
			}
			if argues != "for" && !slices.Contains(one.Against, id) {
				one.Against = append(one.Against, id)
			}
		}
	}
	return coverage
}

// oneSided says whether a clause states that something is there rather than how
// something is done.
func (s *Suite) oneSided(id string) bool {
	kind, rest, _ := strings.Cut(id, ".")
	switch kind {
	case "code", "error", "type", "enum", "value", "field", "param", "config", "endpoint":
		return true
	case "op":
		_, public := s.Interface.Operations[rest]
		return !public
	default:
		return false
	}
}

// spokenOf returns the clauses that a case speaks of, and for each whether it
// argues for, against or both.
func (s *Suite) spokenOf(c *Case) map[string]string {
	spoken := map[string]string{}
	speak := func(clause, argues string) {
		if before := spoken[clause]; before != "" && before != argues {
			argues = "both"
		}
		if clause != "" {
			spoken[clause] = argues
		}
	}
	outcome := func(err map[string]any) string {
		if err == nil {
			return "for"
		}
		code, _ := err["code"].(string)
		class, _ := err["class"].(string)
		speak("code."+code, "for")
		speak(s.Interface.Classes[class], "for")
		return "against"
	}
	if c.Setup != nil {
		outcome(c.Setup.Err)
	}
	walkSteps(c.Steps, func(step *Step) {
		if step.Call != "" {
			speak(s.Interface.Operations[step.Call].Clause, outcome(step.Err))
		}
	})
	for _, clause := range c.Clauses {
		speak(clause.ID, clause.Argues)
	}
	return spoken
}
