package delta

import (
	"maps"
	"slices"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

func amounts(p compliance.Position) Amounts {
	return Amounts{p.Owned, p.Required.Low, p.Covered, p.Short.Low, p.Surplus, p.Exposure.Amount}
}

// changes reads the causes off the results along the path.
func changes(results []map[catalog.ProductKey]compliance.Position) []Change {
	products := map[catalog.ProductKey]bool{}
	for _, r := range results {
		for k := range r {
			products[k] = true
		}
	}
	first, last := results[0], results[len(results)-1]
	var out []Change
	for _, k := range slices.Sorted(maps.Keys(products)) {
		before, after := first[k], last[k]
		shown := after
		if shown.Product == "" {
			shown = before
		}
		c := Change{
			Product: k, Metric: shown.Metric, Unit: shown.Unit, Currency: shown.Exposure.Currency,
			Before: amounts(before), After: amounts(after), BeforeStatus: before.Status, AfterStatus: after.Status,
			MetricChanged: before.Product != "" && after.Product != "" && before.Metric != after.Metric,
		}
		for i, cause := range Causes() {
			was, is := results[i][k], results[i+1][k]
			part := Part{Cause: cause, Change: amounts(is).minus(amounts(was))}
			if was.Status != is.Status {
				part.From, part.To = was.Status, is.Status
			}
			if !part.Change.IsZero() || was.Status != is.Status {
				c.Parts = append(c.Parts, part)
			}
		}
		if len(c.Parts) > 0 || c.BeforeStatus != c.AfterStatus {
			out = append(out, c)
		}
	}
	return out
}
