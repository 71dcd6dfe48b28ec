package choice

import (
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/certificate"
	"github.com/trueup-dev/trueup/internal/flow"
)

// Labels give a problem's whole numbers their names and units.
type Labels struct {
	// Scale is the number of decimal places of a quantity: a unit of the problem is
	// 10^-Scale units of the metric. Cents is that of the price of such a metric's
	// unit. The cost of an option, which is for no unit, has the places of both.
	Scale, Cents int32
	// Supplies are the identifiers of the supplies, unique.
	Supplies []string
	Groups   []GroupLabel
}

// GroupLabel names a group and its options.
type GroupLabel struct {
	// ID is unique. Equal groups are merged in a certificate: the identifier of the
	// first stands for all, which are its members.
	ID string
	// Options may be shorter than the group's, or empty names: an option and a
	// demand without a name is known by its number, from 1 on.
	Options []OptionLabel
}

// OptionLabel names an option and its demands.
type OptionLabel struct {
	ID      string
	Demands []DemandLabel
}

// DemandLabel names a demand, and the consumers that it is made of: together they
// need its amount times the copies of its group.
type DemandLabel struct {
	ID      string
	Members []certificate.Member
}

// Certify states what [Solve] found as a certificate, with its digest. The problem
// must be the one that was solved.
func Certify(p Problem, s Solution, l Labels) certificate.Certificate {
	c := certificate.Certificate{Version: certificate.Version}
	for i, q := range p.parts() {
		part := q.certify(p, s, i, l)
		c.Parts = append(c.Parts, part)
	}
	c.Cost, c.Bound = l.total(s.Cost), l.total(s.Bound)
	c.Gap = certificate.Cost{Risk: c.Cost.Risk.Sub(c.Bound.Risk), Value: c.Cost.Value.Sub(c.Bound.Value)}
	return c.Seal()
}

func (l Labels) quantity(n int64) decimal.Decimal { return decimal.New(n, -l.Scale) }

// unit is a cost or price for each unit.
func (l Labels) unit(c flow.Cost) certificate.Cost {
	return certificate.Cost{Risk: decimal.New(c.Risk, -l.Cents), Value: decimal.New(c.Value, -l.Cents)}
}

func (l Labels) total(c flow.Cost) certificate.Cost {
	return certificate.Cost{Risk: decimal.New(c.Risk, -l.Cents-l.Scale), Value: decimal.New(c.Value, -l.Cents-l.Scale)}
}

// group names the options of a group in full.
func (l Labels) group(g int, group Group) GroupLabel {
	out := l.Groups[g]
	out.Options = make([]OptionLabel, len(group.Options))
	copy(out.Options, l.Groups[g].Options)
	for o, option := range group.Options {
		name := &out.Options[o]
		if name.ID == "" {
			name.ID = strconv.Itoa(o + 1)
		}
		demands := make([]DemandLabel, len(option.Demands))
		copy(demands, name.Demands)
		for d := range demands {
			if demands[d].ID == "" {
				demands[d].ID = strconv.Itoa(d + 1)
			}
		}
		name.Demands = demands
	}
	return out
}

func (q *part) certify(p Problem, s Solution, at int, l Labels) certificate.Part {
	proof := s.Proof.Parts[at]
	out := certificate.Part{
		Step:     certificate.Step{Quantity: l.quantity(1), Cost: l.total(q.grain)},
		Supplies: []certificate.Supply{},
		Cost:     l.total(proof.Cost),
		Bound:    l.total(proof.Bound),
	}
	used := make([]int64, len(q.supplies))
	for _, c := range q.classes {
		out.Groups = append(out.Groups, q.certifyClass(p, s, c, l, used))
	}
	for i, n := range q.supplies {
		out.Supplies = append(out.Supplies, certificate.Supply{ID: l.Supplies[n], Quantity: l.quantity(q.supply[i]),
			Used: l.quantity(used[i]), Left: l.quantity(q.supply[i] - used[i])})
	}
	for _, n := range proof.Tree {
		if n.Leaf {
			out.Tree = append(out.Tree, certificate.Node{Leaf: q.leaf(n, l)})
			continue
		}
		g := q.classes[n.Class].groups[0]
		label := l.group(g, p.Groups[g])
		out.Tree = append(out.Tree, certificate.Node{Cut: &certificate.Cut{Group: label.ID,
			Option: label.Options[n.Option].ID, AtMost: decimal.NewFromInt(n.At)}})
	}
	return out
}

// leaf states the prices, for weights of one.
func (q *part) leaf(n Node, l Labels) *certificate.Leaf {
	out := &certificate.Leaf{Weight: fraction(n.Value.Risk, n.Value.Value, 0)}
	for i, s := range q.supplies {
		if n.Risk.Supply[i] != 0 || n.Value.Supply[i] != 0 {
			out.Prices = append(out.Prices, certificate.Price{Supply: l.Supplies[s],
				Risk: fraction(n.Risk.Supply[i], n.Risk.Risk, l.Cents), Value: fraction(n.Value.Supply[i], n.Value.Value, l.Cents)})
		}
	}
	return out
}

// fraction is n/scale in so many places; scale is a power of ten.
func fraction(n, scale int64, places int32) decimal.Decimal {
	for ; scale > 1; scale /= 10 {
		places++
	}
	return decimal.New(n, -places)
}

// certifyClass states a class, and adds up what it uses.
func (q *part) certifyClass(p Problem, s Solution, c class, l Labels, used []int64) certificate.Group {
	labels := make([]GroupLabel, len(c.groups))
	for k, g := range c.groups {
		labels[k] = l.group(g, p.Groups[g])
	}
	out := certificate.Group{ID: labels[0].ID, Copies: decimal.NewFromInt(c.count)}
	for k, g := range c.groups {
		if len(c.groups) > 1 {
			out.Members = append(out.Members, certificate.Member{ID: labels[k].ID, Amount: decimal.NewFromInt(p.Groups[g].copies())})
		}
	}
	for i := c.first; i < c.end; i++ {
		o := i - c.first
		option := certificate.Option{ID: labels[0].Options[o].ID, Cost: l.total(q.options[i].cost)}
		var taken int64
		for _, g := range c.groups {
			taken += s.Taken[g][o]
		}
		option.Taken = decimal.NewFromInt(taken)
		for d, demand := range q.options[i].demands {
			stated := certificate.Demand{ID: labels[0].Options[o].Demands[d].ID, Amount: l.quantity(demand.amount),
				Penalty: l.unit(demand.penalty), Must: demand.must}
			for k := range c.groups {
				stated.Members = append(stated.Members, labels[k].Options[o].Demands[d].Members...)
			}
			var short int64
			served := make([]int64, len(demand.arcs))
			for _, g := range c.groups {
				short += s.Short[g][o][d]
				for k, a := range p.option(p.Groups[g].Options[o]).demands[d].arcs {
					served[k] += s.Flow[g][o][d][a.at]
				}
			}
			stated.Short = l.quantity(short)
			for k, a := range demand.arcs {
				used[a.supply] += served[k]
				stated.Arcs = append(stated.Arcs, certificate.Arc{Supply: l.Supplies[q.supplies[a.supply]],
					Cost: l.unit(a.cost), Quantity: l.quantity(served[k])})
			}
			option.Demands = append(option.Demands, stated)
		}
		out.Options = append(out.Options, option)
	}
	return out
}
