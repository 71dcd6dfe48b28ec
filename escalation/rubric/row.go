package rubric

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/internal/levels"
)

// row is a compiled row: the levels that it takes of each factor, and its answer.
type row struct {
	name, reason string
	rank         int
	when         [MaxFactors]levels.Set
	// at is where problems with the row point.
	at document.Text
}

func (c *compiler) compileRows() {
	if len(c.doc.Rows) > 1000 {
		c.fail(c.doc.Name, "rubric %q has %d rows, at most 1000 are read", c.name, len(c.doc.Rows))
		return
	}
	names := map[string]bool{}
	for i, d := range c.doc.Rows {
		r := row{name: d.Name.Value, reason: d.Reason.Value, rank: c.rank(d.Severity), at: d.Severity}
		if r.name == "" {
			r.name = fmt.Sprintf("row %d", i+1)
		}
		if names[r.name] || r.name == defaultRow {
			c.fail(d.Name, "another row is called %q already", r.name)
		}
		names[r.name] = true
		c.conditions(&r, d)
		c.rows = append(c.rows, r)
	}
	if d := c.doc.Default; d != nil {
		c.rows = append(c.rows, row{name: defaultRow, reason: d.Reason.Value, rank: c.rank(d.Severity), at: d.Severity})
	}
}

// defaultRow is the name of the default row.
const defaultRow = "default"

func (c *compiler) rank(severity document.Text) int {
	i := slices.Index(c.severities, severity.Value)
	if i < 0 {
		c.fail(severity, "no severity %q; known are %s", severity.Value, strings.Join(c.severities, ", "))
	}
	return i
}

// conditions reads the levels that a row takes. A factor that the row does not
// name is taken at any level.
func (c *compiler) conditions(r *row, d RowDocument) {
	named := 0
	for i := range c.factors {
		f := &c.factors[i]
		r.when[i] = levels.All(len(f.levels))
		cond, ok := d.When[f.name]
		if !ok {
			continue
		}
		named++
		set, p := levels.Parse(cond, f.levels)
		c.add(p)
		r.when[i] = set
	}
	if named == len(d.When) {
		return
	}
	var unknown []string
	for name := range d.When {
		if !slices.Contains(c.Factors(), name) {
			unknown = append(unknown, name)
		}
	}
	sort.Strings(unknown)
	for _, name := range unknown {
		c.fail(d.When[name], "%s names a factor %q that the rubric does not have; known are %s", r.name, name, strings.Join(c.Factors(), ", "))
	}
}
