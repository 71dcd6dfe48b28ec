package choice

import (
	"context"
	"slices"
)

// repair turns a plan that misses what must be served into one that does not, if
// that is easily done: copies leave options that are not served for one of their
// class that need not be.
func (s *search) repair(ctx context.Context, tight box, p plan) (plan, error) {
	for range 4 {
		if p.missed == 0 {
			break
		}
		taken := slices.Clone(p.taken)
		at := 0
		for i, o := range s.options {
			for _, d := range o.demands {
				if p.taken[i] == 0 {
					continue
				}
				if d.must && p.short[at] > 0 {
					s.leave(i, (p.short[at]+d.amount-1)/d.amount, taken, tight)
				}
				at++
			}
		}
		if slices.Equal(taken, p.taken) {
			break
		}
		var err error
		if p, err = s.plan(ctx, taken); err != nil {
			return plan{}, err
		}
	}
	return p, nil
}

// leave moves n copies from an option to those of its class that need not be
// served, those of least risk first.
func (s *search) leave(i int, n int64, taken []int64, tight box) {
	class := s.classes[s.options[i].class]
	n = min(n, taken[i]-tight.least[i])
	for n > 0 {
		best, least := -1, int64(0)
		for j := class.first; j < class.end; j++ {
			risk, open := s.options[j].uncovered()
			if j != i && open && taken[j] < tight.most[j] && (best < 0 || risk < least) {
				best, least = j, risk
			}
		}
		if best < 0 {
			return
		}
		m := min(n, tight.most[best]-taken[best])
		taken[i], taken[best], n = taken[i]-m, taken[best]+m, n-m
	}
}

// uncovered is the risk of an option when nothing is served, if it may be so.
func (o option) uncovered() (int64, bool) {
	risk := o.cost.Risk
	for _, d := range o.demands {
		if d.must && d.amount > 0 {
			return 0, false
		}
		risk += d.penalty.Risk * d.amount
	}
	return risk, true
}
