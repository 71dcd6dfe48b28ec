package remediation

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
)

// afterwards adds what closes the rest after the due date: a choice among the options that
// come too late for it, on the estate that the plan leads to. Its limits are those of a plan
// of its own.
func (p *planning) afterwards(ctx context.Context, out *Plan, in compliance.Input, res *compliance.Result) error {
	if p.Due.IsZero() || len(out.Open) == 0 {
		return nil
	}
	r := p.Request
	r.Input, r.Result, r.Due, r.Before, r.Positions = in, res, time.Time{}, nil, nil
	for _, o := range out.Open {
		r.Positions = append(r.Positions, o.Position)
	}
	q, err := newPlanning(ctx, r)
	if err != nil {
		return err
	}
	q.options = slices.DeleteFunc(q.inTime(time.Time{}), func(o Option) bool { return !o.Ready.After(p.Due) })
	if len(q.options) == 0 {
		return nil
	}
	sel, err := q.choose(ctx, q.options, LeastCost)
	if err != nil {
		return err
	}
	sel = sel.joined()
	for i, o := range sel.options {
		out.Later = append(out.Later, q.step(o, sel.count[i]))
	}
	slices.SortStableFunc(out.Later, func(a, b Step) int { return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.ID, b.ID)) })
	return nil
}
