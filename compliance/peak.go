package compliance

import (
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// peaks are the measured concurrencies of a product within the year before the
// instant of the position, the longest window over which a publisher asks for a
// peak. Where nothing was measured there is one peak that nobody knows: no
// measurement is not a measurement of zero.
func (r *reconciler) peaks(product catalog.ProductKey) metric.List {
	from := r.AsOf.AddDate(-1, 0, 0)
	var out metric.List
	for _, u := range r.Estate.usage {
		if r.Catalog.Recognise(u.Title).Product.Key == product && u.To.After(from) && u.From.Before(r.AsOf) {
			out = append(out, metric.Int(u.Peak))
		}
	}
	if len(out) == 0 {
		out = append(out, metric.Number{})
	}
	return out
}
