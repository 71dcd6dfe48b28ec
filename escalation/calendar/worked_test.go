package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const newYork = `name: new-york
zone: America/New_York
week:
  monday: ["09:00-17:00"]
  tuesday: ["09:00-17:00"]
  wednesday: ["09:00-17:00"]
  thursday: ["09:00-17:00"]
  friday: ["09:00-17:00"]
  sunday: ["00:00-04:00"]
`

const sydney = `name: sydney
zone: Australia/Sydney
week:
  monday: ["09:00-17:00"]
  tuesday: ["09:00-17:00"]
  wednesday: ["09:00-17:00"]
  thursday: ["09:00-17:00"]
  friday: ["09:00-17:00"]
  sunday: ["01:00-05:00"]
`

const kolkata = `name: kolkata
zone: Asia/Kolkata
week:
  monday: ["10:00-18:30"]
  tuesday: ["10:00-18:30"]
  wednesday: ["10:00-18:30"]
  thursday: ["10:00-18:30"]
  friday: ["10:00-18:30"]
  saturday: ["10:00-18:30"]
`

// TestWorkedMonthEndsAndChanges goes on with the due times that were computed by hand:
// the ends of months and years, and the hours in which clocks change on three
// continents. In New York clocks went forward at 02:00 on 8 March 2026 and go back at
// 02:00 on 1 November; in Sydney back at 03:00 on 5 April and forward at 02:00 on
// 4 October.
func TestWorkedMonthEndsAndChanges(t *testing.T) {
	for _, tt := range []worked{
		{zurich, "2026-08-31 09:00", "1 month", "2026-10-01 00:00", "ends with the last day of September"},
		{zurich, "2026-12-31 09:00", "2 months", "2027-03-01 00:00", "ends with the last day of February"},
		{zurich, "2028-01-30 09:00", "1 month", "2028-03-01 00:00", "ends with 29 February"},
		{zurich, "2028-02-29 09:00", "12 months", "2029-03-01 00:00", "ends with 28 February, as there is no 29th"},
		{zurich, "2026-02-28 09:00", "1 month", "2026-03-29 00:00", "ends with 28 March, not with the month"},
		{zurich, "2026-02-27 23:59", "1 month", "2026-03-28 00:00", "the evening belongs to its day"},
		{zurich, "2026-09-25 09:00", "1 month", "2026-10-26 00:00", "ends with a day of 25 hours"},
		{zurich, "2026-03-23 09:00", "1 week", "2026-03-31 00:00", "over a day of 23 hours"},
		{zurich, "2026-03-28 09:00", "1 day", "2026-03-30 00:00", "ends with a day of 23 hours"},
		{zurich, "2026-12-31 12:00", "1 day", "2027-01-02 00:00", "over the year's end"},
		{zurich, "2026-10-24 12:00", "48 hours", "2026-10-26 11:00", "two days of which one has 25 hours"},
		{zurich, "2026-12-23 09:00", "2 working days", "2026-12-28 17:00", "a short day counts as one"},
		{zurich, "2026-12-24 09:00", "1 working day", "2026-12-28 17:00", "over Christmas and a weekend"},
		{zurich, "2026-12-24 08:00", "4 working hours", "2026-12-24 12:00", "all of a short day"},
		{zurich, "2026-12-24 08:00", "5 working hours", "2026-12-28 09:00", "and an hour more"},
		{zurich, "2026-12-30 09:00", "2 working days", "2027-01-01 16:00", "New Year is no holiday unless somebody lists it"},
		{zurich, "2026-04-03 10:00", "1 working day", "2026-04-07 17:00", "begun on a holiday"},
		{zurich, "2026-04-06 10:00", "4 working hours", "2026-04-07 12:00", "begun on a holiday"},
		{zurich, "2026-03-06 15:59", "2 working minutes", "2026-03-09 08:01", "a minute on either side of a weekend"},
		{zurich, "2026-04-11 12:00", "1 working minute", "2026-04-13 08:01", "begun when a worked Saturday closes"},
		{nights, "2026-03-28 20:00", "16 working hours", "2026-04-04 23:00", "nights of seven and of eight hours, and one more"},
		{newYork, "2026-03-08 00:00", "3 working hours", "2026-03-08 04:00", "four hours of the clock are three"},
		{newYork, "2026-03-08 00:00", "4 working hours", "2026-03-09 10:00", "so the fourth is Monday's"},
		{newYork, "2026-11-01 00:00", "4 working hours", "2026-11-01 03:00", "from one to two comes twice"},
		{newYork, "2026-11-01 00:00", "5 working hours", "2026-11-01 04:00", "four hours of the clock are five"},
		{newYork, "2026-03-06 16:00", "2 working hours", "2026-03-08 01:00", "an hour of Friday and one of Sunday"},
		{newYork, "2026-03-07 12:00", "24 hours", "2026-03-08 13:00", "clocks go forward"},
		{newYork, "2026-10-31 12:00", "24 hours", "2026-11-01 11:00", "clocks go back"},
		{newYork, "2026-03-06 12:00", "1 working day", "2026-03-08 04:00", "Sunday's night shift is a working day"},
		{sydney, "2026-04-05 01:00", "4 working hours", "2026-04-05 04:00", "from two to three comes twice"},
		{sydney, "2026-10-04 01:00", "3 working hours", "2026-10-04 05:00", "two to three is left out"},
		{sydney, "2026-10-04 01:00", "4 working hours", "2026-10-05 10:00", "so the fourth is Monday's"},
		{kolkata, "2026-03-02 18:00", "1 working hour", "2026-03-03 10:30", "half an hour a day"},
		{kolkata, "2026-03-07 18:00", "1 working hour", "2026-03-09 10:30", "over a Sunday"},
		{kolkata, "2026-03-02 10:00", "51 working hours", "2026-03-07 18:30", "six days of eight and a half"},
	} {
		tt.check(t)
	}
}

// worked is a due time that was computed by hand, in the zone of the calendar.
type worked struct{ cal, from, span, due, note string }

func (w worked) check(t *testing.T) {
	t.Helper()
	c := load(t, w.cal)
	from, err := time.ParseInLocation("2006-01-02 15:04", w.from, c.Zone())
	require.NoError(t, err)
	span, err := ParseSpan(w.span)
	require.NoError(t, err)
	got := c.Add(from, span)
	assert.Equal(t, w.due, got.In(c.Zone()).Format("2006-01-02 15:04"), "%s and %s: %s", w.from, w.span, w.note)
	if span.Count > 0 {
		assert.Equal(t, span, c.Elapsed(from, got, span.Unit), "%s and %s: %s", w.from, w.span, w.note)
	}
}

// TestWorkedPauses are tickets that wait for somebody, as service desks have them:
// the time they waited is not counted, wherever in the week it lies.
func TestWorkedPauses(t *testing.T) {
	c := load(t, zurich)
	at := func(s string) time.Time {
		tm, err := time.ParseInLocation("2006-01-02 15:04", s, c.Zone())
		require.NoError(t, err)
		return tm
	}
	for _, tt := range []struct {
		from, span string
		pauses     []string
		due, note  string
	}{
		{"2026-03-02 08:00", "4 working hours", []string{"2026-03-02 09:00", "2026-03-02 10:00", "2026-03-02 10:30", "2026-03-02 11:30"}, "2026-03-02 15:00", "twice in a morning"},
		{"2026-03-02 08:00", "8 working hours", []string{"2026-03-02 17:00", "2026-03-03 08:00"}, "2026-03-02 17:00", "after it was due"},
		{"2026-03-02 08:00", "9 working hours", []string{"2026-03-02 17:00", "2026-03-03 08:00"}, "2026-03-03 09:00", "over night, when nothing counts anyway"},
		{"2026-03-06 15:00", "2 working hours", []string{"2026-03-06 15:30", "2026-03-09 09:30"}, "2026-03-09 11:00", "over a weekend"},
		{"2026-04-02 16:00", "2 working hours", []string{"2026-04-02 16:30", "2026-04-07 08:30"}, "2026-04-07 10:00", "over Easter"},
		{"2026-03-02 09:00", "1 working day", []string{"2026-03-03 16:00", "2026-03-04 09:00"}, "2026-03-04 17:00", "when the day closed it waited"},
		{"2026-03-02 09:00", "1 working day", []string{"2026-03-03 09:00", "2026-03-03 12:00"}, "2026-03-03 17:00", "when the day closed it did not"},
		{"2026-03-02 09:00", "1 day", []string{"2026-03-03 20:00", "2026-03-04 08:00"}, "2026-03-05 00:00", "when the day ended it waited"},
		{"2026-03-07 09:00", "1 working hour", []string{"2026-03-07 10:00", "2026-03-08 10:00"}, "2026-03-09 09:00", "on a weekend"},
		{"2026-03-28 12:00", "24 hours", []string{"2026-03-29 01:00", "2026-03-29 04:00"}, "2026-03-29 15:00", "over the hour that is left out: two hours"},
		{"2026-10-24 12:00", "24 hours", []string{"2026-10-25 01:00", "2026-10-25 04:00"}, "2026-10-25 15:00", "over the hour that comes twice: four hours"},
	} {
		span, err := ParseSpan(tt.span)
		require.NoError(t, err)
		var ps []Pause
		for i := 0; i < len(tt.pauses); i += 2 {
			ps = append(ps, Pause{at(tt.pauses[i]), at(tt.pauses[i+1])})
		}
		got := c.Add(at(tt.from), span, ps...)
		assert.Equal(t, tt.due, got.In(c.Zone()).Format("2006-01-02 15:04"), "%s and %s, paused %v: %s", tt.from, tt.span, tt.pauses, tt.note)
		assert.Equal(t, span, c.Elapsed(at(tt.from), got, span.Unit, ps...), tt.note)
	}
}
