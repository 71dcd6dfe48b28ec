package compliance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// Recogniser turns raw titles into products. [catalog.Catalog] is the one that
// trueup brings; a product with a catalog of its own gives its own.
type Recogniser interface {
	// Recognise must be a pure function of the title.
	Recognise(catalog.Title) catalog.Recognition
}

// Input is all that a position depends on.
type Input struct {
	Estate       *Estate
	Catalog      Recogniser
	Metrics      *metric.Library
	Entitlements []Entitlement
	Contracts    []Contract
	// Licensing says how each product under management is licensed. For a product
	// with entitlements only, it is taken from them: their metric and their
	// highest unit price.
	Licensing []Licensing
	// AsOf is the instant for which terms are judged; zero means the estate's.
	AsOf time.Time
	// KnownAt is the instant whose knowledge the rest of the input is (package
	// ledger). Nothing is judged by it: the result states it.
	KnownAt time.Time
	// Method is how entitlements are assigned; zero is the optimum.
	Method Method
	// StaleAfter is the age from which a source is stale; zero means 30 days.
	StaleAfter time.Duration
	// Certificates asks for the certificate of each position under the optimum.
	Certificates bool
}

const defaultStaleAfter = 30 * 24 * time.Hour

// ErrInput is wrapped by the errors of [Reconcile] about inputs that do not fit
// together, such as an entitlement under a metric that the library lacks.
var ErrInput = errors.New("compliance: inputs do not fit together")

// Reconcile computes the positions of all products under management.
//
// Consumers get the entitlements that the law of the contract allows them, so
// that the money at risk is least, and among such assignments so that the value
// of the entitlements used is least. What is not known stays unknown: a position
// whose facts are missing carries an interval, not a number.
//
// The error wraps [ErrInput], all mistakes joined, or is the context's. A bad
// input gives no result.
func Reconcile(ctx context.Context, in Input) (*Result, error) {
	if in.AsOf.IsZero() && in.Estate != nil {
		in.AsOf = in.Estate.At()
	}
	in.StaleAfter = cmp.Or(in.StaleAfter, defaultStaleAfter)
	if err := in.check(); err != nil {
		return nil, err
	}
	r := &reconciler{Input: in, sources: sourceStates(in.Estate, in.StaleAfter), heard: voices(in.Estate)}
	managed := r.managed()
	r.recognise(managed)
	res := &Result{
		AsOf:         in.AsOf.UTC(),
		KnownAt:      in.KnownAt.UTC(),
		Method:       in.Method,
		Documents:    in.documents(),
		Sources:      r.sources,
		Estate:       in.Estate.Digest(),
		Unrecognised: r.unrecognised(),
		Installs:     r.tally.installs,
		Recognised:   r.tally.recognised,
		Ignored:      r.tally.ignored,
	}
	res.Unmanaged = r.unmanaged(managed)
	for _, products := range r.tables(managed) {
		ps, err := r.positions(ctx, products)
		if err != nil {
			return nil, fmt.Errorf("compliance: %s: %w", products[0].product, err)
		}
		res.Positions = append(res.Positions, ps...)
	}
	slices.SortFunc(res.Positions, func(a, b Position) int { return cmp.Compare(a.Product, b.Product) })
	return res, nil
}

// check finds every mistake of the input.
func (in Input) check() error {
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: "+format, append([]any{ErrInput}, args...)...))
	}
	if in.Estate == nil || in.Catalog == nil || in.Metrics == nil {
		fail("estate, catalog and metrics are needed")
		return errors.Join(errs...)
	}
	if int(in.Method) >= len(methods) {
		fail("method %d of assignment is none", in.Method)
	}
	seen := map[EntitlementID]bool{}
	for _, e := range in.Entitlements {
		switch {
		case e.ID == "" || e.Product == "":
			fail("entitlement %q lacks its identifier or product", e.ID)
		case seen[e.ID]:
			fail("entitlement %s is given twice", e.ID)
		case e.Quantity.IsNegative():
			fail("entitlement %s has the negative quantity %s", e.ID, e.Quantity)
		case !e.End.IsZero() && !e.End.After(e.Start):
			fail("entitlement %s ends before it starts", e.ID)
		}
		seen[e.ID] = true
		checkRights(e, fail)
		if _, ok := in.Metrics.Metric(e.Metric); !ok {
			fail("entitlement %s is counted by metric %q, which no document defines", e.ID, e.Metric)
		}
	}
	in.checkCurrencies(fail)
	in.checkTerms(fail)
	first := map[catalog.ProductKey]Licensing{}
	for _, l := range in.Licensing {
		if _, ok := in.Metrics.Metric(l.Metric); !ok {
			fail("%s is licensed by metric %q, which no document defines", l.Product, l.Metric)
		}
		other, more := first[l.Product]
		switch {
		case !more:
			first[l.Product] = l
		case other.Metric != l.Metric:
			fail("%s is licensed by both %s and %s; one position has one metric", l.Product, other.Metric, l.Metric)
		case !maps.Equal(other.Choices, l.Choices) || !maps.EqualFunc(other.Parameters, l.Parameters, decimal.Decimal.Equal):
			fail("the licensing lines of %s count by different parameters or choices", l.Product)
		}
	}
	return errors.Join(errs...)
}

// checkCurrencies refuses prices of one product in several currencies: they
// cannot be added, and trueup knows no rate of exchange.
func (in Input) checkCurrencies(fail func(format string, args ...any)) {
	currency := map[catalog.ProductKey]string{}
	note := func(p catalog.ProductKey, m Money) {
		if m.Amount.IsZero() {
			return
		}
		if m.Amount.IsNegative() {
			fail("%s has the negative price %s", p, m)
		}
		if other, known := currency[p]; known && other != m.Currency {
			fail("prices of %s are in both %q and %q; give them in one currency", p, other, m.Currency)
		}
		currency[p] = m.Currency
	}
	for _, l := range in.Licensing {
		note(l.Product, l.Price)
	}
	for _, e := range in.Entitlements {
		note(e.Product, e.UnitPrice)
	}
}

// reconciler is one run: the input and what recognition made of it.
type reconciler struct {
	Input
	sources []SourceState
	heard   map[SourceID]bool
	// titles holds the recognition of each distinct title of the estate's
	// installs, installs their number.
	titles   []catalog.Recognition
	installs []int
	// names and places are the titles themselves, and theirs in sorted order.
	names  []catalog.Title
	places []uint32
	tally  struct{ installs, recognised, ignored int }
	// uses lists for each product under management its uses; others counts those
	// of the rest that are no installs.
	uses   map[catalog.ProductKey][]use
	under  map[catalog.ProductKey]bool
	others map[catalog.ProductKey]int
	// behind are the products that are reached through one.
	behind map[catalog.ProductKey][]catalog.ProductKey
	// byCluster is filled when first asked for.
	byCluster map[string][]int
}

// managedProduct is a product under management: how it is licensed and what was
// bought of it.
type managedProduct struct {
	product      catalog.ProductKey
	metric       *metric.Metric
	licensing    []Licensing
	terms        terms
	entitlements []Entitlement
}

// managed lists the products under management, sorted by key.
func (r *reconciler) managed() []managedProduct {
	byKey := map[catalog.ProductKey]*managedProduct{}
	at := func(k catalog.ProductKey) *managedProduct {
		if byKey[k] == nil {
			byKey[k] = &managedProduct{product: k}
		}
		return byKey[k]
	}
	for _, l := range r.Licensing {
		m := at(l.Product)
		m.licensing = append(m.licensing, l)
		m.metric, _ = r.Metrics.Metric(l.Metric)
	}
	for _, e := range r.Entitlements {
		m := at(e.Product)
		m.entitlements = append(m.entitlements, e)
	}
	out := make([]managedProduct, 0, len(byKey))
	for _, m := range byKey {
		slices.SortFunc(m.entitlements, func(a, b Entitlement) int { return cmp.Compare(a.ID, b.ID) })
		slices.SortFunc(m.licensing, func(a, b Licensing) int { return cmp.Compare(a.Edition, b.Edition) })
		if m.metric == nil {
			m.derive(r.Metrics)
		}
		m.terms = termsOf(m.licensing)
		out = append(out, *m)
	}
	slices.SortFunc(out, func(a, b managedProduct) int { return cmp.Compare(a.product, b.product) })
	return out
}

// derive takes metric and price from the entitlements of a product that no
// licensing line names: the metric of the first by identifier, and for each
// edition the highest price paid under it.
func (m *managedProduct) derive(lib *metric.Library) {
	key := m.entitlements[0].Metric
	m.metric, _ = lib.Metric(key)
	for _, e := range m.entitlements {
		if e.Metric != key {
			continue
		}
		i := slices.IndexFunc(m.licensing, func(l Licensing) bool { return l.Edition == e.Edition })
		switch {
		case i < 0:
			m.licensing = append(m.licensing, Licensing{Product: m.product, Edition: e.Edition, Metric: key, Price: e.UnitPrice})
		case e.UnitPrice.Amount.GreaterThan(m.licensing[i].Price.Amount):
			m.licensing[i].Price = e.UnitPrice
		}
	}
}

// currency is that of the product's prices, empty where it has none.
func (m managedProduct) currency() string {
	for _, l := range m.licensing {
		if l.Price.Currency != "" {
			return l.Price.Currency
		}
	}
	return ""
}

// price is what a unit of the product costs for one of the editions in use: the
// highest of their lines, so that exposure is not understated.
func (m managedProduct) price(editions []string) Money {
	var best, anyEdition Money
	for _, l := range m.licensing {
		switch {
		case l.Edition == "":
			anyEdition = l.Price
		case slices.Contains(editions, l.Edition) || len(editions) == 0 || slices.Contains(editions, ""):
			if l.Price.Amount.GreaterThan(best.Amount) {
				best = l.Price
			}
		}
	}
	if best.Amount.IsZero() {
		return anyEdition
	}
	return best
}
