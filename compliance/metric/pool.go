package metric

import (
	"strings"

	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
)

// pool is the classes that are added before they are rounded.
type pool struct {
	key   string
	parts []part
}

// pools adds the classes, pool by pool, and rounds each pool.
func (b *binding) pools(classes []*class) (reckon.Value, []string, error) {
	m := b.metric
	if classes == nil {
		if _, _, given := b.list(m.items); !given && b.fallback(m.items) == nil {
			return reckon.Unknown(m.each.Type, m.items.name, reckon.Number{Low: reckon.Whole(0).Low}), nil, nil
		}
	}
	if m.poolBy == nil {
		sum, steps := add(b.parts(classes))
		return sum, steps, nil
	}
	pools, missing := b.group(classes)
	var parts []part
	var steps []string
	for _, p := range pools {
		sum, s := add(p.parts)
		steps = append(steps, s...)
		v, err := b.poolNumber(sum)
		if err != nil {
			return v, nil, err
		}
		parts = append(parts, part{who: p.key, value: v})
	}
	sum, s := add(parts)
	if len(missing) > 0 {
		sum = b.unpooled(sum, classes, missing)
	}
	return sum, append(steps, s...), nil
}

func (b *binding) parts(classes []*class) []part {
	out := make([]part, 0, len(classes))
	for _, c := range classes {
		if r, ok := c.value.Number.Exact(); ok && r.Sign() == 0 {
			continue
		}
		out = append(out, part{who: c.who(b.metric.item), value: c.scaled(c.times, plural(b.metric.item, c.times))})
	}
	return out
}

// group sorts classes into pools by the key of the pool, in order of appearance.
func (b *binding) group(classes []*class) (pools []*pool, missing []string) {
	byKey := map[string][]*class{}
	var keys []string
	for _, c := range classes {
		key := c.pool.Text
		if !c.pool.Known() {
			key = "not known"
			missing = append(missing, c.pool.Missing...)
		}
		if byKey[key] == nil {
			keys = append(keys, key)
		}
		byKey[key] = append(byKey[key], c)
	}
	for _, key := range keys {
		pools = append(pools, &pool{key: strings.TrimSpace(b.metric.item + "s of " + key), parts: b.parts(byKey[key])})
	}
	return pools, missing
}

// poolNumber is what a pool comes to: its own expression over the sum, rounded.
func (b *binding) poolNumber(sum reckon.Value) (reckon.Value, error) {
	v := sum
	if b.metric.poolCount != nil {
		b.sum = &sum
		var err error
		if v, err = b.run(b.metric.poolCount); err != nil {
			return v, err
		}
		b.sum = nil
	}
	return b.metric.source.Count.Pool.Round.apply(v), nil
}

// unpooled widens a sum of which nobody knows what was pooled with what. The
// most is every pool by itself; the least is all in one, which rounds up least.
func (b *binding) unpooled(sum reckon.Value, classes []*class, missing []string) reckon.Value {
	one, _ := add(b.parts(classes))
	sum.Number.Low = one.Number.Low
	if b.metric.poolCount != nil {
		sum.Number.Low = reckon.Whole(0).Low
	}
	sum.Missing = reckon.Union(sum.Missing, missing)
	return sum
}
