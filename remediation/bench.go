package remediation

import (
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// bench tries changes on one product. It holds the input cut down to what the
// product's positions depend on, so that a what-if costs as much as the product
// is large and not as the estate is.
type bench struct {
	in      compliance.Input
	product catalog.ProductKey
	// family are the products that the input is of; nil where it is whole.
	family []catalog.ProductKey
	// titles are what the product's releases are called; nil until asked for.
	titles map[titled]catalog.Title
	// before are the positions without any change, by key.
	before map[string]compliance.Position
}

// newBench cuts the input down, and checks that the cut changed nothing: where a
// position comes out different from the whole reconciliation's, the bench keeps
// the whole input.
func (r Request) newBench(ctx context.Context, h holdings, product catalog.ProductKey) (*bench, error) {
	in, res := r.Input, r.Result
	b := &bench{product: product, family: r.family(product)}
	var err error
	if b.in, err = h.narrow(in, b.family); err != nil {
		return nil, err
	}
	if b.before, err = b.try(ctx, nil); err != nil {
		return nil, err
	}
	for _, p := range res.Positions {
		if p.Product != product {
			continue
		}
		if q, ok := b.before[p.Key()]; !ok || !q.Short.Low.Equal(p.Short.Low) || !q.Required.Low.Equal(p.Required.Low) || !q.Covered.Equal(p.Covered) {
			b.in, b.family = in, nil
			b.before, err = b.try(ctx, nil)
			return b, err
		}
	}
	return b, nil
}

// recogniser says whether a title is of the product; it asks the catalog once
// for each distinct title.
func recogniser(in compliance.Input, product catalog.ProductKey) func(catalog.Title) bool {
	known := map[catalog.Title]bool{}
	return func(t catalog.Title) bool {
		is, seen := known[t]
		if !seen {
			rec := in.Catalog.Recognise(t)
			is = rec.Product.Key == product && (rec.Status == catalog.Recognised || rec.Status == catalog.Derived)
			known[t] = is
		}
		return is
	}
}

// try reconciles the product as if the actions had been carried out.
func (b *bench) try(ctx context.Context, actions []Action) (map[string]compliance.Position, error) {
	if b.family != nil {
		actions = slices.DeleteFunc(slices.Clone(actions), func(a Action) bool { return a.Product != "" && !slices.Contains(b.family, a.Product) })
	}
	in, err := Apply(b.in, actions)
	if err != nil {
		return nil, err
	}
	res, err := compliance.Reconcile(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("remediation: what-if: %w", err)
	}
	out := map[string]compliance.Position{}
	for _, p := range res.Positions {
		if p.Product == b.product {
			out[p.Key()] = p
		}
	}
	return out, nil
}

// short is what a position lacks after the actions. A position that is gone,
// since nothing consumes the product any more, lacks nothing.
func (b *bench) short(ctx context.Context, key string, actions []Action) (decimal.Decimal, error) {
	after, err := b.try(ctx, actions)
	if err != nil {
		return decimal.Decimal{}, err
	}
	return after[key].Short.Low, nil
}
