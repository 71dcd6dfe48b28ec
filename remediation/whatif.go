package remediation

import (
	"context"
	"encoding/binary"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// maxParts is how many parts of a set of options are tried for the one that leaves
// the least short.
const maxParts = 128

// open reconciles what stays short of a position when a choice is carried out as it
// stands. Where the choice draws more from an entitlement than it has, which only a
// set of what could be done does, every taker may use all of it: that leaves no more
// short than any way to share it out.
func (c *chooser) open(ctx context.Context, key string, count []int64) (decimal.Decimal, error) {
	drawn := c.drawn(key, count)
	return c.whatIf(ctx, key, count, func(o Option, n int64) []Action {
		switch {
		case o.share == "" || drawn[o.share] <= o.pool.IntPart():
			return o.scaled(n)
		case o.loose != nil:
			return scaled(o.loose, n)
		}
		return []Action{{Verb: widen, Entitlement: o.share, Entity: o.Actions[0].Entity}}
	}, 'r')
}

// loosened reconciles as open does, with every option that may hurt in its loose
// form: no part of the choice leaves less short.
func (c *chooser) loosened(ctx context.Context, key string, count []int64) (decimal.Decimal, error) {
	return c.whatIf(ctx, key, count, func(o Option, n int64) []Action {
		switch {
		case o.loose != nil:
			return scaled(o.loose, n)
		case o.share != "":
			return []Action{{Verb: widen, Entitlement: o.share, Entity: o.Actions[0].Entity}}
		}
		return o.scaled(n)
	}, 'l')
}

func (c *chooser) drawn(key string, count []int64) map[compliance.EntitlementID]int64 {
	out := map[compliance.EntitlementID]int64{}
	for _, i := range c.model.of[key] {
		out[c.model.options[i].share] += count[i]
	}
	return out
}

// whatIf reconciles once for each choice and form.
func (c *chooser) whatIf(ctx context.Context, key string, count []int64, form func(o Option, n int64) []Action, name byte) (decimal.Decimal, error) {
	id := append([]byte(key), 0, name)
	var actions []Action
	for _, i := range c.model.of[key] {
		id = binary.AppendVarint(id, count[i])
		if count[i] > 0 {
			actions = append(actions, form(c.model.options[i], count[i])...)
		}
	}
	if open, done := c.tried[string(id)]; done {
		return open, nil
	}
	open, err := c.benches[key].short(ctx, key, actions)
	if err == nil {
		c.tried[string(id)] = open
	}
	return open, err
}

// least is no more than what stays short of a position after any part of a choice,
// and equal to the least of these wherever that can be told by a few what-ifs.
//
// Taking away and buying never leave more short, so that the whole choice leaves the
// least. Another edition, another host or a step-up may, in bad company: two that
// change over to one free unit leave one short. So their parts are tried: how many
// of those that a position does not tell apart. Where there are too many parts, the
// loosened form is what is known.
func (c *chooser) least(ctx context.Context, key string, count []int64) (decimal.Decimal, error) {
	groups := c.groups(key, count)
	if groups == nil {
		return c.open(ctx, key, count)
	}
	loose, err := c.loosened(ctx, key, count)
	if err != nil {
		return loose, err
	}
	parts := 1
	for _, g := range groups {
		if parts *= int(min(g.total, maxParts)) + 1; parts > maxParts {
			return c.whole(ctx, key, count, groups, loose)
		}
	}
	var least decimal.NullDecimal
	part := slices.Clone(count)
	for range parts {
		if c.fits(part, groups) {
			open, err := c.open(ctx, key, part)
			if err != nil || !loose.LessThan(open) {
				return open, err
			}
			if !least.Valid || open.LessThan(least.Decimal) {
				least = decimal.NewNullDecimal(open)
			}
		}
		for _, g := range groups {
			if g.next(part, count) {
				break
			}
		}
	}
	return least.Decimal, nil // the part without any of them fits
}

// whole is what is known where there are too many parts: what the whole choice leaves, if
// it fits and nothing leaves less, else what the loosened form does.
func (c *chooser) whole(ctx context.Context, key string, count []int64, groups []*group, loose decimal.Decimal) (decimal.Decimal, error) {
	if !c.fits(count, groups) {
		return loose, nil
	}
	open, err := c.open(ctx, key, count)
	if err != nil || !loose.LessThan(open) {
		return open, err
	}
	return loose, nil
}

// fits says whether a part keeps to what the options of some groups share and claim.
// Options beside them are taken to give way: to take away what is moved besides is to take
// it away.
func (c *chooser) fits(part []int64, groups []*group) bool {
	loads := map[string]int64{}
	for _, g := range groups {
		for _, i := range g.at {
			if part[i] == 0 {
				continue
			}
			for _, d := range c.model.options[i].shared() {
				if loads[d.on] += d.each * part[i]; loads[d.on] > d.pool {
					return false
				}
			}
		}
	}
	return true
}

// group are options of a choice that a position does not tell apart.
type group struct {
	at    []int
	total int64
}

// groups are the options of a choice whose parts must be tried; nil where none may
// hurt.
func (c *chooser) groups(key string, count []int64) []*group {
	bySignature, hurts := map[string]*group{}, false
	var order []string
	for _, i := range c.model.of[key] {
		o := c.model.options[i]
		if count[i] == 0 || o.loose == nil && o.share == "" {
			continue
		}
		hurts = hurts || o.loose != nil
		g := bySignature[o.signature]
		if g == nil {
			g = &group{}
			bySignature[o.signature], order = g, append(order, o.signature)
		}
		g.at, g.total = append(g.at, i), g.total+count[i]
	}
	if !hurts {
		return nil
	}
	var out []*group
	for _, s := range order {
		out = append(out, bySignature[s])
	}
	return out
}

// next takes one unit of the group out of a part; where none is left it puts all
// back and says false.
func (g *group) next(part, all []int64) bool {
	for _, i := range g.at {
		if part[i] > 0 {
			part[i]--
			return true
		}
	}
	for _, i := range g.at {
		part[i] = all[i]
	}
	return false
}
