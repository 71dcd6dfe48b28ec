package rubric

// Level is an answer to a factor: the place of the level from 1, or 0 where
// there is no answer.
type Level uint8

// Answers hold an answer for each factor, in the rubric's order. They are
// comparable, and equal answers always have the same severity.
type Answers [MaxFactors]Level

// Severity is what a rubric says of a finding, and why.
type Severity struct {
	// Name is the severity's name and Rank its place among the rubric's, from 0
	// for the least.
	Name string
	Rank int
	// Row is the name of the row that decided and Reason its reason.
	Row, Reason string

	rubric  *Rubric
	answers Answers
}

// Classify gives the severity of answers. It allocates nothing and cannot fail:
// a place that no level has counts as unanswered.
func (r *Rubric) Classify(a Answers) Severity {
	cell := uint32(0)
	for i := range r.factors {
		cell += r.offsets[i][a[i]&15]
	}
	row := &r.rows[r.cells[cell]]
	return Severity{
		Name: r.severities[row.rank], Rank: row.rank,
		Row: row.name, Reason: row.reason,
		rubric: r, answers: a,
	}
}

// Vector is the severity's answers in the compact form that [Rubric.Parse] reads.
func (s Severity) Vector() string {
	if s.rubric == nil {
		return ""
	}
	return s.rubric.vector(s.answers)
}

// Unanswered names the factors that had no answer.
func (s Severity) Unanswered() []string {
	if s.rubric == nil {
		return nil
	}
	var names []string
	for i := range s.rubric.factors {
		if !s.rubric.answered(s.answers, i) {
			names = append(names, s.rubric.factors[i].name)
		}
	}
	return names
}

// Range is the least and the most severe result that answers to the open
// factors could still lead to. Both are the severity itself when none is open.
func (s Severity) Range() (least, most Severity) {
	if s.rubric == nil {
		return s, s
	}
	low, high := s.answers, s.answers
	for i := range s.rubric.factors {
		if !s.rubric.answered(s.answers, i) {
			low[i], high[i] = 1, Level(len(s.rubric.factors[i].levels))
		}
	}
	return s.rubric.Classify(low), s.rubric.Classify(high)
}

func (r *Rubric) answered(a Answers, factor int) bool {
	return a[factor] > 0 && int(a[factor]) <= len(r.factors[factor].levels)
}
