package compliance

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/metric"
)

// total is what a metric asks of all consumers together, rounded as it rounds.
type total struct {
	interval    Interval
	explanation string
	missing     []string
}

// measure counts what every consumer needs; outcomes and consumers that it gives
// back correspond.
//
// Where a metric counts everything together, or rounds over all consumers to
// less than their sum, the whole is the one consumer. Where it rounds to more, as
// with packs, one more consumer carries the difference.
func (r *reconciler) measure(ctx context.Context, m managedProduct, consumers []consumer) ([]Outcome, []consumer, total, error) {
	if len(consumers) == 0 {
		return nil, nil, total{interval: exactly(decimal.Zero)}, nil
	}
	got, err := m.metric.Measure(ctx, r.facts(m, consumers))
	if err != nil {
		return nil, nil, total{}, err
	}
	all := total{interval(got.Total), got.Total.Explanation, slices.Clone(got.Total.Missing)}
	if len(got.Items) == 0 {
		consumers = []consumer{merge(consumers)}
		return []Outcome{r.outcomeOf(consumers[0], got.Total)}, consumers, all, nil
	}
	counts := countsOf(got)
	consumers = slices.DeleteFunc(consumers, func(c consumer) bool { return c.reached && nothing(counts[c.id]) })
	outcomes := make([]Outcome, len(consumers))
	var sum decimal.Decimal
	for i, c := range consumers {
		count, measured := counts[c.id]
		if !measured {
			count = &metric.Count{Missing: []string{m.metric.Scope().String() + " of " + c.id}}
		}
		outcomes[i] = r.outcomeOf(c, *count)
		sum = sum.Add(outcomes[i].Required.Low)
	}
	if rest := all.interval.Low.Sub(sum); rest.IsPositive() {
		c := consumer{id: rounding, device: -1}
		o := r.outcomeOf(c, got.Total)
		o.Required = exactly(rest)
		return append(outcomes, o), append(consumers, c), all, nil
	} else if rest.IsNegative() {
		consumers = []consumer{merge(consumers)}
		return []Outcome{r.outcomeOf(consumers[0], got.Total)}, consumers, all, nil
	}
	return outcomes, consumers, all, nil
}

// nothing says that a metric leaves a consumer out.
func nothing(c *metric.Count) bool { return c != nil && c.Known && c.Quantity.IsZero() }

// countsOf are the counts of a measurement by consumer.
func countsOf(got metric.Measurement) map[string]*metric.Count {
	counts := make(map[string]*metric.Count, len(got.Items))
	for _, it := range got.Items {
		counts[it.ID] = it.Count
	}
	return counts
}

// merge makes one consumer of many: the whole, with every use.
func merge(consumers []consumer) consumer {
	all := consumer{id: whole, device: -1}
	if len(consumers) == 1 {
		return consumers[0]
	}
	for _, c := range consumers {
		all.uses = append(all.uses, c.uses...)
		all.environments = union(all.environments, c.environments)
		if c.lastUsed.After(all.lastUsed) {
			all.lastUsed = c.lastUsed
		}
	}
	return all
}

// rounding is the consumer that carries what rounding adds to the whole.
const rounding = "rounding"

func exactly(d decimal.Decimal) Interval { return Interval{d, decimal.NewNullDecimal(d)} }

// interval is what a count says, as bounds. Of what is not known at all the lower
// bound is zero: nothing is claimed, and nothing is ruled out.
func interval(c metric.Count) Interval {
	if c.Known {
		return exactly(c.Quantity)
	}
	i := Interval{High: c.High}
	if c.Low.Valid {
		i.Low = c.Low.Decimal
	}
	return i
}

func (r *reconciler) outcomeOf(c consumer, count metric.Count) Outcome {
	o := Outcome{
		Consumer: c.id, User: c.user, Entity: c.entity, Country: c.country, LastUsed: c.lastUsed,
		Editions: c.editions(), Versions: c.versions(), Environments: c.environments,
		Alike: c.alike, Required: interval(count), Explanation: count.Explanation,
		Missing: slices.Clone(count.Missing), NotAllowed: count.Refused,
	}
	if c.device >= 0 && c.alike == 0 {
		o.Device = r.Estate.devices[c.device].ID
	}
	if c.layer != nil {
		o.Consumer, o.Layer = c.layer.id, c.layer.Name
	}
	return o
}
