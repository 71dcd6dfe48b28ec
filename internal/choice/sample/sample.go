// Package sample draws problems of package choice for tests, one structure at a
// time: those that licenses give rise to.
package sample

import (
	"math/rand/v2"

	"github.com/trueup-dev/trueup/internal/choice"
	"github.com/trueup-dev/trueup/internal/flow"
)

// Structure is a kind of problem.
type Structure struct {
	Name string
	Draw func(r *rand.Rand) choice.Problem
}

// Structures lists them all.
func Structures() []Structure {
	return []Structure{
		{"transport", Transport},
		{"layers", Layers},
		{"suites", Suites},
		{"restrictions", Restrictions},
		{"all-or-nothing", AllOrNothing},
		{"packs", Packs},
	}
}

func supplies(r *rand.Rand, n int, most int64) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = r.Int64N(most + 1)
	}
	return out
}

// demand may be served by each supply with a chance of two in three. A unit of a
// supply has one value, as an entitlement has.
func demand(r *rand.Rand, from []int, amount int64) choice.Demand {
	d := choice.Demand{Amount: amount, Penalty: flow.Cost{Risk: 1 + r.Int64N(12), Value: r.Int64N(2)}}
	for _, s := range from {
		if r.IntN(3) > 0 {
			d.Arcs = append(d.Arcs, choice.Arc{Supply: s, Cost: flow.Cost{Value: int64(s%4) * 3}})
		}
	}
	return d
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// Transport has groups of one option: nothing is to choose but who covers whom.
func Transport(r *rand.Rand) choice.Problem {
	p := choice.Problem{Supply: supplies(r, 1+r.IntN(4), 8)}
	for range 1 + r.IntN(6) {
		o := choice.Option{}
		for range 1 + r.IntN(2) {
			o.Demands = append(o.Demands, demand(r, upTo(len(p.Supply)), r.Int64N(6)))
		}
		p.Groups = append(p.Groups, choice.Group{Count: r.Int64N(3), Options: []choice.Option{o}})
	}
	return p
}

// Layers has hosts that may be licensed by their cores under Datacenter, by their
// cores under Standard for every two machines, or machine by machine. Supply 0 is
// Datacenter, 1 Standard, 2 Standard that may move.
func Layers(r *rand.Rand) choice.Problem {
	p := choice.Problem{Supply: []int64{r.Int64N(60), r.Int64N(80), r.Int64N(30)}}
	for range 1 + r.IntN(4) {
		cores, machines := 8*(1+r.Int64N(4)), 1+r.Int64N(8)
		arcs := func(of ...int) []choice.Arc {
			var out []choice.Arc
			for _, s := range of {
				out = append(out, choice.Arc{Supply: s, Cost: flow.Cost{Value: []int64{60, 10, 12}[s]}})
			}
			return out
		}
		each := choice.Option{}
		for range machines {
			each.Demands = append(each.Demands, choice.Demand{Amount: 8, Penalty: flow.Cost{Risk: 12}, Arcs: arcs(2)})
		}
		p.Groups = append(p.Groups, choice.Group{Count: r.Int64N(3), Options: []choice.Option{
			{Demands: []choice.Demand{{Amount: cores, Penalty: flow.Cost{Risk: 60}, Arcs: arcs(0)}}},
			{Demands: []choice.Demand{{Amount: cores * ((machines + 1) / 2), Penalty: flow.Cost{Risk: 10}, Arcs: arcs(0, 1, 2)}}},
			each,
		}})
	}
	return p
}

// Suites has devices that a suite covers as a whole, or its members one by one.
// Supply 0 is the suite.
func Suites(r *rand.Rand) choice.Problem {
	members := 2 + r.IntN(3)
	p := choice.Problem{Supply: supplies(r, members+1, 6)}
	for range 1 + r.IntN(6) {
		suite := choice.Demand{Amount: 1, Penalty: flow.Cost{Risk: 15 + r.Int64N(10)}, Arcs: []choice.Arc{{Supply: 0, Cost: flow.Cost{Value: 20}}}}
		apart := choice.Option{}
		for m := range members {
			if r.IntN(3) > 0 {
				apart.Demands = append(apart.Demands, choice.Demand{Amount: 1, Penalty: flow.Cost{Risk: 5 + int64(m)},
					Arcs: []choice.Arc{{Supply: m + 1, Cost: flow.Cost{Value: 5 + int64(m)}}}})
			}
		}
		if r.IntN(4) == 0 {
			suite.Must = true
		}
		p.Groups = append(p.Groups, choice.Group{Count: 1 + r.Int64N(3), Options: []choice.Option{apart, {Demands: []choice.Demand{suite}}}})
	}
	return p
}

// Restrictions has supplies for one place each and some for all, and groups that
// may count as of one of two places.
func Restrictions(r *rand.Rand) choice.Problem {
	places := 2 + r.IntN(2)
	p := choice.Problem{Supply: supplies(r, places+1, 10)}
	for range 1 + r.IntN(6) {
		amount := 1 + r.Int64N(5)
		g := choice.Group{Count: r.Int64N(3)}
		for range 1 + r.IntN(2) {
			place := r.IntN(places)
			d := demand(r, []int{place, places}, amount)
			g.Options = append(g.Options, choice.Option{Cost: flow.Cost{Value: r.Int64N(3)}, Demands: []choice.Demand{d}})
		}
		p.Groups = append(p.Groups, g)
	}
	return p
}

// AllOrNothing has groups that are covered in full or not at all.
func AllOrNothing(r *rand.Rand) choice.Problem {
	p := choice.Problem{Supply: supplies(r, 1+r.IntN(3), 20)}
	for range 1 + r.IntN(7) {
		d := demand(r, upTo(len(p.Supply)), 1+r.Int64N(12))
		d.Must = true
		nothing := choice.Option{Cost: flow.Cost{Risk: d.Amount * (1 + r.Int64N(12))}}
		p.Groups = append(p.Groups, choice.Group{Count: r.Int64N(3), Options: []choice.Option{{Demands: []choice.Demand{d}}, nothing}})
	}
	return p
}

// Packs has devices that each take whole packs, of one of several sizes, whose
// remainder cannot move. Supplies count packs of a size.
func Packs(r *rand.Rand) choice.Problem {
	sizes := []int64{2, 5, 8, 16}[:2+r.IntN(3)]
	p := choice.Problem{Supply: supplies(r, len(sizes), 6)}
	for range 1 + r.IntN(5) {
		need := 1 + r.Int64N(12)
		g := choice.Group{Count: r.Int64N(3), Options: []choice.Option{{Cost: flow.Cost{Risk: 4 * need}}}}
		for s, size := range sizes {
			g.Options = append(g.Options, choice.Option{Demands: []choice.Demand{{
				Amount: (need + size - 1) / size, Penalty: flow.Cost{Risk: 5 * size}, Must: r.IntN(2) == 0,
				Arcs: []choice.Arc{{Supply: s, Cost: flow.Cost{Value: 3 * size}}},
			}}})
		}
		p.Groups = append(p.Groups, g)
	}
	return p
}
