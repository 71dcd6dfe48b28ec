package compliance

import (
	"maps"
	"reflect"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// terms are what the licensing lines of a product say of all of it.
type terms struct {
	layers       []Layer
	whole        Wholeness
	reassignDays int
	suite        *Suite
	through      []catalog.ProductKey
}

// termsOf gathers the terms of a product's lines: each is stated by one line or by
// several alike.
func termsOf(lines []Licensing) terms {
	var t terms
	for _, l := range lines {
		if len(l.Layers) > 0 {
			t.layers = l.Layers
		}
		if l.Whole != Divisible {
			t.whole = l.Whole
		}
		if l.ReassignDays != 0 {
			t.reassignDays = l.ReassignDays
		}
		if l.Suite != nil {
			t.suite = l.Suite
		}
		if len(l.Through) > 0 {
			t.through = l.Through
		}
	}
	return t
}

// closed says whether the machines of a host may only be licensed by a layer.
func (t terms) closed(own metric.Key) bool {
	return t.counts(own)
}

// counts says whether a layer counts by a metric. Its unit is that of the product's
// own, so that licenses under either serve both.
func (t terms) counts(key metric.Key) bool {
	return slices.ContainsFunc(t.layers, func(l Layer) bool { return l.Metric == key })
}

// checkTerms finds mistakes of the terms of a licensing line, and lines of one
// product that state different ones.
func (in Input) checkTerms(fail func(format string, args ...any)) {
	byProduct := map[catalog.ProductKey][]Licensing{}
	for _, l := range in.Licensing {
		byProduct[l.Product] = append(byProduct[l.Product], l)
		in.checkLayers(l, fail)
		if _, ok := ParseWholeness(string(l.Whole)); !ok {
			fail("%s is licensed whole by %q; it is consumer, product or empty", l.Product, l.Whole)
		}
		if l.ReassignDays < 0 {
			fail("%s may be reassigned after %d days; the number is not negative", l.Product, l.ReassignDays)
		}
		if l.Suite != nil {
			l.Suite.check(l.Product, fail)
		}
		if l.Whole == WholeProduct && (len(l.Layers) > 0 || l.Suite != nil || l.ReassignDays > 0) {
			fail("%s is licensed whole as a product, which cannot go with layers, a suite or days of reassignment", l.Product)
		}
	}
	checkNesting(byProduct, fail)
	for _, l := range in.Licensing {
		all := termsOf(byProduct[l.Product])
		one := termsOf([]Licensing{l})
		if len(one.layers) > 0 && !reflect.DeepEqual(one.layers, all.layers) || one.whole != Divisible && one.whole != all.whole ||
			one.reassignDays != 0 && one.reassignDays != all.reassignDays || one.suite != nil && !reflect.DeepEqual(one.suite, all.suite) ||
			len(one.through) > 0 && !reflect.DeepEqual(one.through, all.through) {
			fail("the licensing lines of %s state different layers, suites or other terms", l.Product)
		}
	}
}

func (in Input) checkLayers(l Licensing, fail func(format string, args ...any)) {
	own, known := in.Metrics.Metric(l.Metric)
	seen := map[string]bool{}
	for _, y := range l.Layers {
		m, ok := in.Metrics.Metric(y.Metric)
		switch {
		case y.Name == "" || seen[y.Name]:
			fail("a layer of %s lacks its name, or %q is given twice", l.Product, y.Name)
		case !ok:
			fail("layer %s of %s is counted by metric %q, which no document defines", y.Name, l.Product, y.Metric)
		case m.Scope() != metric.PhysicalHost:
			fail("layer %s of %s is counted by %s, of the scope %s; a layer counts hosts", y.Name, l.Product, y.Metric, m.Scope())
		case known && m.Unit() != own.Unit():
			fail("layer %s of %s is counted in %s, the product in %s", y.Name, l.Product, m.Unit(), own.Unit())
		case y.Machines < 0 || y.Price.Amount.IsNegative():
			fail("layer %s of %s has a negative number of machines or price", y.Name, l.Product)
		}
		seen[y.Name] = true
	}
}

func (s Suite) check(product catalog.ProductKey, fail func(format string, args ...any)) {
	seen := map[catalog.ProductKey]bool{}
	for _, m := range s.Members {
		if m == product || seen[m] {
			fail("suite %s holds %s twice, or itself", product, m)
		}
		seen[m] = true
	}
	for _, m := range s.Mandatory {
		if !seen[m] {
			fail("%s is mandatory in suite %s and not a member of it", m, product)
		}
	}
	if len(s.Members) == 0 || s.Share.IsNegative() || s.Share.GreaterThan(decimal.NewFromInt(1)) || s.Count < 0 {
		fail("suite %s lacks members, or its share is not from 0 to 1, or its count is negative", product)
	}
}

// checkNesting refuses suites that hold themselves through others.
func checkNesting(lines map[catalog.ProductKey][]Licensing, fail func(format string, args ...any)) {
	const entered, left = 1, 2
	state := map[catalog.ProductKey]int{}
	var visit func(p catalog.ProductKey)
	visit = func(p catalog.ProductKey) {
		switch s := termsOf(lines[p]).suite; {
		case state[p] == entered:
			fail("suite %s holds itself through its members", p)
		case state[p] == left || s == nil:
		default:
			state[p] = entered
			for _, m := range s.Members {
				visit(m)
			}
			state[p] = left
		}
	}
	for _, p := range slices.Sorted(maps.Keys(lines)) {
		visit(p)
	}
}
