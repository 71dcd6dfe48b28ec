package compliance

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/certificate"
	"github.com/trueup-dev/trueup/internal/choice"
	"github.com/trueup-dev/trueup/internal/flow"
)

// plans are what was decided for the desks of a table under a scenario; nil where
// there was nothing to decide.
type plans struct {
	byDesk []plan
	chosen []chosen
	gap    string
	// certificate is nil where none was asked for.
	certificate *certificate.Certificate
}

func (p plans) of(desk int) plan {
	if p.byDesk == nil {
		return nil
	}
	return p.byDesk[desk]
}

// decide takes for every group the option that leaves the least money at risk over
// all of them, and among such the one that uses up the least value.
//
// Consumers that can be licensed in one way only compete for the same entitlements
// and are part of the problem; alike ones are one demand of it. The options decided,
// the desks assign their entitlements as if there had been no others.
func (t *table) decide(ctx context.Context, s scenario) (plans, error) {
	certify := t.certifies() && !s.worst
	if !t.plural() && !certify {
		return plans{}, nil
	}
	groups := t.groups(s)
	if len(groups) == 0 && !certify {
		return plans{}, nil
	}
	m := &modeller{table: t, scenario: s, members: map[int][]certificate.Member{}}
	if err := m.model(groups); err != nil {
		return plans{}, err
	}
	sol, err := choice.Solve(ctx, m.problem, choice.Limits{})
	if err != nil {
		return plans{}, err
	}
	var out plans
	if certify {
		out.certificate = m.certificate(groups, sol)
	}
	if len(groups) == 0 {
		return out, nil
	}
	out.gap = m.gap(sol)
	for _, d := range t.desks {
		p := make(plan, len(d.outcomes))
		for i := d.offered; i < len(p); i++ {
			p[i].idle = true
		}
		out.byDesk = append(out.byDesk, p)
	}
	for n, g := range groups {
		taken := 0
		if at := m.place[n]; at >= 0 {
			taken = m.open[n][slices.Index(sol.Taken[at], 1)]
		}
		out.chosen = append(out.chosen, chosen{g, taken})
		for at, v := range g.options[taken].verdicts {
			it := t.items[g.items[at]]
			out.byDesk[it.desk][it.at] = v
		}
	}
	return out, nil
}

// certifies says whether certificates are asked for and can be given.
func (t *table) certifies() bool { return t.Certificates && t.Method == Optimum }

// plural says whether anything of the table may be licensed in more than one way;
// where nothing may, no time goes into looking for ways.
func (t *table) plural() bool {
	return slices.ContainsFunc(t.desks, func(d *desk) bool {
		terms := len(d.terms.layers) > 0 || d.terms.suite != nil || d.terms.whole != Divisible || d.terms.reassignDays > 0
		return terms || len(packSizes(d.entitlements)) > 1 || slices.ContainsFunc(d.entitlements, func(e Entitlement) bool {
			return e.SecondUse || e.Failover > 0 || e.Recovery > 0
		})
	})
}

// modeller states a table under a scenario as a problem of choice.
type modeller struct {
	*table
	scenario
	problem choice.Problem
	// units and cents are the places of quantities and of prices.
	units, cents int32
	stocks       [][]stock           // what allocations leave, by desk
	claims       [][]claim           // likewise, each consumer by itself
	served       [][]decimal.Decimal // what allocations gave, likewise
	firstSupply  []int               // of each desk
	// place is where each group stands in the problem, -1 where no option has a
	// bound; open are its options that have one.
	place []int
	open  [][]int
	// members are the consumers of a demand that several share, by its group.
	members map[int][]certificate.Member
	err     error
}

func (m *modeller) model(groups []group) error {
	m.reserve()
	m.scale()
	m.supply()
	grouped := make([]bool, len(m.items))
	for _, g := range groups {
		for _, i := range g.items {
			grouped[i] = true
		}
	}
	for _, g := range groups {
		var cg choice.Group
		var open []int
		for k, o := range g.options {
			if co, bounded := m.option(g, o); bounded {
				cg.Options, open = append(cg.Options, co), append(open, k)
			}
		}
		m.open = append(m.open, open)
		if len(open) == 0 {
			m.place = append(m.place, -1)
			continue
		}
		m.place = append(m.place, len(m.problem.Groups))
		m.problem.Groups = append(m.problem.Groups, cg)
	}
	m.rest(grouped)
	return m.err
}

// reserve serves allocations, which come before anything that is decided.
func (m *modeller) reserve() {
	for _, d := range m.desks {
		amounts := make([]decimal.Decimal, len(d.outcomes))
		for i := range d.offered {
			amounts[i] = m.amountOf(d, i).Decimal
		}
		claims, stocks := d.bench.claims(amounts, m.allowed, nil), d.bench.stocks()
		d.bench.allot(stocks, claims)
		served := make([]decimal.Decimal, len(claims))
		for i := range d.offered {
			served[i] = amounts[i].Sub(claims[i].amount)
		}
		m.claims, m.stocks, m.served = append(m.claims, claims), append(m.stocks, stocks), append(m.served, served)
	}
}

func (m *modeller) amountOf(d *desk, i int) decimal.NullDecimal { return m.scenario.amount(d.needs[i]) }

// scale finds the places that make every quantity and price whole.
func (m *modeller) scale() {
	var amounts, prices []decimal.Decimal
	for n, d := range m.desks {
		for i := range d.outcomes {
			amounts, prices = append(amounts, m.amountOf(d, i).Decimal, m.claims[n][i].amount), append(prices, d.bench.prices[i].Amount)
		}
		for _, s := range m.stocks[n] {
			amounts, prices = append(amounts, s.owned), append(prices, s.price)
		}
		amounts = append(amounts, d.bench.sizes...)
	}
	m.units, m.cents = places(amounts), places(prices)
}

// supply states the parts of all desks.
func (m *modeller) supply() {
	for n, d := range m.desks {
		m.firstSupply = append(m.firstSupply, len(m.problem.Supply))
		for k, s := range m.stocks[n] {
			size := d.bench.entitlements[d.bench.parts[k].entitlement].Pack
			if size.IsPositive() {
				m.problem.Supply = append(m.problem.Supply, m.whole(packsIn(decimal.Max(s.owned, decimal.Zero), size)))
			} else {
				m.problem.Supply = append(m.problem.Supply, m.whole(decimal.Max(s.owned, decimal.Zero).Shift(m.units)))
			}
		}
	}
}

// whole is a scaled number. That one has too many digits is noted.
func (m *modeller) whole(d decimal.Decimal) int64 {
	b := d.BigInt()
	if !b.IsInt64() || new(big.Int).Abs(b).BitLen() > 62 {
		m.err = fmt.Errorf("%w: a quantity or price has too many digits for an assignment: %s", ErrInput, d)
		return 0
	}
	return b.Int64()
}

// option states what one option asks. It is false where that has no bound.
func (m *modeller) option(g group, o option) (choice.Option, bool) {
	var out choice.Option
	for at, i := range g.items {
		v := o.verdicts[at]
		if v.idle {
			continue
		}
		d, it := m.desks[m.items[i].desk], m.items[i]
		amount := m.amountOf(d, it.at)
		if !amount.Valid || v.open {
			return out, false
		}
		if v.short {
			price := decimal.Max(d.bench.prices[it.at].Amount.Shift(m.cents), decimal.NewFromInt(1))
			out.Cost.Risk += m.whole(v.lacks(amount.Decimal).Shift(m.units).Mul(price))
			continue
		}
		c := d.bench.claim(it.at, amount.Decimal, m.allowed, v)
		c.amount = decimal.Max(c.amount.Sub(m.served[it.desk][it.at]), decimal.Zero)
		out.Demands = append(out.Demands, m.demands(it.desk, c, v, d.terms.whole != Divisible)...)
	}
	return out, true
}

// demands states a claim, portion by portion.
func (m *modeller) demands(n int, c claim, v verdict, must bool) []choice.Demand {
	var out []choice.Demand
	b := &m.desks[n].bench
	for _, p := range b.portions(c.amount, v.packs) {
		pc := b.portionClaim(c, p)
		d := choice.Demand{Must: must}
		unit := m.units
		if p.size.IsPositive() {
			d.Amount = m.whole(p.number)
		} else {
			d.Amount, unit = m.whole(p.number.Shift(m.units)), 0
		}
		d.Penalty = flow.Cost{Risk: max(m.whole(pc.price.Shift(m.cents+unit)), 1)}
		for k, right := range pc.rights {
			if right == "" {
				continue
			}
			price := m.stocks[n][k].price
			if p.size.IsPositive() {
				price = price.Mul(p.size).Shift(m.units)
			}
			d.Arcs = append(d.Arcs, choice.Arc{Supply: m.firstSupply[n] + k, Cost: flow.Cost{Value: m.whole(price.Shift(m.cents))}})
		}
		out = append(out, d)
	}
	return out
}

// rest states the consumers that no group holds: those that are alike as one demand.
func (m *modeller) rest(grouped []bool) {
	for n, d := range m.desks {
		index := map[string]int{}
		var joint []claim
		var members [][]certificate.Member
		for i, it := range m.items {
			if it.desk != n || grouped[i] || it.at >= d.offered {
				continue
			}
			c := m.claims[n][it.at]
			if !c.amount.IsPositive() || !m.amountOf(d, it.at).Valid {
				continue
			}
			key := c.key()
			if d.bench.packed() { // packs are rounded up for each consumer
				key += "#" + strconv.Itoa(i)
			}
			at, known := index[key]
			if !known {
				index[key], at = len(joint), len(joint)
				joint = append(joint, claim{rights: c.rights, ranks: c.ranks, price: c.price})
				members = append(members, nil)
			}
			members[at] = append(members[at], m.member(i, c.amount))
			joint[at].amount = joint[at].amount.Add(c.amount)
		}
		for at, c := range joint {
			if !d.bench.packed() {
				m.members[len(m.problem.Groups)] = members[at]
			}
			m.problem.Groups = append(m.problem.Groups, choice.Group{Options: []choice.Option{{Demands: m.demands(n, c, verdict{}, false)}}})
		}
	}
}

// gap says how far the solution may be from the best; empty when it is the best.
func (m *modeller) gap(sol choice.Solution) string {
	switch {
	case m.cut:
		return fmt.Sprintf("a group has more than %d ways of being licensed; the first were weighed", optionLimit)
	case sol.Bound.Less(sol.Cost) && sol.Bound.Risk < sol.Cost.Risk:
		return "at most " + decimal.New(sol.Cost.Risk-sol.Bound.Risk, -m.units-m.cents).String() + " of money at risk above the best"
	case sol.Bound.Less(sol.Cost):
		return "the least money at risk; at most " + decimal.New(sol.Cost.Value-sol.Bound.Value, -m.units-m.cents).String() + " of value used above the best"
	}
	return ""
}

// claimKey tells items apart by all that an assignment looks at but their amount.
func (t *table) claimKey(i int, s scenario) string {
	it := t.items[i]
	c := t.desks[it.desk].bench.claim(it.at, decimal.Zero, s.allowed, verdict{})
	return strings.Join([]string{strconv.Itoa(it.desk), fmt.Sprint(t.moves(i, s)), c.key()}, "#")
}
