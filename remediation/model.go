package remediation

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/remediation/internal/cover"
)

// model states the choice among options as a problem in whole numbers.
//
// Its rows are valid whatever the options do together, as long as carrying out
// more never leaves more short: an option can help by no more than what its
// consumer needs. Such rows alone may be too weak, so the loop in choose adds a
// cut for every set that a what-if finds insufficient.
type model struct {
	options []Option
	limits  LimitsDocument
	rows    []cut
	// of are the options of each position.
	of map[string][]int
	// shares are what options draw on together.
	shares []share
	// money and units are the places that amounts are scaled by.
	money, units int32
}

// cut demands that options outside of a set that was tried make up for what
// that set leaves open.
type cut struct {
	position string
	inside   map[int]bool
	open     decimal.Decimal
}

func newModel(options []Option, limits LimitsDocument) *model {
	m := &model{options: options, limits: limits, of: map[string][]int{}, shares: sharing(options)}
	for i, o := range options {
		for _, key := range o.on() {
			m.of[key] = append(m.of[key], i)
			m.units = max(m.units, places(o.bound(key)))
		}
		m.money = max(m.money, places(o.Cost.Amount))
	}
	if limits.Budget.Valid {
		m.money = max(m.money, places(limits.Budget.Decimal))
	}
	return m
}

func (m *model) add(c cut) {
	m.units = max(m.units, places(c.open))
	m.rows = append(m.rows, c)
}

// places is the number of decimal places that a number needs. Its exponent may
// be lower: sums keep the places of what was added.
func places(d decimal.Decimal) int32 {
	for n := range max(-d.Exponent(), 0) {
		if d.Equal(d.Truncate(n)) {
			return n
		}
	}
	return max(-d.Exponent(), 0)
}

// helps is what one unit of an option gives a row.
func (m *model) helps(i int, c cut) decimal.Decimal {
	if c.inside[i] {
		return decimal.Decimal{}
	}
	return m.options[i].bound(c.position)
}

// weights are the cost and the disruption of one unit of each option in whole
// numbers, and the totals if everything were taken.
func (m *model) weights() (cost, disruption []int64, err error) {
	for _, o := range m.options {
		c := o.Cost.Amount.Shift(m.money)
		if !c.BigInt().IsInt64() {
			return nil, nil, fmt.Errorf("remediation: cost of %s: %w", o.ID, cover.ErrTooLarge)
		}
		cost = append(cost, c.IntPart())
		disruption = append(disruption, int64(o.Disruption))
	}
	return cost, disruption, nil
}

// goal is an objective in whole numbers: first levels the first counts, then the
// second breaks ties.
type goal struct {
	weight []int64
	// factor separates the levels: weight = first * factor + second.
	factor int64
}

// combine puts two levels into one number. Where that would be past the
// arithmetic the second level is dropped, and ties go by identifier.
func (m *model) combine(first, second []int64) goal {
	total := decimal.NewFromInt(1)
	var largest decimal.Decimal
	for i, o := range m.options {
		n := decimal.NewFromInt(o.Max)
		total = total.Add(decimal.NewFromInt(second[i]).Mul(n))
		largest = largest.Add(decimal.NewFromInt(first[i]).Mul(n))
	}
	if largest.Add(decimal.NewFromInt(1)).Mul(total).GreaterThan(decimal.New(1, 17)) {
		return goal{first, 1}
	}
	g := goal{make([]int64, len(first)), total.IntPart()}
	for i := range first {
		g.weight[i] = first[i]*g.factor + second[i]
	}
	return g
}

// problem is the choice for a goal.
func (m *model) problem(g goal) (cover.Problem, error) {
	var p cover.Problem
	rows := map[int][]cover.Term{}
	for r, c := range m.rows {
		need, err := m.whole(c.open)
		if err != nil {
			return p, err
		}
		p.Need = append(p.Need, need)
		for _, i := range m.of[c.position] {
			if h := m.helps(i, c); h.IsPositive() {
				gain, err := m.whole(h)
				if err != nil {
					return p, err
				}
				rows[i] = append(rows[i], cover.Term{Row: r, Amount: gain})
			}
		}
	}
	for i, o := range m.options {
		p.Items = append(p.Items, cover.Item{ID: o.ID, Cost: g.weight[i], Max: o.Max, Gains: rows[i]})
	}
	p.Requires = m.requires()
	return p, m.load(&p)
}

// requires are the pairs of options of which the first is not to be had without the
// second.
func (m *model) requires() [][2]int {
	at := map[string]int{}
	for i, o := range m.options {
		at[o.ID] = i
	}
	var out [][2]int
	for i, o := range m.options {
		if o.needs != "" {
			out = append(out, [2]int{i, at[o.needs]})
		}
	}
	return out
}

// load adds the limits: budget, actions, what options share, and what only one of
// them may have.
func (m *model) load(p *cover.Problem) error {
	limit := func(bound int64, load func(o Option) int64) {
		row := len(p.Limit)
		p.Limit = append(p.Limit, bound)
		for i, o := range m.options {
			if n := load(o); n > 0 {
				p.Items[i].Loads = append(p.Items[i].Loads, cover.Term{Row: row, Amount: n})
			}
		}
	}
	if b := m.limits.Budget; b.Valid {
		budget := b.Decimal.Shift(m.money)
		if !budget.BigInt().IsInt64() {
			return fmt.Errorf("remediation: budget: %w", cover.ErrTooLarge)
		}
		limit(budget.IntPart(), func(o Option) int64 { return o.Cost.Amount.Shift(m.money).IntPart() })
	}
	if m.limits.Actions > 0 {
		limit(int64(m.limits.Actions), func(o Option) int64 { return int64(takes(o.Actions)) })
	}
	for _, t := range m.limits.Teams {
		limit(int64(t.Actions), func(o Option) int64 {
			if o.Owner == t.Owner {
				return int64(len(o.Actions))
			}
			return 0
		})
	}
	for _, sh := range m.shares {
		row := len(p.Limit)
		p.Limit = append(p.Limit, sh.bound)
		for _, t := range sh.loads {
			p.Items[t.Row].Loads = append(p.Items[t.Row].Loads, cover.Term{Row: row, Amount: t.Amount})
		}
	}
	return nil
}

// share bounds what options may draw together: each load's row is an option.
type share struct {
	bound int64
	loads []cover.Term
}

// sharing finds what more than one option draws on.
func sharing(options []Option) []share {
	at, out := map[string]int{}, []share{}
	for i, o := range options {
		for _, d := range o.shared() {
			n, known := at[d.on]
			if !known {
				n = len(out)
				at[d.on], out = n, append(out, share{bound: d.pool})
			}
			sh := &out[n]
			sh.bound = min(sh.bound, d.pool)
			if last := len(sh.loads) - 1; last >= 0 && sh.loads[last].Row == i {
				sh.loads[last].Amount += d.each
			} else {
				sh.loads = append(sh.loads, cover.Term{Row: i, Amount: d.each})
			}
		}
	}
	return slices.DeleteFunc(out, func(s share) bool {
		return len(s.loads) == 1 && s.loads[0].Amount*options[s.loads[0].Row].Max <= s.bound
	})
}

// takes is how many installs and seats actions take away.
func takes(actions []Action) int {
	n := 0
	for _, a := range actions {
		if a.Verb == Uninstall || a.Verb == Unassign {
			n++
		}
	}
	return n
}

func (m *model) whole(q decimal.Decimal) (int64, error) {
	d := q.Shift(m.units)
	if !d.BigInt().IsInt64() {
		return 0, fmt.Errorf("remediation: quantity %s: %w", q, cover.ErrTooLarge)
	}
	return d.IntPart(), nil
}

// slack lets every row stay open at a price for each unit, so that a problem
// whose limits are too narrow has a solution. It gives the index of each
// position's slack item.
func (m *model) slack(p *cover.Problem, price func(position string) int64) map[string]int {
	at := map[string]int{}
	for r, c := range m.rows {
		i, ok := at[c.position]
		if !ok {
			i = len(p.Items)
			at[c.position] = i
			p.Items = append(p.Items, cover.Item{ID: "\x00open|" + c.position, Cost: price(c.position), Max: p.Need[r]})
		}
		p.Items[i].Max = max(p.Items[i].Max, p.Need[r])
		p.Items[i].Gains = append(p.Items[i].Gains, cover.Term{Row: r, Amount: 1})
	}
	return at
}
