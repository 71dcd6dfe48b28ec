package calendar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Unit is what a span is counted in.
type Unit uint8

// The units of spans.
const (
	UnitInvalid Unit = iota
	Minutes
	Hours
	WorkingMinutes
	WorkingHours
	Days
	Weeks
	Months
	WorkingDays
)

var units = [...]string{"invalid", "minutes", "hours", "working minutes", "working hours", "days", "weeks", "months", "working days"}

// String is the unit as documents write it, in the plural.
func (u Unit) String() string {
	if int(u) < len(units) {
		return units[u]
	}
	return units[UnitInvalid]
}

// maxCount bounds a span, so that adding one always ends soon.
const maxCount = 10_000

// Span is a number of units, such as 4 working hours. The zero Span is no span.
type Span struct {
	Count int
	Unit  Unit
}

// IsZero says whether the span was left out.
func (s Span) IsZero() bool { return s == Span{} }

// String is the span as documents write it: 1 working day, 4 working hours.
func (s Span) String() string {
	name := s.Unit.String()
	if s.Count == 1 {
		name = strings.TrimSuffix(name, "s")
	}
	return strconv.Itoa(s.Count) + " " + name
}

// ParseSpan reads what [Span.String] writes; a unit may stand in the singular or
// the plural.
func ParseSpan(text string) (Span, error) {
	count, unit, _ := strings.Cut(strings.TrimSpace(text), " ")
	n, err := strconv.Atoi(count)
	unit = strings.Join(strings.Fields(unit), " ")
	at := slices.Index(units[1:], unit)
	if at < 0 {
		at = slices.Index(units[1:], unit+"s")
	}
	switch {
	case err != nil || at < 0 || count[0] == '+':
		return Span{}, fmt.Errorf("%q is no span; write a number and one of %s", text, strings.Join(units[1:], ", "))
	case n < 0 || n > maxCount:
		return Span{}, fmt.Errorf("span %q must have between 0 and %d units", text, maxCount)
	}
	return Span{n, Unit(at + 1)}, nil
}

// MarshalText is [Span.String], and empty for no span.
func (s Span) MarshalText() ([]byte, error) {
	if s.IsZero() {
		return nil, nil
	}
	return []byte(s.String()), nil
}

// UnmarshalText is [ParseSpan]; an empty text is no span.
func (s *Span) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*s = Span{}
		return nil
	}
	parsed, err := ParseSpan(string(text))
	if err != nil {
		return err
	}
	*s = parsed
	return nil
}
