package compliance

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/internal/flow"
)

// claim is what one consumer asks of the entitlements in an assignment.
type claim struct {
	amount decimal.Decimal
	// rights holds for each supply the right under which it may cover the
	// consumer, empty where it may not.
	rights []Reason
	// ranks holds for each supply how far it is from being preferred, 0 for best.
	ranks []int
	// price is what a unit costs that stays uncovered.
	price decimal.Decimal
}

// stock is what one entitlement brings to an assignment.
type stock struct {
	owned decimal.Decimal
	// price is what a unit cost: among equally safe assignments the one that
	// uses up the least value is taken.
	price decimal.Decimal
}

// assign gives for each claim and stock the quantity that covers it.
//
// Claims that are alike are put into one demand, so the problem that is solved
// has the size of the contract's distinctions, not of the estate. Within such a
// class stocks go to claims in order.
func assign(ctx context.Context, stocks []stock, claims []claim) ([][]decimal.Decimal, error) {
	classes := classify(claims)
	p, scale, err := problem(stocks, classes)
	if err != nil {
		return nil, err
	}
	s, err := flow.Solve(ctx, p)
	if err != nil {
		return nil, err
	}
	if p, s, err = prefer(ctx, p, s, classes); err != nil {
		return nil, err
	}
	given := make([][]decimal.Decimal, len(classes))
	for j := range classes {
		given[j] = make([]decimal.Decimal, len(stocks))
	}
	for i, a := range p.Arcs {
		given[a.Demand][a.Supply] = decimal.New(s.Flow[i], -scale)
	}
	out := make([][]decimal.Decimal, len(claims))
	for j, c := range classes {
		for _, m := range c.members {
			out[m] = take(claims[m].amount, given[j])
		}
	}
	return out, nil
}

// take takes an amount from the stocks given to a class, in order, as far as
// they go.
func take(amount decimal.Decimal, given []decimal.Decimal) []decimal.Decimal {
	out := make([]decimal.Decimal, len(given))
	for i := range given {
		q := decimal.Min(amount, given[i])
		out[i], amount, given[i] = q, amount.Sub(q), given[i].Sub(q)
	}
	return out
}

// class is a set of claims that differ in nothing an assignment looks at.
type class struct {
	claim
	name    string // its key
	members []int
}

// key tells claims apart by all that an assignment looks at but their amount.
func (c claim) key() string {
	var key strings.Builder
	key.WriteString(c.price.String())
	for i, r := range c.rights {
		fmt.Fprintf(&key, "|%s %d", r, c.ranks[i])
	}
	return key.String()
}

func classify(claims []claim) []class {
	index := map[string]int{}
	var classes []class
	for i, c := range claims {
		key := c.key()
		at, known := index[key]
		if !known {
			at = len(classes)
			index[key] = at
			classes = append(classes, class{name: key, claim: claim{rights: c.rights, ranks: c.ranks, price: c.price}})
		}
		classes[at].members = append(classes[at].members, i)
		classes[at].amount = classes[at].amount.Add(c.amount)
	}
	// Which of equally good assignments is found must not hang on who comes first.
	slices.SortFunc(classes, func(a, b class) int { return strings.Compare(a.name, b.name) })
	return classes
}

// problem states the assignment in whole units: quantities and prices are scaled
// by powers of ten until none has a fraction.
func problem(stocks []stock, classes []class) (flow.Problem, int32, error) {
	var amounts, prices []decimal.Decimal
	for _, s := range stocks {
		amounts, prices = append(amounts, s.owned), append(prices, s.price)
	}
	for _, c := range classes {
		amounts, prices = append(amounts, c.amount), append(prices, c.price)
	}
	scale, cents := places(amounts), places(prices)
	for _, d := range slices.Concat(scaled(amounts, scale), scaled(prices, cents)) {
		if !d.BigInt().IsInt64() {
			return flow.Problem{}, 0, fmt.Errorf("%w: a quantity or price has too many digits for an assignment: %s", ErrInput, d)
		}
	}
	var p flow.Problem
	for _, s := range stocks {
		p.Supply = append(p.Supply, s.owned.Shift(scale).IntPart())
	}
	for j, c := range classes {
		// A unit without a price still counts: uncovered consumption is a risk
		// even where nobody knows what it costs.
		risk := max(c.price.Shift(cents).IntPart(), 1)
		p.Demands = append(p.Demands, flow.Demand{Amount: c.amount.Shift(scale).IntPart(), Penalty: flow.Cost{Risk: risk}})
		for i, s := range stocks {
			if c.rights[i] != "" {
				p.Arcs = append(p.Arcs, flow.Arc{Supply: i, Demand: j, Cost: flow.Cost{Value: s.price.Shift(cents).IntPart()}})
			}
		}
	}
	return p, scale, nil
}

// places is the number of decimal places that the numbers need.
func places(ds []decimal.Decimal) int32 {
	var n int32
	for _, d := range ds {
		for -d.Exponent() > n && !d.Equal(d.Truncate(n)) {
			n++
		}
	}
	return n
}

func scaled(ds []decimal.Decimal, places int32) []decimal.Decimal {
	out := make([]decimal.Decimal, len(ds))
	for i, d := range ds {
		out[i] = d.Shift(places)
	}
	return out
}
