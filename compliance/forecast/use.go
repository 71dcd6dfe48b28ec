package forecast

import (
	"fmt"
	"math/big"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
)

// use carries forward what a position requires: by the trend of the lower bounds and,
// where facts are missing, of the upper ones.
type use struct {
	start     time.Time
	low, high trend
	// open is set where a sample has no upper bound.
	open bool
	// now is what is required today; what comes is told by the difference.
	now *big.Rat
}

// carry takes the trend of samples. The error says why there is none.
func carry(samples []Sample, today compliance.Position, date time.Time, coverage *big.Rat) (use, error) {
	if len(samples) == 0 {
		return use{}, fmt.Errorf("no samples; at least %d are needed", needed(coverage))
	}
	u := use{start: samples[0].At, now: today.Required.Low.Rat()}
	lows, highs := make([]point, 0, len(samples)), make([]point, 0, len(samples))
	for _, x := range samples {
		u.open = u.open || !x.Required.High.Valid
		lows = append(lows, point{u.since(x.At), x.Required.Low.Rat()})
		highs = append(highs, point{u.since(x.At), x.Required.High.Decimal.Rat()})
	}
	var err error
	if u.low, err = fit(thinned(lows), coverage); err != nil {
		return use{}, err
	}
	last := samples[len(samples)-1].At
	if back := last.Sub(u.start); date.Sub(last) > back {
		return use{}, fmt.Errorf("%d days from the last sample, %w: %d days", days(date.Sub(last)), errReach, days(back))
	}
	if !u.open {
		u.high, err = fit(thinned(highs), coverage)
	}
	return u, err
}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }

func (u use) since(t time.Time) *big.Rat { return big.NewRat(int64(t.Sub(u.start)/time.Second), 1) }

// outlook is what will be required at an instant: expected, and between bounds that
// grow with each source of width.
type outlook struct {
	expected *big.Rat
	// bounds are by trend, then scatter too, then what is not known too.
	bounds [3][2]*big.Rat
	open   bool
	now    *big.Rat
}

func (u use) at(t time.Time) outlook {
	o := outlook{open: u.open, now: u.now}
	x := u.since(t)
	o.expected, o.bounds[0], o.bounds[1] = u.low.at(x)
	o.bounds[2] = o.bounds[1]
	if !u.open {
		_, _, high := u.high.at(x)
		if high[1].Cmp(o.bounds[2][1]) > 0 {
			o.bounds[2][1] = high[1]
		}
	}
	return o
}

// required is the outlook in whole units, bounds rounded outwards.
func (o outlook) required() *Range {
	r := Range{Low: floor(o.bounds[2][0]), Expected: nearest(o.expected), High: decimal.NewNullDecimal(ceil(o.bounds[2][1]))}
	if o.open {
		r.High = decimal.NullDecimal{}
	}
	return &r
}

// shortfall is what will be short: of the position as it would stand, with what comes
// or goes of use. Those who come are served from what is left, those who go are taken
// to be short ones; the upper bound holds too if what is left may serve them only where
// it is open to everyone, and if those who go were covered.
func shortfall(o outlook, p compliance.Position, open decimal.Decimal) (Range, []Width) {
	stand := func(short decimal.Decimal) func(*big.Rat, decimal.Decimal, bool) *big.Rat {
		return func(required *big.Rat, left decimal.Decimal, leaversCovered bool) *big.Rat {
			more := new(big.Rat).Sub(atLeastZero(required), o.now)
			if more.Sign() > 0 {
				more = atLeastZero(more.Sub(more, left.Rat()))
			} else if leaversCovered {
				more = new(big.Rat)
			}
			return atLeastZero(more.Add(more, short.Rat()))
		}
	}
	short := stand(p.Short.Low)
	r := Range{Expected: nearest(short(o.expected, p.Surplus, false))}
	low, high := r.Expected, r.Expected
	var widths []Width
	// widen moves the bounds outwards and notes by how much.
	widen := func(source WidthSource, down, up decimal.Decimal) {
		down, up = decimal.Min(down, low), decimal.Max(up, high)
		if w := (Width{source, low.Sub(down), decimal.NewNullDecimal(up.Sub(high))}); !w.Below.IsZero() || !w.Above.Decimal.IsZero() {
			widths = append(widths, w)
		}
		low, high = down, up
	}
	for i, source := range []WidthSource{FromTrend, FromScatter} {
		widen(source, floor(short(o.bounds[i][0], p.Surplus, false)), ceil(short(o.bounds[i][1], p.Surplus, false)))
	}
	if o.open || !p.Short.High.Valid {
		r.Low = low
		return r, append(widths, Width{Source: FromUnknown})
	}
	worst := stand(p.Short.High.Decimal)
	widen(FromUnknown, low, ceil(worst(o.bounds[2][1], p.Surplus, false)))
	widen(FromRights, low, ceil(worst(o.bounds[2][1], decimal.Min(open, p.Surplus), true)))
	r.Low, r.High = low, decimal.NewNullDecimal(high)
	return r, widths
}

func atLeastZero(r *big.Rat) *big.Rat {
	if r.Sign() < 0 {
		return new(big.Rat)
	}
	return r
}

// floor is the largest whole number that is not above a number, and not negative.
func floor(r *big.Rat) decimal.Decimal {
	if r.Sign() <= 0 {
		return decimal.Zero
	}
	return decimal.NewFromBigInt(new(big.Int).Quo(r.Num(), r.Denom()), 0)
}

func ceil(r *big.Rat) decimal.Decimal {
	if r.Sign() <= 0 {
		return decimal.Zero
	}
	q, rest := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return decimal.NewFromBigInt(q, 0)
}

// nearest rounds to whole units, halves up.
func nearest(r *big.Rat) decimal.Decimal { return floor(new(big.Rat).Add(r, big.NewRat(1, 2))) }
