package calendar

import (
	"fmt"
	"time"
)

// Date is a civil date, without a time and a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the civil date of an instant in the zone that t carries.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads a date as in 2026-12-24.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, fmt.Errorf("%q is no date; write it as 2026-12-24", text)
	}
	return DateOf(t), nil
}

// String is the date as in 2026-12-24.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// MarshalText is [Date.String].
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is [ParseDate].
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// AddDays is the date n days later.
func (d Date) AddDays(n int) Date { return DateOf(d.utc().AddDate(0, 0, n)) }

// AddMonths is the date n months later; where that month is too short it is the
// month's last day.
func (d Date) AddMonths(n int) Date {
	first := time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Date{first.Year(), first.Month(), min(d.Day, last)}
}

// DaysUntil is how many days later than d the other date is.
func (d Date) DaysUntil(other Date) int {
	return int(other.utc().Sub(d.utc()) / (24 * time.Hour))
}

func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// instant is when a civil time of the date comes in a zone, given in minutes
// since midnight, which may go past the day. A time that does not exist is the
// instant of the change that leaves it out; one that comes twice is the first.
func (d Date) instant(minutes int, zone *time.Location) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, 0, minutes, 0, 0, zone)
	want := time.Date(d.Year, d.Month, d.Day, 0, minutes, 0, 0, time.UTC)
	start, end := t.ZoneBounds()
	switch got := civil(t); {
	case got.After(want):
		return start
	case got.Before(want):
		return end
	}
	if start.IsZero() {
		return t
	}
	_, before := start.Add(-1).Zone()
	if first := want.Add(-time.Duration(before) * time.Second); first.Before(start) {
		return first.In(zone)
	}
	return t
}

// civil is the civil time of an instant in its zone, as if it were UTC.
func civil(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}
