package calendar

import (
	"iter"
	"time"
)

// Pause is a half-open stretch of time in which nothing counts. A zero End means
// that it lasts.
type Pause struct{ Start, End time.Time }

func (p Pause) covers(t time.Time) bool {
	return !t.Before(p.Start) && (p.End.IsZero() || t.Before(p.End))
}

func paused(pauses []Pause, t time.Time) bool {
	for _, p := range pauses {
		if p.covers(t) {
			return true
		}
	}
	return false
}

// segment is a half-open stretch of time.
type segment struct{ start, end time.Time }

func (s segment) length() time.Duration { return s.end.Sub(s.start) }

// working are the calendar's working times from an instant on, in order, without
// overlaps. It has no end.
func (c *Calendar) working(from time.Time) iter.Seq[segment] {
	return func(yield func(segment) bool) {
		// A day before, since its last stretch may go past midnight.
		day := DateOf(from.In(c.zone)).AddDays(-1)
		after := from
		for ; ; day = day.AddDays(1) {
			hours, _ := c.hours(day)
			for _, s := range hours {
				seg := segment{later(day.instant(s.start, c.zone), after), day.instant(s.end, c.zone)}
				if !seg.start.Before(seg.end) {
					continue
				}
				after = seg.end
				if !yield(seg) {
					return
				}
			}
		}
	}
}

// always is all time from an instant on, cut into days.
func always(from time.Time) iter.Seq[segment] {
	return func(yield func(segment) bool) {
		for t := from; yield(segment{t, t.Add(24 * time.Hour)}); {
			t = t.Add(24 * time.Hour)
		}
	}
}

// running takes the pauses out of segments. It ends where a pause has no end.
func running(segments iter.Seq[segment], pauses []Pause) iter.Seq[segment] {
	return func(yield func(segment) bool) {
		for seg := range segments {
			for _, part := range without(seg, pauses) {
				if !yield(part) {
					return
				}
			}
			for _, p := range pauses {
				if p.End.IsZero() && !seg.end.Before(p.Start) {
					return
				}
			}
		}
	}
}

// without is what the pauses leave of a segment, in order.
func without(seg segment, pauses []Pause) []segment {
	parts := []segment{seg}
	for _, p := range pauses {
		var left []segment
		for _, s := range parts {
			if p.Start.After(s.start) {
				left = append(left, segment{s.start, earlier(s.end, p.Start)})
			}
			if !p.End.IsZero() && p.End.Before(s.end) {
				left = append(left, segment{later(s.start, p.End), s.end})
			}
		}
		parts = nonEmpty(left)
	}
	return parts
}

func nonEmpty(segments []segment) []segment {
	var out []segment
	for _, s := range segments {
		if s.start.Before(s.end) {
			out = append(out, s)
		}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
