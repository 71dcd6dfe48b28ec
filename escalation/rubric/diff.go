package rubric

import (
	"errors"
	"fmt"
	"slices"
)

// Change is a combination of answers that two rubrics judge differently.
type Change struct {
	// Before and After are what the two rubrics say of the same answers.
	Before, After Severity
}

// ErrFactors is wrapped by the error of comparing rubrics that do not ask the
// same: compare their documents instead.
var ErrFactors = errors.New("rubrics have different factors, levels or severities")

// Diff goes through all combinations of levels and returns those whose severity
// differs between two rubrics with the same factors, levels and severities, in
// the order of the table. It is what a reviewer of a new version must see: a
// changed row can move combinations that its author never thought of.
func Diff(before, after *Rubric) ([]Change, error) {
	if err := sameQuestions(before, after); err != nil {
		return nil, err
	}
	var changes []Change
	a := Answers{}
	for i := range before.factors {
		a[i] = 1
	}
	for range before.cells {
		b, c := before.Classify(a), after.Classify(a)
		if b.Name != c.Name {
			changes = append(changes, Change{b, c})
		}
		before.increment(&a)
	}
	return changes, nil
}

func sameQuestions(a, b *Rubric) error {
	if !slices.Equal(a.severities, b.severities) {
		return fmt.Errorf("severities %v and %v: %w", a.severities, b.severities, ErrFactors)
	}
	if !slices.Equal(a.Factors(), b.Factors()) {
		return fmt.Errorf("factors %v and %v: %w", a.Factors(), b.Factors(), ErrFactors)
	}
	for i := range a.factors {
		if x, y := a.factors[i], b.factors[i]; !slices.Equal(x.levels, y.levels) {
			return fmt.Errorf("levels %v and %v of factor %s: %w", x.levels, y.levels, x.name, ErrFactors)
		}
	}
	return nil
}

// increment is the next combination in the order of the table: the last factor
// moves fastest.
func (r *Rubric) increment(a *Answers) {
	for i := len(r.factors) - 1; i >= 0; i-- {
		if int(a[i]) < len(r.factors[i].levels) {
			a[i]++
			return
		}
		a[i] = 1
	}
}
