package remediation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// downgrade finds consumers for whom a lesser edition or an older version would do: by
// the policy's list, the first entry that fits disturbing least, and by what is known of
// the features that they use.
func (r Request) downgrade(ctx context.Context, b *bench, all traces, p compliance.Position) ([]Option, error) {
	if _, ok := r.Policy.actions[Downgrade]; !ok {
		return nil, nil
	}
	var out []Option
	rung := map[ReleaseDocument]int{}
	for _, d := range r.Policy.downgrades {
		if d.Product != p.Product {
			continue
		}
		for _, c := range p.Consumers {
			ts := slices.DeleteFunc(all.behind(c), func(t trace) bool { return !d.From.is(t) })
			if len(ts) == 0 || all.systems[c.Device] {
				continue
			}
			o, err := r.lesser(ctx, b, p, c, d, ts)
			if err != nil {
				return nil, err
			}
			o.Disruption += rung[d.From]
			out = append(out, o)
		}
		rung[d.From]++
	}
	return out, nil
}

// is says whether a trace is of the release.
func (d ReleaseDocument) is(t trace) bool {
	same := d.Version == "" || d.Version == t.version || strings.HasPrefix(t.version, d.Version+".")
	return same && (d.Edition == "" || d.Edition == t.edition)
}

func (d ReleaseDocument) String() string { return strings.TrimSpace(d.Edition + " " + d.Version) }

// lesser is the option of putting another release in place of what one consumer has.
func (r Request) lesser(ctx context.Context, b *bench, p compliance.Position, c compliance.Outcome, d DowngradeDocument, ts []trace) (Option, error) {
	o, _ := r.option(Downgrade, p, compliance.Money{}, c.Consumer, d.From.String(), d.To.String())
	known := r.candidate(Downgrade, p.Product, c, ts)
	known.beyond = r.beyond(d, ts, c)
	if err := o.judge(ctx, r.Policy, known); err != nil {
		return o, err
	}
	o.Verb = fmt.Sprintf("downgrade %s from %s to %s on %s", p.Product, d.From, d.To, c.Consumer)
	o.Undo = "put back what was there"
	for _, t := range ts {
		gone := t.action(p.Product)
		a := gone
		a.Verb = Replace
		to := ReleaseDocument{cmp.Or(d.To.Edition, t.edition), cmp.Or(d.To.Version, t.version)}
		var ok bool
		if a.To, ok = r.titleOf(b, t.seat, to); !ok {
			o.wait("title of " + string(p.Product) + " " + to.String())
			continue
		}
		o.Actions, o.loose, o.claims = append(o.Actions, a), append(o.loose, gone), append(o.claims, t.claim(p.Product))
	}
	n := decimal.NewFromInt(int64(len(ts)))
	o.Cost.Amount = o.Cost.Amount.Mul(n)
	o.Disruption *= len(ts)
	o.most = r.bound(p, []compliance.Outcome{c})
	o.consumer = c.Consumer
	what, list := cmp.Or(d.From.Edition, ts[0].edition), "c.editions"
	if d.To.Edition == "" || d.To.Edition == d.From.Edition {
		what, list = ts[0].version, "c.versions"
	}
	o.seen = fmt.Sprintf("!position.consumers.exists(c, c.id == %s && %s in %s)", quote(c.Consumer), quote(what), list)
	o.signature = fmt.Sprintf("lesser|%s|%s|%d|%s", d.From, d.To, len(o.Actions), signature(c))
	return o, nil
}

// beyond says whether a feature is used that the lesser release lacks.
func (r Request) beyond(d DowngradeDocument, ts []trace, c compliance.Outcome) *bool {
	if len(d.Lacks) == 0 {
		return yesNo(false)
	}
	facts, ok := r.Facts.(FeatureFacts)
	if !ok {
		return nil
	}
	for _, t := range ts {
		used, ok := facts.Features(d.Product, t.device, cmp.Or(t.user, c.User))
		if !ok {
			return nil
		}
		if slices.ContainsFunc(used, func(f string) bool { return slices.Contains(d.Lacks, f) }) {
			return yesNo(true)
		}
	}
	return yesNo(false)
}

// titled is a release as seats, or as installs, name it.
type titled struct {
	seat bool
	ReleaseDocument
}

// titleOf is what sources call a release of a bench's product: what they call it where
// it is already, else what the policy says.
func (r Request) titleOf(b *bench, seat bool, d ReleaseDocument) (catalog.Title, bool) {
	if b.titles == nil {
		b.titles = map[titled]catalog.Title{}
		for s := range b.in.Estate.Seats() {
			b.name(true, s.Title)
		}
		for x := range b.in.Estate.Installs() {
			b.name(false, x.Title)
		}
	}
	key := titled{seat, d}
	if _, found := b.titles[key]; !found {
		for _, t := range r.Policy.titles {
			if t.Product == b.product && t.Edition == d.Edition && t.Version == d.Version {
				b.name(seat, t.Title.title())
			}
		}
	}
	best, found := b.titles[key]
	return best, found
}

// name notes what a title names; of several for one release the first in order counts.
func (b *bench) name(seat bool, t catalog.Title) {
	rec := b.in.Catalog.Recognise(t)
	if rec.Product.Key != b.product {
		return
	}
	key := titled{seat, ReleaseDocument{rec.Product.Edition, rec.Product.Version}}
	if was, known := b.titles[key]; !known || compareTitles(t, was) < 0 {
		b.titles[key] = t
	}
}

func compareTitles(a, b catalog.Title) int {
	return cmp.Or(cmp.Compare(a.Publisher, b.Publisher), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version),
		cmp.Compare(a.Edition, b.Edition), cmp.Compare(a.ProductCode, b.ProductCode), cmp.Compare(a.Architecture, b.Architecture))
}
