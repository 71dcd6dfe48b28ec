package rubric

import (
	"regexp"
	"slices"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/internal/levels"
)

// MaxFactors is how many factors a rubric may have. Past it nobody reads the table.
const MaxFactors = 12

// maxCells bounds the combinations of levels, all of which are gone through at load.
const maxCells = 1 << 20

// Rubric is a checked decision table, immutable and safe for concurrent use.
type Rubric struct {
	name       string
	version    int
	currency   string
	severities []string
	factors    []factor
	// rows are those of the document, the default last.
	rows []row
	// cells holds the place in rows of the answer to each combination. The
	// combination's place is the sum of its answers' offsets.
	cells   []uint16
	offsets [MaxFactors][levels.Max + 1]uint32
}

// New checks a rubric and compiles it. The error is of type [document.Problems]
// and holds every mistake with its place.
func New(d Document) (*Rubric, error) {
	c := compiler{doc: d, Rubric: &Rubric{name: d.Name.Value, version: d.Version, currency: d.Currency.Value}}
	c.header()
	c.compileFactors()
	if len(c.problems) == 0 {
		c.compileRows()
	}
	if len(c.problems) == 0 {
		c.fill()
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return c.Rubric, nil
}

type compiler struct {
	*Rubric
	doc      Document
	problems document.Problems
}

func (c *compiler) add(p *document.Problem) {
	if p != nil {
		c.problems = append(c.problems, p)
	}
}

func (c *compiler) fail(t document.Text, format string, args ...any) {
	c.add(t.Problem(1, 1, format, args...))
}

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

func (c *compiler) header() {
	if c.version < 1 || c.version > 9999 {
		c.fail(c.doc.Name, "version of rubric %q is %d; it must be between 1 and 9999", c.name, c.version)
	}
	if !c.doc.Currency.IsZero() && !currencyCode.MatchString(c.currency) {
		c.fail(c.doc.Currency, "currency %q is no code of ISO 4217, such as EUR", c.currency)
	}
	if n := len(c.doc.Severities); n < 2 || n > levels.Max {
		c.fail(c.doc.Name, "rubric %q has %d severities; it must have 2 to %d", c.name, n, levels.Max)
	}
	for _, s := range c.doc.Severities {
		c.add(levels.CheckName(s))
		if slices.Contains(c.severities, s.Value) {
			c.fail(s, "severity %q is listed twice", s.Value)
		}
		c.severities = append(c.severities, s.Value)
	}
}

// Name is the rubric's name.
func (r *Rubric) Name() string { return r.name }

// Version is the rubric's version, the number in its vectors.
func (r *Rubric) Version() int { return r.version }

// Severities are the names of severities from the least to the most severe. A
// severity's rank is its place in this list.
func (r *Rubric) Severities() []string { return slices.Clone(r.severities) }

// Factors are the names of the factors in their order.
func (r *Rubric) Factors() []string {
	names := make([]string, len(r.factors))
	for i := range r.factors {
		names[i] = r.factors[i].name
	}
	return names
}
