package trigger

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
)

// Document is the section of a playbook that sets triggers. What it leaves out is not
// looked for.
type Document struct {
	Spike       *SpikeDocument       `yaml:"spike"`
	Undisclosed *LeastDocument       `yaml:"undisclosed"`
	Scope       *LeastDocument       `yaml:"outside-scope"`
	Mismatch    *MismatchDocument    `yaml:"mismatch"`
	Stale       *StaleDocument       `yaml:"stale-source"`
	Unknown     *LeastDocument       `yaml:"unknown-position"`
	ContractEnd *ContractEndDocument `yaml:"contract-end"`
	FreeSeats   []FreeSeatsDocument  `yaml:"free-seats"`
	Coverage    *CoverageDocument    `yaml:"coverage"`
	// Exceptions looks for waivers that end or have ended, Machinery for what went
	// wrong with cases: nobody on duty, all stages passed, a message that did not
	// arrive, a drill not held.
	Exceptions bool `yaml:"exceptions"`
	Machinery  bool `yaml:"machinery"`
}

// SpikeDocument sets [Spikes].
type SpikeDocument struct {
	At document.Position `yaml:"-"`
	// Over is how many runs are looked back at; left out, 12.
	Over  int             `yaml:"over-runs"`
	Least decimal.Decimal `yaml:"least"`
	Share decimal.Decimal `yaml:"share,required"`
}

// LeastDocument sets a trigger that has nothing but a least number of units or
// installs; left out, 1.
type LeastDocument struct {
	At    document.Position `yaml:"-"`
	Least decimal.Decimal   `yaml:"least"`
}

// MismatchDocument sets [Mismatches].
type MismatchDocument struct {
	At    document.Position `yaml:"-"`
	Share decimal.Decimal   `yaml:"share"`
	Least decimal.Decimal   `yaml:"least"`
}

// StaleDocument sets [StaleSources].
type StaleDocument struct {
	At        document.Position     `yaml:"-"`
	AfterDays int                   `yaml:"after-days,required"`
	Sources   []StaleSourceDocument `yaml:"sources"`
}

// StaleSourceDocument is a source with an age of its own.
type StaleSourceDocument struct {
	ID        document.Text `yaml:"id,required"`
	AfterDays int           `yaml:"after-days,required"`
}

// ContractEndDocument sets [ContractEnds].
type ContractEndDocument struct {
	At         document.Position `yaml:"-"`
	WithinDays int               `yaml:"within-days,required"`
}

// CoverageDocument sets [CoverageGaps].
type CoverageDocument struct {
	At         document.Position `yaml:"-"`
	WithinDays int               `yaml:"within-days,required"`
}

// FreeSeatsDocument sets [FreeSeats] for one product.
type FreeSeatsDocument struct {
	Product document.Text `yaml:"product,required"`
	// PerDay is how many units are needed more each day; left out, it is measured
	// over the runs before.
	PerDay   *decimal.Decimal `yaml:"per-day"`
	LeadDays int              `yaml:"lead-days,required"`
}

// Thresholds are a checked [Document]. It is immutable and safe for concurrent use.
type Thresholds struct {
	doc   Document
	stale Stale
	seats map[catalog.ProductKey]FreeSeatsDocument
}

// New checks a document. The error is of type [document.Problems] and holds every
// mistake with its place.
func New(d Document) (*Thresholds, error) {
	c := checker{}
	t := &Thresholds{doc: d, seats: map[catalog.ProductKey]FreeSeatsDocument{}}
	if s := d.Spike; s != nil {
		c.positive(s.At, "share", s.Share)
		c.least(s.At, s.Least)
		if s.Over < 0 {
			c.fail(s.At, "over-runs is %d; it is how many runs are looked back at", s.Over)
		}
	}
	for _, l := range []*LeastDocument{d.Undisclosed, d.Scope, d.Unknown} {
		if l != nil {
			c.least(l.At, l.Least)
		}
	}
	if m := d.Mismatch; m != nil {
		c.least(m.At, m.Least)
		if m.Share.IsNegative() {
			c.fail(m.At, "share %s is negative", m.Share)
		}
	}
	if e := d.ContractEnd; e != nil {
		c.days(e.At, "within-days", e.WithinDays)
	}
	if g := d.Coverage; g != nil {
		c.days(g.At, "within-days", g.WithinDays)
	}
	if d.Stale != nil {
		t.stale = c.stale(d.Stale)
	}
	for _, f := range d.FreeSeats {
		key := catalog.ProductKey(f.Product.Value)
		if _, twice := t.seats[key]; twice {
			c.text(f.Product, "free seats of %q are set twice", key)
		}
		c.days(f.Product.At(), "lead-days", f.LeadDays)
		if f.PerDay != nil && f.PerDay.IsNegative() {
			c.text(f.Product, "per-day %s is negative", f.PerDay)
		}
		t.seats[key] = f
	}
	return t, c.problems.Err()
}

// checker gathers what is wrong with a document.
type checker struct{ problems document.Problems }

func (c *checker) fail(at document.Position, format string, args ...any) {
	c.problems = append(c.problems, &document.Problem{At: at, Message: fmt.Sprintf(format, args...)})
}

func (c *checker) text(t document.Text, format string, args ...any) {
	c.problems = append(c.problems, t.Problem(1, 1, format, args...))
}

func (c *checker) positive(at document.Position, what string, d decimal.Decimal) {
	if !d.IsPositive() {
		c.fail(at, "%s is %s; it must be more than 0", what, d)
	}
}

func (c *checker) least(at document.Position, d decimal.Decimal) {
	if d.IsNegative() {
		c.fail(at, "least is %s; leave it out for 1", d)
	}
}

// maxDays is ten years: a longer time is a slip of the pen.
const maxDays = 3660

func (c *checker) days(at document.Position, what string, n int) time.Duration {
	if n < 1 || n > maxDays {
		c.fail(at, "%s is %d; it must be from 1 to %d days", what, n, maxDays)
	}
	return time.Duration(n) * day
}

func (c *checker) stale(d *StaleDocument) Stale {
	s := Stale{After: c.days(d.At, "after-days", d.AfterDays), Sources: map[compliance.SourceID]time.Duration{}}
	for _, src := range d.Sources {
		id := compliance.SourceID(src.ID.Value)
		if _, twice := s.Sources[id]; twice {
			c.text(src.ID, "source %q is listed twice", id)
		}
		s.Sources[id] = c.days(src.ID.At(), "after-days", src.AfterDays)
	}
	return s
}
