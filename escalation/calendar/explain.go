package calendar

import (
	"time"
)

// Day is what a calendar makes of one day on the way to a due time.
type Day struct {
	Date Date
	// Hours are the day's stretches as documents write them.
	Hours []string
	// Worked is how much of the span's working time fell on the day.
	Worked time.Duration
	// Counts says whether the day moved the span on.
	Counts bool
	// Why is the reason when it did not, or the holiday or exception.
	Why string
}

// maxExplained bounds an explanation. Past a year of days nobody reads it.
const maxExplained = 400

// Explain lists the days from an instant to the due time of a span, the first and
// the last included, each with its reason: what [Calendar.Add] went through.
func (c *Calendar) Explain(from time.Time, s Span, pauses ...Pause) []Day {
	due := c.Add(from, s, pauses...)
	first, last := DateOf(from.In(c.zone)), DateOf(due.In(c.zone))
	if due.IsZero() {
		last = first
	}
	var days []Day
	for d := first; d.DaysUntil(last) >= 0 && len(days) < maxExplained; d = d.AddDays(1) {
		days = append(days, c.explainDay(d, from, due, s, pauses))
	}
	return days
}

func (c *Calendar) explainDay(d Date, from, due time.Time, s Span, pauses []Pause) Day {
	hours, why := c.hours(d)
	day := Day{Date: d, Why: why}
	for _, h := range hours {
		day.Hours = append(day.Hours, h.String())
	}
	start, end := d.instant(0, c.zone), d.AddDays(1).instant(0, c.zone)
	switch s.Unit {
	case WorkingHours, WorkingMinutes:
		day.Worked = c.Worked(later(from, start), earlier(due, end), pauses...)
		day.Counts = day.Worked > 0
	case WorkingDays:
		day.Counts = d != DateOf(from.In(c.zone)) && len(hours) > 0 &&
			!paused(pauses, d.instant(hours[len(hours)-1].end, c.zone))
	case Days, Weeks, Months:
		day.Counts = d != DateOf(from.In(c.zone)) && !paused(pauses, end)
	default:
		day.Counts = true
	}
	if !day.Counts && day.Why == "" {
		day.Why = c.whyNot(d, from, hours, pauses, s)
	}
	return day
}

func (c *Calendar) whyNot(d Date, from time.Time, hours []stretch, pauses []Pause, s Span) string {
	working := s.Unit == WorkingDays || s.Unit == WorkingHours || s.Unit == WorkingMinutes
	switch {
	case working && len(hours) == 0:
		return "no working day"
	case d == DateOf(from.In(c.zone)) && (s.Unit == WorkingDays || !working):
		return "the day of the event is not counted"
	case len(pauses) > 0:
		return "paused"
	}
	return "outside working hours"
}

// String is the stretch as documents write it.
func (s stretch) String() string {
	if s.end > dayMinutes {
		return hhmm(s.start) + "-" + hhmm(s.end-dayMinutes) + " next day"
	}
	return hhmm(s.start) + "-" + hhmm(s.end)
}

func hhmm(minutes int) string {
	const digits = "0123456789"
	h, m := minutes/60, minutes%60
	return string([]byte{digits[h/10], digits[h%10], ':', digits[m/10], digits[m%10]})
}
