package usage

import (
	"math/big"
	"math/bits"
	"slices"
	"time"
)

// Period is a calendar period that windows are cut at.
type Period int

// The periods, cut in the zone of the span that is divided.
const (
	PeriodInvalid Period = iota
	Hour
	Day
	Month
)

// Window is one calendar period and what was in use in it.
type Window struct {
	Span
	Peak Count
	// AverageAtLeast and AverageAtMost are licences in use on average over the
	// window, exact: licence-time divided by time. Equal where nothing is in doubt.
	AverageAtLeast, AverageAtMost *big.Rat
	// Users and Hosts are how many different ones may have held a licence at some
	// time in the window. A vendor that counts endpoints per clock hour counts
	// Hosts; one that bills licence-hours counts the average.
	Users, Hosts int
}

// Windows divides the span at the boundaries of the period in the span's zone
// (that of within.From) and measures each part; the first and the last may be cut
// short. Nothing is returned for an invalid period or an empty span.
//
// Hours are true hours even where clocks change; days and months are those of the
// calendar, so a day may have 23 or 25 hours.
func (t *Timeline) Windows(within Span, period Period) []Window {
	within = clip(within)
	var out []Window
	present := presence{checkouts: t.checkouts, rest: t.order}
	for from := within.From; from.Before(within.To); {
		to := period.next(from)
		if !to.After(from) {
			return nil
		}
		if to.After(within.To) {
			to = within.To
		}
		w := Window{Span: Span{from, to}}
		w.AverageAtMost, w.Peak.AtMost = t.most.measure(w.Span)
		w.AverageAtLeast, w.Peak.AtLeast = w.AverageAtMost, w.Peak.AtMost
		if !t.exact() {
			w.AverageAtLeast, w.Peak.AtLeast = t.least.measure(w.Span)
		}
		w.Users, w.Hosts = present.count(w.Span)
		out = append(out, w)
		from = to
	}
	return out
}

// next is the first boundary after the instant.
func (p Period) next(t time.Time) time.Time {
	switch p {
	case Hour:
		// Round down within the zone's offset: half-hour zones have hours too.
		_, offset := t.Zone()
		seconds := (t.Unix() + int64(offset)) % 3600
		if seconds < 0 {
			seconds += 3600
		}
		return time.Unix(t.Unix()-seconds+3600, 0).In(t.Location())
	case Day:
		return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, t.Location())
	case Month:
		return time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, t.Location())
	}
	return t
}

// Average is the licences in use on average over the span, as its two bounds;
// nil where the span is empty.
func (t *Timeline) Average(within Span) (atLeast, atMost *big.Rat) {
	within = clip(within)
	atMost, _ = t.most.measure(within)
	if t.exact() {
		return atMost, atMost
	}
	atLeast, _ = t.least.measure(within)
	return atLeast, atMost
}

// measure is the average and the peak over one span.
func (s steps) measure(span Span) (*big.Rat, int64) {
	var sum licenceTime
	var peak int64
	from, to := span.From.UnixNano(), span.To.UnixNano()
	s.pieces(from, to, func(from, to, n int64) {
		sum.add(n, to-from)
		peak = max(peak, n)
	})
	if from == to {
		return nil, peak
	}
	return new(big.Rat).SetFrac(sum.int(), new(big.Int).Sub(big.NewInt(to), big.NewInt(from))), peak
}

// licenceTime is a sum of licences times nanoseconds in 128 bits: a thousand
// licences held for a year overflow 64.
type licenceTime struct{ hi, lo uint64 }

func (l *licenceTime) add(n, nanoseconds int64) {
	hi, lo := bits.Mul64(uint64(n), uint64(nanoseconds))
	var carry uint64
	l.lo, carry = bits.Add64(l.lo, lo, 0)
	l.hi, _ = bits.Add64(l.hi, hi, carry)
}

func (l licenceTime) int() *big.Int {
	i := new(big.Int).SetUint64(l.hi)
	return i.Lsh(i, 64).Or(i, new(big.Int).SetUint64(l.lo))
}

// presence walks the checkouts, sorted by start, along with the windows.
type presence struct {
	checkouts []Checkout
	rest      []change
	active    []*Checkout
}

// count is the number of different users and hosts in the span; spans must come
// in order.
func (p *presence) count(span Span) (users, hosts int) {
	p.active = slices.DeleteFunc(p.active, func(c *Checkout) bool { return !c.Held.To.After(span.From) })
	for ; len(p.rest) > 0; p.rest = p.rest[1:] {
		c := &p.checkouts[p.rest[0].n]
		if !c.Held.From.Before(span.To) {
			break
		}
		if c.Held.To.After(span.From) && c.Held.To.After(c.Held.From) {
			p.active = append(p.active, c)
		}
	}
	user, host := map[string]bool{}, map[string]bool{}
	for _, c := range p.active {
		user[c.User.Key()] = true
		host[c.Host.Key()] = true
	}
	return len(user), len(host)
}

// Mean is the mean of a figure over windows, exact, each window counting once; nil
// without windows. Windows cut short count like whole ones: divide a span at full
// periods where that matters.
func Mean(windows []Window, figure func(Window) *big.Rat) *big.Rat {
	if len(windows) == 0 {
		return nil
	}
	sum := new(big.Rat)
	for _, w := range windows {
		sum.Add(sum, figure(w))
	}
	return sum.Quo(sum, big.NewRat(int64(len(windows)), 1))
}
