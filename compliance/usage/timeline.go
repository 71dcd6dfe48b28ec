package usage

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// ErrCheckout is wrapped by [NewTimeline]'s error when a checkout cannot be
// counted. The text names the checkout by its place in the slice.
var ErrCheckout = errors.New("checkout cannot be counted")

// Timeline is the number of licences in use as a step function of time, once with
// every checkout as long as it may have been (most) and once as short (least).
// It is immutable and safe for concurrent use.
type Timeline struct {
	checkouts   []Checkout
	order       []change // the checkouts by Held.From, by index
	most, least steps
}

// steps is a step function: n[i] licences from at[i] up to at[i+1]; none before
// at[0]; the last n is 0. Instants are nanoseconds of Unix time.
type steps struct {
	at []int64
	n  []int64
}

// change is what happens at an instant: so many licences more or fewer, or, in
// Timeline.order, the checkout of that index.
type change struct{ at, n int64 }

func sortChanges(c []change) {
	slices.SortFunc(c, func(a, b change) int {
		if a.at == b.at {
			return cmp.Compare(a.n, b.n)
		}
		return cmp.Compare(a.at, b.at)
	})
}

// The years that nanoseconds of Unix time can hold.
var (
	earliest = time.Unix(0, math.MinInt64)
	latest   = time.Unix(0, math.MaxInt64)
)

// NewTimeline counts the checkouts, whose order does not matter. The slice is kept,
// not copied: it must not be changed while the timeline is used. It fails, wrapping [ErrCheckout], on a quantity below 1, on a span that
// ends before it starts, on Sure reaching outside Held, on an instant outside the
// years 1678 to 2262, and where the quantities add up beyond an int64.
//
// It takes time proportional to n log n and holds, beside the slice, 48 to 80 bytes
// a checkout.
func NewTimeline(checkouts []Checkout) (*Timeline, error) {
	var total int64
	exact := true
	for i := range checkouts {
		c := &checkouts[i]
		if err := check(c); err != nil {
			return nil, fmt.Errorf("usage: checkout %d: %w: %w", i, ErrCheckout, err)
		}
		if c.Quantity > math.MaxInt64-total {
			return nil, fmt.Errorf("usage: checkout %d: %w: quantities add up beyond what can be counted", i, ErrCheckout)
		}
		total += c.Quantity
		exact = exact && c.Exact()
	}
	t := &Timeline{checkouts: checkouts, order: make([]change, len(checkouts))}
	for i := range checkouts {
		t.order[i] = change{checkouts[i].Held.From.UnixNano(), int64(i)}
	}
	sortChanges(t.order)
	t.most = t.sweep(func(c *Checkout) Span { return c.Held }, true)
	t.least = t.most
	if !exact {
		t.least = t.sweep(func(c *Checkout) Span { return c.Sure }, false)
	}
	return t, nil
}

func check(c *Checkout) error {
	switch {
	case c.Quantity < 1:
		return fmt.Errorf("the quantity is %d; a checkout holds at least 1", c.Quantity)
	case c.Held.From.Before(earliest) || c.Held.To.After(latest):
		return errors.New("an instant lies outside the years 1678 to 2262")
	case c.Held.To.Before(c.Held.From):
		return errors.New("it ends before it starts")
	case c.Sure.To.Before(c.Sure.From), c.Sure.From.Before(c.Held.From), c.Sure.To.After(c.Held.To):
		return errors.New("the sure span is not within the held span")
	}
	return nil
}

// sweep merges the sorted starts with the sorted ends, taking all changes of one
// instant together, so that a licence returned at the instant another is taken
// does not count twice. sorted says that the spans start in order already.
func (t *Timeline) sweep(span func(*Checkout) Span, sorted bool) steps {
	starts := make([]change, 0, len(t.order))
	ends := make([]change, 0, len(t.order))
	for _, o := range t.order {
		c := &t.checkouts[o.n]
		s := span(c)
		from, to := s.From.UnixNano(), s.To.UnixNano()
		if from == to {
			continue
		}
		starts = append(starts, change{from, c.Quantity})
		ends = append(ends, change{to, c.Quantity})
	}
	if !sorted {
		sortChanges(starts)
	}
	sortChanges(ends)

	var out steps
	var n int64
	for s, e := 0, 0; e < len(ends); {
		at := ends[e].at
		if s < len(starts) && starts[s].at < at {
			at = starts[s].at
		}
		before := n
		for ; e < len(ends) && ends[e].at == at; e++ {
			n -= ends[e].n
		}
		for ; s < len(starts) && starts[s].at == at; s++ {
			n += starts[s].n
		}
		if n != before {
			out.at = append(out.at, at)
			out.n = append(out.n, n)
		}
	}
	return out
}

// pieces calls yield for each stretch of constant count in [from, to), in order.
func (s steps) pieces(from, to int64, yield func(from, to, n int64)) {
	i, exact := slices.BinarySearch(s.at, from)
	var n int64
	if exact {
		n = s.n[i]
		i++
	} else if i > 0 {
		n = s.n[i-1]
	}
	for from < to {
		end := to
		if i < len(s.at) && s.at[i] < to {
			end = s.at[i]
		}
		yield(from, end, n)
		if from = end; from < to {
			n = s.n[i]
			i++
		}
	}
}

// Count is a number of licences between two bounds, which are equal where nothing
// is in doubt.
type Count struct{ AtLeast, AtMost int64 }

// Exact reports whether the bounds are equal.
func (c Count) Exact() bool { return c.AtLeast == c.AtMost }

// At is the number of licences in use at an instant.
func (t *Timeline) At(instant time.Time) Count {
	if instant.Before(earliest) || !instant.Before(latest) {
		return Count{}
	}
	at := instant.UnixNano()
	var c Count
	t.least.pieces(at, at+1, func(_, _, n int64) { c.AtLeast = n })
	t.most.pieces(at, at+1, func(_, _, n int64) { c.AtMost = n })
	return c
}

// Covers is the span from the first start to the last end; zero without checkouts.
func (t *Timeline) Covers() Span {
	if len(t.checkouts) == 0 {
		return Span{}
	}
	s := t.checkouts[t.order[0].n].Held
	for i := range t.checkouts {
		if end := t.checkouts[i].Held.To; end.After(s.To) {
			s.To = end
		}
	}
	return s
}

// Holders are those who may hold licences at the instant, the largest first.
func (t *Timeline) Holders(instant time.Time) []Holder {
	var sum tally
	for _, o := range t.order {
		c := &t.checkouts[o.n]
		if c.Held.From.After(instant) {
			break
		}
		if c.Held.Contains(instant) {
			sum.add(c.User, c.Host, c.Quantity)
		}
	}
	return sum.holders()
}
