package forecast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// Options say how sure a forecast is to be.
type Options struct {
	// Coverage is the nominal coverage of the intervals in percent, above 0 and below
	// 100; zero means 80.
	Coverage decimal.Decimal
}

// Range is a forecast number: what is expected, and bounds. Without an upper bound
// High is invalid.
type Range struct {
	Low      decimal.Decimal     `json:"low"`
	Expected decimal.Decimal     `json:"expected"`
	High     decimal.NullDecimal `json:"high"`
}

// String renders 12 (8..20).
func (r Range) String() string {
	return fmt.Sprintf("%s (%s)", r.Expected, compliance.Interval{Low: r.Low, High: r.High})
}

// Width is what one source adds to the bounds of what is short: Below is by how much
// it lowers the lower one, Above by how much it raises the upper one, invalid where it
// leaves no bound. From what is expected they add up to the bounds.
type Width struct {
	Source WidthSource         `json:"source"`
	Below  decimal.Decimal     `json:"below"`
	Above  decimal.NullDecimal `json:"above"`
}

// WidthSource is what makes a forecast wide; see the package comment.
type WidthSource string

// The sources, in the order in which they are added.
const (
	FromTrend   WidthSource = "trend"
	FromScatter WidthSource = "scatter"
	FromUnknown WidthSource = "unknown-facts"
	FromRights  WidthSource = "rights"
)

// Forecast is one position at a date to come.
type Forecast struct {
	Product catalog.ProductKey `json:"product"`
	Metric  metric.Key         `json:"metric"`
	Unit    string             `json:"unit,omitempty"`
	// From is the instant of the position that it starts from, At the date.
	From time.Time `json:"from"`
	At   time.Time `json:"at"`
	// Samples is how much history there is.
	Samples int `json:"samples"`
	// Owned is what will be owned under the terms that are known. Standing is what will
	// be short if use stays as it is.
	Owned    decimal.Decimal     `json:"owned"`
	Standing compliance.Interval `json:"standing"`
	Events   []Event             `json:"events,omitempty"`
	// Unknown says why use cannot be carried forward; what follows is then left out.
	Unknown  string  `json:"unknown,omitempty"`
	Required *Range  `json:"required,omitempty"`
	Short    *Range  `json:"short,omitempty"`
	Widths   []Width `json:"widths,omitempty"`
	// The first days on which it may be short, is expected to be and is by its lower
	// bound; nil where there is none up to the date.
	MayBeShort   *time.Time `json:"may_be_short,omitempty"`
	LikelyShort  *time.Time `json:"likely_short,omitempty"`
	CertainShort *time.Time `json:"certain_short,omitempty"`
}

// maxAhead bounds the days that are looked at.
const maxAhead = 20 * 366 * 24 * time.Hour

// At forecasts the positions of an input, sorted by product, at a date after the
// instant of the input. The history is in any order; samples of other metrics than
// today's are left out.
//
// The error wraps [compliance.ErrInput], or is the context's. It reconciles once for
// each instant at which terms change before the date.
func At(ctx context.Context, in compliance.Input, history []Sample, date time.Time, o Options) ([]Forecast, error) {
	coverage, err := o.coverage()
	if err != nil {
		return nil, err
	}
	if in.Estate == nil {
		return nil, fmt.Errorf("forecast: %w: an estate is needed", compliance.ErrInput)
	}
	s := &standing{in: in, now: in.AsOf, seen: map[time.Time]map[catalog.ProductKey]compliance.Position{}}
	if s.now.IsZero() {
		s.now = in.Estate.At()
	}
	if ahead := date.Sub(s.now); ahead <= 0 || ahead > maxAhead {
		return nil, fmt.Errorf("forecast: %w: the date %s is not after %s, or more than 20 years after it", compliance.ErrInput, date.Format(time.DateOnly), s.now.Format(time.DateOnly))
	}
	today, err := s.at(ctx, s.now)
	if err != nil {
		return nil, err
	}
	var out []Forecast
	for _, p := range sorted(today) {
		f := Forecast{Product: p.Product, Metric: p.Metric, Unit: p.Unit, From: s.now.UTC(), At: date.UTC()}
		if err := f.fill(ctx, s, p, samplesOf(history, p), coverage); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func (o Options) coverage() (*big.Rat, error) {
	c := o.Coverage
	if c.IsZero() {
		c = decimal.NewFromInt(80)
	}
	if !c.IsPositive() || c.GreaterThan(decimal.NewFromInt(99)) {
		return nil, fmt.Errorf("forecast: %w: a coverage of %s %% cannot be; it is above 0 and at most 99", compliance.ErrInput, c)
	}
	return new(big.Rat).Quo(c.Rat(), big.NewRat(100, 1)), nil
}

func sorted(positions map[catalog.ProductKey]compliance.Position) []compliance.Position {
	var out []compliance.Position
	for _, p := range positions {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b compliance.Position) int { return cmp.Compare(a.Product, b.Product) })
	return out
}

// samplesOf are those of a position's product and metric in the order of time. Of
// several of one instant the one that requires most counts.
func samplesOf(history []Sample, p compliance.Position) []Sample {
	var out []Sample
	for _, x := range history {
		if x.Product == p.Product && x.Metric == p.Metric {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b Sample) int {
		return cmp.Or(a.At.Compare(b.At), b.Required.Low.Cmp(a.Required.Low), b.Required.High.Decimal.Cmp(a.Required.High.Decimal))
	})
	return slices.CompactFunc(out, func(a, b Sample) bool { return a.At.Equal(b.At) })
}

// fill makes the forecast of one position.
func (f *Forecast) fill(ctx context.Context, s *standing, today compliance.Position, samples []Sample, coverage *big.Rat) error {
	f.Samples = len(samples)
	f.Events = events(s.in, f.Product, f.From, f.At)
	for i := range f.Events {
		at, err := s.at(ctx, f.Events[i].At)
		if err != nil {
			return err
		}
		f.Events[i].Owned, f.Events[i].Short = at[f.Product].Owned, at[f.Product].Short
	}
	last, err := s.at(ctx, f.lastTerms(f.At))
	if err != nil {
		return err
	}
	f.Owned, f.Standing = last[f.Product].Owned, last[f.Product].Short
	u, err := carry(samples, today, f.At, coverage)
	if err != nil {
		f.Unknown = err.Error()
		return nil
	}
	f.Required = u.at(f.At).required()
	return f.days(ctx, s, u)
}

// lastTerms is the instant of the last change of terms by another, else the instant
// that the forecast starts from.
func (f *Forecast) lastTerms(by time.Time) time.Time {
	at := f.From
	for _, e := range f.Events {
		if !e.At.After(by) {
			at = e.At
		}
	}
	return at
}

// days goes day by day up to the date and notes when the position becomes short.
func (f *Forecast) days(ctx context.Context, s *standing, u use) error {
	note := func(to **time.Time, short bool, day time.Time) {
		if short && *to == nil {
			*to = &day
		}
	}
	for day := f.From; ; day = day.AddDate(0, 0, 1) {
		if day.After(f.At) {
			day = f.At
		}
		positions, err := s.at(ctx, f.lastTerms(day))
		if err != nil {
			return err
		}
		p := positions[f.Product]
		short, widths := shortfall(u.at(day), p, open(p, s.in.Entitlements))
		note(&f.MayBeShort, !short.High.Valid || short.High.Decimal.IsPositive(), day)
		note(&f.LikelyShort, short.Expected.IsPositive(), day)
		note(&f.CertainShort, short.Low.IsPositive(), day)
		if day.Equal(f.At) {
			f.Short, f.Widths = &short, widths
			return nil
		}
	}
}

// errReach is why a date is too far ahead.
var errReach = errors.New("further ahead than the history reaches back")
