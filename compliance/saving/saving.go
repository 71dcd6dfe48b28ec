// Package saving says what the cheapest lawful assignment saves over the lists of
// priorities that license tools go by.
//
// The same estate, entitlements and law are reconciled twice. What a list costs more
// is money put at risk because flexible licenses were spent where rigid ones would
// have done, and value used up that could have stayed free.
//
// What is left out: other tools' counts. The comparison is of assignments only, with
// trueup's own counting under both; a tool may well count otherwise too.
package saving

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// Cost is what an assignment costs: first what is short and the money at risk for it,
// then the value of the entitlements that it uses up, at what they cost. Quantities of
// intervals are the lower bounds.
type Cost struct {
	Short     decimal.Decimal `json:"short"`
	AtRisk    decimal.Decimal `json:"at_risk"`
	ValueUsed decimal.Decimal `json:"value_used"`
}

func (c Cost) minus(d Cost) Cost {
	return Cost{c.Short.Sub(d.Short), c.AtRisk.Sub(d.AtRisk), c.ValueUsed.Sub(d.ValueUsed)}
}

// Compare orders costs as the optimum does: by money at risk, then by value used.
func (c Cost) Compare(d Cost) int {
	if n := c.AtRisk.Cmp(d.AtRisk); n != 0 {
		return n
	}
	return c.ValueUsed.Cmp(d.ValueUsed)
}

// Product is the comparison for one product.
type Product struct {
	Product  catalog.ProductKey `json:"product"`
	Metric   metric.Key         `json:"metric"`
	Unit     string             `json:"unit,omitempty"`
	Currency string             `json:"currency,omitempty"`
	Optimum  Cost               `json:"optimum"`
	List     Cost               `json:"list"`
	// Saved is what the list costs more. Its value used is negative where the optimum
	// uses up more since it covers more.
	Saved         Cost              `json:"saved"`
	OptimumStatus compliance.Status `json:"optimum_status"`
	ListStatus    compliance.Status `json:"list_status"`
}

// Comparison is what a list costs beside the optimum.
type Comparison struct {
	Method compliance.Method `json:"method"`
	// Products are those of the result, in its order.
	Products []Product `json:"products"`
}

// Over compares the optimum with a list. The error is that of
// [compliance.Reconcile], or wraps [compliance.ErrInput] where the method is no list.
func Over(ctx context.Context, in compliance.Input, method compliance.Method) (Comparison, error) {
	if method != compliance.RightsFirst && method != compliance.ConsumersInTurn {
		return Comparison{}, fmt.Errorf("saving: %w: %s is no list", compliance.ErrInput, method)
	}
	in.Method = compliance.Optimum
	best, err := compliance.Reconcile(ctx, in)
	if err != nil {
		return Comparison{}, err
	}
	in.Method = method
	list, err := compliance.Reconcile(ctx, in)
	if err != nil {
		return Comparison{}, err
	}
	paid := map[compliance.EntitlementID]decimal.Decimal{}
	for _, e := range in.Entitlements {
		paid[e.ID] = e.UnitPrice.Amount
	}
	out := Comparison{Method: method}
	for i, p := range best.Positions {
		q := list.Positions[i]
		x := Product{
			Product: p.Product, Metric: p.Metric, Unit: p.Unit, Currency: p.Exposure.Currency,
			Optimum: cost(p, paid), List: cost(q, paid), OptimumStatus: p.Status, ListStatus: q.Status,
		}
		x.Saved = x.List.minus(x.Optimum)
		out.Products = append(out.Products, x)
	}
	return out, nil
}

func cost(p compliance.Position, paid map[compliance.EntitlementID]decimal.Decimal) Cost {
	c := Cost{Short: p.Short.Low, AtRisk: p.Exposure.Amount}
	for _, s := range p.Entitlements {
		c.ValueUsed = c.ValueUsed.Add(s.Used.Add(s.Nontransferable).Mul(paid[s.Entitlement]))
	}
	return c
}
