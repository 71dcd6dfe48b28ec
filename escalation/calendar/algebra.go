package calendar

import (
	"iter"
	"time"
)

// Add is the earliest instant, in UTC, by which the span has passed since from,
// not counting the pauses. Adding nothing is from itself. It is the zero time
// when a pause without an end keeps the span from ever passing.
func (c *Calendar) Add(from time.Time, s Span, pauses ...Pause) time.Time {
	if s.Count <= 0 {
		return from.UTC()
	}
	switch s.Unit {
	case Minutes:
		return run(running(always(from), pauses), time.Duration(s.Count)*time.Minute)
	case Hours:
		return run(running(always(from), pauses), time.Duration(s.Count)*time.Hour)
	case WorkingMinutes:
		return run(running(c.working(from), pauses), time.Duration(s.Count)*time.Minute)
	case WorkingHours:
		return run(running(c.working(from), pauses), time.Duration(s.Count)*time.Hour)
	case WorkingDays:
		return nth(c.closings(from), s.Count, pauses)
	}
	return nth(c.midnights(from), c.days(from, s), pauses)
}

// run is when the segments have lasted for a duration.
func run(segments iter.Seq[segment], d time.Duration) time.Time {
	for s := range segments {
		if d <= s.length() {
			return s.start.Add(d).UTC()
		}
		d -= s.length()
	}
	return time.Time{}
}

// days is how many days a span of days, weeks or months has from an instant on.
func (c *Calendar) days(from time.Time, s Span) int {
	switch s.Unit {
	case Weeks:
		return 7 * s.Count
	case Months:
		date := DateOf(from.In(c.zone))
		return date.DaysUntil(date.AddMonths(s.Count))
	}
	return s.Count
}

// nth is the nth of the ends of days, not counting those within pauses.
func nth(ends iter.Seq[time.Time], n int, pauses []Pause) time.Time {
	for end := range ends {
		if paused(pauses, end) {
			if forever(pauses, end) {
				break
			}
			continue
		}
		if n--; n == 0 {
			return end.UTC()
		}
	}
	return time.Time{}
}

func forever(pauses []Pause, t time.Time) bool {
	for _, p := range pauses {
		if p.End.IsZero() && p.covers(t) {
			return true
		}
	}
	return false
}

// midnights are the ends of the days after the day of from.
func (c *Calendar) midnights(from time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for day := DateOf(from.In(c.zone)).AddDays(1); yield(day.AddDays(1).instant(0, c.zone)); {
			day = day.AddDays(1)
		}
	}
}

// closings are the instants at which the working days after the day of from end.
func (c *Calendar) closings(from time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for day := DateOf(from.In(c.zone)).AddDays(1); ; day = day.AddDays(1) {
			hours, _ := c.hours(day)
			if len(hours) > 0 && !yield(day.instant(hours[len(hours)-1].end, c.zone)) {
				return
			}
		}
	}
}

// Elapsed is how many whole units have passed between two instants, not counting
// the pauses; none when to is not after from. For every span s,
// Elapsed(from, Add(from, s), s.Unit) is s.
func (c *Calendar) Elapsed(from, to time.Time, u Unit, pauses ...Pause) Span {
	if !to.After(from) {
		return Span{0, u}
	}
	switch u {
	case Minutes:
		return Span{int(lasted(running(always(from), pauses), to) / time.Minute), u}
	case Hours:
		return Span{int(lasted(running(always(from), pauses), to) / time.Hour), u}
	case WorkingMinutes:
		return Span{int(c.Worked(from, to, pauses...) / time.Minute), u}
	case WorkingHours:
		return Span{int(c.Worked(from, to, pauses...) / time.Hour), u}
	case WorkingDays:
		return Span{count(c.closings(from), to, pauses), u}
	}
	return c.elapsedDays(from, to, u, pauses)
}

func (c *Calendar) elapsedDays(from, to time.Time, u Unit, pauses []Pause) Span {
	days := count(c.midnights(from), to, pauses)
	switch u {
	case Weeks:
		return Span{days / 7, u}
	case Months:
		n := days / 31
		for c.days(from, Span{n + 1, Months}) <= days {
			n++
		}
		return Span{n, u}
	}
	return Span{days, u}
}

// Worked is how long the calendar was open between two instants, not counting
// the pauses.
func (c *Calendar) Worked(from, to time.Time, pauses ...Pause) time.Duration {
	return lasted(running(c.working(from), pauses), to)
}

// lasted is how long segments last until an instant.
func lasted(segments iter.Seq[segment], to time.Time) time.Duration {
	var d time.Duration
	for s := range segments {
		if !s.start.Before(to) {
			break
		}
		d += segment{s.start, earlier(s.end, to)}.length()
	}
	return d
}

// count is how many ends of days lie at or before an instant, outside pauses.
func count(ends iter.Seq[time.Time], to time.Time, pauses []Pause) int {
	n := 0
	for end := range ends {
		if end.After(to) {
			break
		}
		if !paused(pauses, end) {
			n++
		}
	}
	return n
}

// Open says whether an instant is working time.
func (c *Calendar) Open(at time.Time) bool {
	for s := range c.working(at) {
		return s.start.Equal(at)
	}
	return false
}

// NextOpen is the first working instant that is not before the one given, in UTC.
func (c *Calendar) NextOpen(at time.Time) time.Time {
	for s := range c.working(at) {
		return s.start.UTC()
	}
	return time.Time{}
}

// Midnight is the instant in UTC at which a day begins.
func (c *Calendar) Midnight(d Date) time.Time { return d.instant(0, c.zone).UTC() }

// Back is the latest instant from which the span ends at or before an instant:
// the last moment to give notice that must run until then.
func (c *Calendar) Back(until time.Time, s Span) time.Time {
	// The span never lasts longer than this, whatever the calendar says.
	first := until
	for step := 24 * time.Hour; c.Add(first, s).After(until); step *= 2 {
		first = until.Add(-step)
	}
	for last := until; ; {
		middle := first.Add(last.Sub(first) / 2).Truncate(time.Second)
		if !middle.After(first) {
			return first.UTC()
		}
		if c.Add(middle, s).After(until) {
			last = middle
		} else {
			first = middle
		}
	}
}
