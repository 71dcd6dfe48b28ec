package compliance

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// desk is one product on its way to its position: its consumers, measured, and the
// bench at which they meet its entitlements.
type desk struct {
	managedProduct
	position  Position
	consumers []consumer
	outcomes  []Outcome
	bench     bench
	// needs are what the outcomes require, each by itself.
	needs []Interval
	// open is set where facts may be missing altogether.
	open bool
	// additive says that what is needed is the sum over the consumers, so that some
	// of them may be licensed in another way than the rest.
	additive bool
	// offered is where the consumers begin that only need something if they are
	// chosen: hosts under a layer, devices under a suite.
	offered int
}

// desk measures a product.
func (r *reconciler) desk(ctx context.Context, m managedProduct) (*desk, error) {
	outcomes, consumers, total, err := r.measure(ctx, m, r.consumers(m))
	if err != nil {
		return nil, err
	}
	d := &desk{managedProduct: m, consumers: consumers, outcomes: outcomes, offered: len(outcomes)}
	d.position = Position{
		Publisher:   publisher(string(m.product)),
		Product:     m.product,
		Metric:      m.metric.Key(),
		Unit:        m.metric.Unit(),
		Required:    total.interval,
		Explanation: total.explanation,
		Missing:     total.missing,
		Exposure:    Money{Currency: m.currency()},
	}
	d.open = r.trust(&d.position, consumers)
	d.additive = additive(outcomes, total)
	return d, nil
}

// additive says whether every outcome is that of a consumer of its own and they
// add up to the whole.
func additive(outcomes []Outcome, t total) bool {
	var low decimal.Decimal
	for _, o := range outcomes {
		if o.Consumer == whole || o.Consumer == rounding {
			return false
		}
		low = low.Add(o.Required.Low)
	}
	return low.Equal(t.interval.Low)
}

// table is what must be settled together: one product, or those that a suite
// joins.
type table struct {
	*reconciler
	desks []*desk
	// items are the consumers of all desks, those of one desk together.
	items []item
	first []int // of each desk, in items
	// carriers are the ways beside that of counting each consumer by itself.
	carriers []carrier
	// within are the items that a suite carries, by the item that stands for it.
	within map[int][]int
	// cut is set where there were too many ways to weigh them all.
	cut bool
}

// item is one consumer of a table.
type item struct{ desk, at int }

func (t *table) outcome(i int) *Outcome { return &t.desks[t.items[i].desk].outcomes[t.items[i].at] }
func (t *table) consumer(i int) consumer {
	return t.desks[t.items[i].desk].consumers[t.items[i].at]
}

// tables parts the products: those that a suite joins stand together.
func (r *reconciler) tables(managed []managedProduct) [][]managedProduct {
	at := map[catalog.ProductKey]int{}
	parent := make([]int, len(managed))
	for i, m := range managed {
		at[m.product], parent[i] = i, i
	}
	for i, m := range managed {
		if m.terms.suite == nil {
			continue
		}
		for _, member := range m.terms.suite.Members {
			if j, under := at[member]; under {
				join(parent, i, j)
			}
		}
	}
	var out [][]managedProduct
	place := map[int]int{}
	for i, m := range managed {
		root := find(parent, i)
		n, known := place[root]
		if !known {
			n = len(out)
			place[root] = n
			out = append(out, nil)
		}
		out[n] = append(out[n], m)
	}
	return out
}

// find and join keep sets of numbers, each named by its least.
func find(parent []int, i int) int {
	for parent[i] != i {
		parent[i] = parent[parent[i]]
		i = parent[i]
	}
	return i
}

func join(parent []int, i, j int) {
	a, b := find(parent, i), find(parent, j)
	parent[max(a, b)] = min(a, b)
}

// positions computes the positions of one table.
func (r *reconciler) positions(ctx context.Context, products []managedProduct) ([]Position, error) {
	t := &table{reconciler: r, within: map[int][]int{}}
	for _, m := range products {
		d, err := r.desk(ctx, m)
		if err != nil {
			return nil, err
		}
		t.desks = append(t.desks, d)
	}
	if err := t.offer(ctx); err != nil {
		return nil, err
	}
	for _, d := range t.desks {
		d.bench = r.bench(d.managedProduct, d.consumers, d.outcomes)
		for _, o := range d.outcomes {
			d.needs = append(d.needs, o.Required)
		}
		t.doubtStays(d)
	}
	best, err := t.decide(ctx, scenario{amount: lowest, allowed: anyRight})
	if err != nil {
		return nil, err
	}
	worst, err := t.decide(ctx, scenario{worst: true, amount: highest, allowed: sureRight})
	if err != nil {
		return nil, err
	}
	t.tell(best)
	out := make([]Position, len(t.desks))
	for i, d := range t.desks {
		if err := d.settle(ctx, best.of(i), worst.of(i)); err != nil {
			return nil, err
		}
		d.position.settle()
		r.override(&d.position, d.managedProduct)
		d.position.Certificate = best.certificate
		out[i] = d.position
	}
	return out, nil
}

// scenario is a reading of what is not known: the best or the worst that can be.
type scenario struct {
	worst   bool
	amount  func(Interval) decimal.NullDecimal
	allowed func(ruling) bool
}

func lowest(i Interval) decimal.NullDecimal  { return decimal.NewNullDecimal(i.Low) }
func highest(i Interval) decimal.NullDecimal { return i.High }
func anyRight(ruling) bool                   { return true }
func sureRight(ru ruling) bool               { return ru.sure }

// settle makes the assignments of the best and the worst that can be, and drops
// what was offered and not taken.
func (d *desk) settle(ctx context.Context, best, worst plan) error {
	if err := d.bench.cover(ctx, d, best); err != nil {
		return err
	}
	if err := d.bench.worst(ctx, d, worst); err != nil {
		return err
	}
	if best != nil {
		kept := d.outcomes[:0:0]
		for i, o := range d.outcomes {
			if i < d.offered || best[i].taken {
				kept = append(kept, o)
			}
		}
		slices.SortStableFunc(kept, compareOutcomes)
		d.outcomes = kept
	}
	d.position.Consumers = d.outcomes
	return nil
}
