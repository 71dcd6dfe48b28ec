package rubric

import (
	"fmt"
	"strings"

	"github.com/trueup-dev/trueup/escalation/internal/levels"
)

// unset marks a combination that no row has answered yet.
const unset = ^uint16(0)

// maxFaults bounds how many faults of one kind are reported: one wrong row can
// be at odds with thousands of combinations.
const maxFaults = 20

// fill answers every combination and checks what the package promises of them.
func (c *compiler) fill() {
	strides := c.strides()
	for i := range c.cells {
		c.cells[i] = unset
	}
	t := tabler{compiler: c, strides: strides, faults: map[string]bool{}}
	rows := c.rows
	if c.doc.Default != nil {
		rows = rows[:len(rows)-1]
	}
	for i := range rows {
		t.row(i)
	}
	t.defaults()
	if len(c.problems) == 0 {
		t.monotone()
	}
}

// strides lays the table out and gives each factor the distance in it between
// one level and the next.
func (c *compiler) strides() []uint32 {
	strides := make([]uint32, len(c.factors))
	cells := uint32(1)
	for i := len(c.factors) - 1; i >= 0; i-- {
		strides[i] = cells
		f := &c.factors[i]
		for l := range c.offsets[i] {
			c.offsets[i][l] = uint32(f.assumed) * cells
		}
		for l := range f.levels {
			c.offsets[i][l+1] = uint32(l) * cells
		}
		cells *= uint32(len(f.levels))
	}
	c.cells = make([]uint16, cells)
	return strides
}

// tabler fills the table of one rubric.
type tabler struct {
	*compiler
	strides []uint32
	faults  map[string]bool
}

// once says whether a fault has not been reported and may be.
func (t *tabler) once(kind string, parts ...any) bool {
	key := kind + fmt.Sprint(parts...)
	if t.faults[key] || len(t.faults) > maxFaults {
		return false
	}
	t.faults[key] = true
	if len(t.faults) > maxFaults {
		t.fail(t.doc.Name, "more faults of the table are not listed; mend those above first")
		return false
	}
	return true
}

// row enters a row into every combination that it matches.
func (t *tabler) row(i int) {
	r := &t.rows[i]
	decides := 0
	t.visit(&r.when, 0, 0, func(cell uint32) {
		earlier := t.cells[cell]
		if earlier == unset {
			t.cells[cell] = uint16(i)
			decides++
			return
		}
		if o := &t.rows[earlier]; o.rank != r.rank && t.once("contradiction", i, earlier) {
			t.fail(r.at, "%s says %s and %s (line %d) says %s, yet both match %s", r.name, t.severities[r.rank],
				o.name, o.at.At().Line, t.severities[o.rank], t.vector(t.answersOf(cell)))
		}
	})
	if decides == 0 && t.once("dead", i) {
		t.fail(r.at, "%s never decides: the rows before it match everything that it matches", r.name)
	}
}

// visit calls f for each combination of a row's levels, in ascending order.
func (t *tabler) visit(when *[MaxFactors]levels.Set, factor int, base uint32, f func(uint32)) {
	if factor == len(t.factors) {
		f(base)
		return
	}
	for l := range t.factors[factor].levels {
		if when[factor].Has(l) {
			t.visit(when, factor+1, base+uint32(l)*t.strides[factor], f)
		}
	}
}

// defaults enters the default row into what is left.
func (t *tabler) defaults() {
	var open []string
	left := 0
	for cell, i := range t.cells {
		if i != unset {
			continue
		}
		t.cells[cell] = uint16(len(t.rows) - 1)
		if left++; left <= 3 {
			open = append(open, t.vector(t.answersOf(uint32(cell))))
		}
	}
	if t.doc.Default != nil {
		return
	}
	if left == 0 {
		t.fail(t.doc.Name, "rubric %q has no default row; it is mandatory, so that a level added later has an answer", t.name)
		return
	}
	t.fail(t.doc.Name, "rubric %q has no default row, and no row answers %d of %d combinations, such as %s",
		t.name, left, len(t.cells), strings.Join(open, ", "))
}

// monotone checks that raising any factor by one level never lowers the severity.
func (t *tabler) monotone() {
	for cell := range t.cells {
		for i := range t.factors {
			f := &t.factors[i]
			level := uint32(cell) / t.strides[i] % uint32(len(f.levels))
			if int(level)+1 == len(f.levels) {
				continue
			}
			lower, upper := t.cells[cell], t.cells[uint32(cell)+t.strides[i]]
			a, b := &t.rows[lower], &t.rows[upper]
			if b.rank < a.rank && t.once("monotone", lower, upper, i) {
				t.fail(b.at, "%s says %s, yet %s (line %d) says %s for less: raising %s from %s to %s in %s lowers the severity",
					b.name, t.severities[b.rank], a.name, a.at.At().Line, t.severities[a.rank],
					f.name, f.levels[level], f.levels[level+1], t.vector(t.answersOf(uint32(cell))))
			}
		}
	}
}

// answersOf are the answers that lead to a combination.
func (t *tabler) answersOf(cell uint32) Answers {
	var a Answers
	for i := range t.factors {
		a[i] = Level(cell/t.strides[i]%uint32(len(t.factors[i].levels))) + 1
	}
	return a
}
