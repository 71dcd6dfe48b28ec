package remediation

import (
	"context"
	"fmt"
	"slices"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// unharmed refuses options that would leave another position more short than it is: a
// machine that moves takes all that is on it to a host where some of it may not be
// licensed, and a suite may need more than is left.
func (r Request) unharmed(ctx context.Context, options []Option) error {
	var keys []catalog.ProductKey
	concerned := make([][]catalog.ProductKey, len(options))
	for i, o := range options {
		if o.State != Available {
			continue
		}
		concerned[i] = r.besides(o)
		keys = append(keys, concerned[i]...)
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if len(keys) == 0 {
		return nil
	}
	benches := map[catalog.ProductKey]*bench{}
	var others []compliance.Position
	for _, p := range r.Result.Positions {
		if slices.Contains(keys, p.Product) {
			others = append(others, p)
		}
	}
	held := r.holdings(others)
	for _, p := range others {
		if benches[p.Product] == nil {
			b, err := r.newBench(ctx, held, p.Product)
			if err != nil {
				return err
			}
			benches[p.Product] = b
		}
	}
	for i := range options {
		for _, key := range concerned[i] {
			if b := benches[key]; b != nil {
				if err := options[i].unharmed(ctx, b); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// besides are the products that an option touches beyond those that it is to help.
func (r Request) besides(o Option) []catalog.ProductKey {
	var helped, out []catalog.ProductKey
	if !slices.ContainsFunc(o.Actions, func(a Action) bool { return a.Verb == Assign || a.Verb == Relocate || a.Verb == Confine }) {
		return nil
	}
	for _, key := range o.on() {
		p, _ := r.position(key)
		helped = append(helped, p.Product)
	}
	add := func(key catalog.ProductKey) {
		if key != "" && !slices.Contains(helped, key) {
			out = append(out, key)
		}
	}
	for _, a := range o.Actions {
		switch a.Verb {
		case Assign:
			add(a.Product)
		case Relocate, Confine:
			for x := range r.Input.Estate.InstallsOn(a.Device) {
				add(r.Input.Catalog.Recognise(x.Title).Product.Key)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// unharmed refuses the option where a product on a bench would be more short.
func (o *Option) unharmed(ctx context.Context, b *bench) error {
	after, err := b.try(ctx, o.Actions)
	if err != nil {
		return err
	}
	for _, key := range sortedKeys(after) {
		if more := after[key].Short.Low.Sub(b.before[key].Short.Low); more.IsPositive() {
			o.State = Refused
			o.Checks = append(o.Checks, Check{Guard: "other-products", Reason: fmt.Sprintf("would leave %s short by %s more", key, more)})
		}
	}
	return nil
}
