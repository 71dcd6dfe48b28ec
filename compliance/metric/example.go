package metric

import (
	"context"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/document"
)

// Test runs the worked examples of the metric's document. The error holds, at
// its place in the document, every example that does not come to what it says.
func (m *Metric) Test(ctx context.Context) error {
	var problems document.Problems
	for _, e := range m.source.Examples {
		if p := m.testExample(ctx, e); p != nil {
			problems = append(problems, p)
		}
	}
	return problems.Err()
}

func (m *Metric) testExample(ctx context.Context, e exampleSource) *document.Problem {
	facts, ignored, err := m.Read([]byte(e.Given.Value))
	if err != nil {
		return e.Given.Problem(1, 1, "%v", err)
	}
	if len(ignored) > 0 {
		return e.Given.Problem(1, 1, "the metric does not read %s", strings.Join(ignored, ", "))
	}
	for name, reading := range e.Choose {
		facts.Choices[name] = reading
	}
	got, err := m.Measure(ctx, facts)
	if err != nil {
		return e.Given.Problem(1, 1, "%v", err)
	}
	if said := got.Total.in(e.Unit); !sameCount(said, e.Expect.Value) {
		return e.Expect.Problem(1, 1, "example %q comes to %s: %s", e.Name, said, got.Total.Explanation)
	}
	return nil
}

// sameCount compares counts as documents write them: 1.50 is 1.5.
func sameCount(a, b string) bool {
	x, errX := decimal.NewFromString(a)
	y, errY := decimal.NewFromString(b)
	return errX == nil && errY == nil && x.Equal(y) || a == b
}

// in is the count in a unit as examples write it.
func (c Count) in(unit string) string {
	switch {
	case c.Refused != "":
		return "not allowed"
	case !c.Known:
		return "unknown, " + c.bounds()
	case unit == "" || unit == c.Unit:
		return c.Quantity.String()
	}
	for _, a := range c.Also {
		if a.Unit == unit {
			return a.Quantity.String()
		}
	}
	return "nothing in " + unit
}

func (c Count) bounds() string {
	switch {
	case c.High.Valid:
		return c.Low.Decimal.String() + " to " + c.High.Decimal.String()
	}
	return c.Low.Decimal.String() + " or more"
}
