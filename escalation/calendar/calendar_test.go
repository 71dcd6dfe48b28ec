package calendar

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance/document"
)

const zurich = `name: zurich
zone: Europe/Zurich
week:
  monday: ["08:00-12:00", "13:00-17:00"]
  tuesday: ["08:00-12:00", "13:00-17:00"]
  wednesday: ["08:00-12:00", "13:00-17:00"]
  thursday: ["08:00-12:00", "13:00-17:00"]
  friday: ["08:00-12:00", "13:00-16:00"]
holidays:
  - {date: 2026-04-03, name: Good Friday}
  - {date: 2026-04-06, name: Easter Monday}
  - {date: 2026-12-25, name: Christmas}
exceptions:
  - {date: 2026-12-24, hours: ["08:00-12:00"], reason: Christmas Eve}
  - {date: 2026-04-11, hours: ["09:00-12:00"], reason: migration weekend}
`

const nights = `name: nights
zone: Europe/Zurich
week:
  saturday: ["22:00-06:00 next day"]
  sunday: ["22:00-06:00 next day"]
`

func load(t testing.TB, src string) *Calendar {
	c, err := Load("cal.yaml", []byte(src), Options{})
	require.NoError(t, err)
	return c
}

func ExampleCalendar_Add() {
	c, err := Load("cal.yaml", []byte(zurich), Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	// Thursday before Easter, 16:30 in Zurich.
	found := time.Date(2026, 4, 2, 14, 30, 0, 0, time.UTC)
	for _, text := range []string{"2 working hours", "2 hours", "1 working day", "3 days"} {
		span, _ := ParseSpan(text)
		due := c.Add(found, span)
		fmt.Println(due.In(c.Zone()).Format("Mon 2006-01-02 15:04"), "after", span, c.Elapsed(found, due, span.Unit) == span)
	}
	// Output:
	// Tue 2026-04-07 09:30 after 2 working hours true
	// Thu 2026-04-02 18:30 after 2 hours true
	// Tue 2026-04-07 17:00 after 1 working day true
	// Mon 2026-04-06 00:00 after 3 days true
}

// TestWorkedDueTimes has due times that were computed by hand with a wall
// calendar of 2026, in the local time of Zurich.
func TestWorkedDueTimes(t *testing.T) {
	tests := []struct{ cal, from, span, due, note string }{
		{zurich, "2026-03-02 08:00", "1 working hour", "2026-03-02 09:00", "Monday morning"},
		{zurich, "2026-03-02 08:00", "4 working hours", "2026-03-02 12:00", "ends with the morning, not after lunch"},
		{zurich, "2026-03-02 08:00", "5 working hours", "2026-03-02 14:00", "over lunch"},
		{zurich, "2026-03-02 12:30", "1 working hour", "2026-03-02 14:00", "begun at lunch"},
		{zurich, "2026-03-02 16:30", "1 working hour", "2026-03-03 08:30", "over night"},
		{zurich, "2026-03-06 15:30", "1 working hour", "2026-03-09 08:30", "over a weekend"},
		{zurich, "2026-03-07 11:00", "1 working hour", "2026-03-09 09:00", "begun on Saturday"},
		{zurich, "2026-03-02 06:00", "8 working hours", "2026-03-02 17:00", "begun before opening"},
		{zurich, "2026-03-02 17:00", "8 working hours", "2026-03-03 17:00", "begun at closing"},
		{zurich, "2026-03-02 08:00", "39 working hours", "2026-03-06 16:00", "a whole week"},
		{zurich, "2026-03-02 08:00", "40 working hours", "2026-03-09 09:00", "a week and an hour"},
		{zurich, "2026-04-02 16:00", "2 working hours", "2026-04-07 09:00", "over Easter"},
		{zurich, "2026-04-10 15:00", "2 working hours", "2026-04-11 10:00", "into a worked Saturday"},
		{zurich, "2026-12-24 11:00", "2 working hours", "2026-12-28 09:00", "a short day, Christmas and a weekend"},
		{zurich, "2026-12-24 13:00", "1 working minute", "2026-12-28 08:01", "after the short day"},
		{zurich, "2026-03-02 09:00", "1 working day", "2026-03-03 17:00", "the day of the event is not counted"},
		{zurich, "2026-03-02 23:59", "1 working day", "2026-03-03 17:00", "nor is its evening"},
		{zurich, "2026-03-05 09:00", "1 working day", "2026-03-06 16:00", "Friday closes early"},
		{zurich, "2026-03-06 09:00", "1 working day", "2026-03-09 17:00", "over a weekend"},
		{zurich, "2026-04-01 09:00", "3 working days", "2026-04-08 17:00", "over Easter"},
		{zurich, "2026-04-09 09:00", "2 working days", "2026-04-11 12:00", "the worked Saturday is a working day"},
		{zurich, "2026-12-23 09:00", "1 working day", "2026-12-24 12:00", "a short day is a working day"},
		{zurich, "2026-03-02 09:00", "0 working hours", "2026-03-02 09:00", "at once"},
		{zurich, "2026-03-07 09:00", "0 working hours", "2026-03-07 09:00", "at once, even on Saturday"},
		{zurich, "2026-03-02 09:00", "1 day", "2026-03-04 00:00", "ends with the next day"},
		{zurich, "2026-03-02 09:00", "30 days", "2026-04-02 00:00", "thirty days of notice"},
		{zurich, "2026-03-02 09:00", "2 weeks", "2026-03-17 00:00", ""},
		{zurich, "2026-01-31 09:00", "1 month", "2026-03-01 00:00", "ends with the last day of February"},
		{zurich, "2026-01-15 09:00", "3 months", "2026-04-16 00:00", ""},
		{zurich, "2026-03-28 12:00", "24 hours", "2026-03-29 13:00", "clocks go forward"},
		{zurich, "2026-10-24 12:00", "24 hours", "2026-10-25 11:00", "clocks go back"},
		{zurich, "2026-03-28 12:00", "90 minutes", "2026-03-28 13:30", ""},
		{nights, "2026-03-07 20:00", "8 working hours", "2026-03-08 06:00", "a night"},
		{nights, "2026-03-28 20:00", "8 working hours", "2026-03-29 23:00", "a night of seven hours and one more"},
		{nights, "2026-10-24 20:00", "8 working hours", "2026-10-25 05:00", "a night of nine hours"},
		{nights, "2026-03-08 01:00", "5 working hours", "2026-03-08 06:00", "begun after midnight"},
		{nights, "2026-03-06 01:00", "1 working day", "2026-03-08 06:00", "the working day of Saturday ends on Sunday"},
	}
	for _, tt := range tests {
		c := load(t, tt.cal)
		from, err := time.ParseInLocation("2006-01-02 15:04", tt.from, c.Zone())
		require.NoError(t, err)
		span, err := ParseSpan(tt.span)
		require.NoError(t, err)
		got := c.Add(from, span)
		assert.Equal(t, tt.due, got.In(c.Zone()).Format("2006-01-02 15:04"), "%s and %s: %s", tt.from, tt.span, tt.note)
		if span.Count > 0 {
			assert.Equal(t, span, c.Elapsed(from, got, span.Unit), "%s and %s: %s", tt.from, tt.span, tt.note)
		}
	}
}

func TestPauses(t *testing.T) {
	c := load(t, zurich)
	at := func(s string) time.Time {
		tm, err := time.ParseInLocation("2006-01-02 15:04", s, c.Zone())
		require.NoError(t, err)
		return tm
	}
	tests := []struct{ from, span, pauseFrom, pauseTo, due string }{
		{"2026-03-02 08:00", "4 working hours", "2026-03-02 10:00", "2026-03-02 11:00", "2026-03-02 14:00"},
		{"2026-03-02 08:00", "4 working hours", "2026-03-02 12:00", "2026-03-02 13:00", "2026-03-02 12:00"},
		{"2026-03-02 08:00", "4 working hours", "2026-03-01 12:00", "2026-03-02 09:00", "2026-03-02 14:00"},
		{"2026-03-02 08:00", "1 working hour", "2026-03-02 08:30", "2026-03-09 08:30", "2026-03-09 09:00"},
		{"2026-03-02 08:00", "2 working days", "2026-03-03 09:00", "2026-03-04 09:00", "2026-03-05 17:00"},
		{"2026-03-02 08:00", "2 days", "2026-03-03 09:00", "2026-03-04 09:00", "2026-03-06 00:00"},
		{"2026-03-02 08:00", "2 hours", "2026-03-02 09:00", "2026-03-02 09:30", "2026-03-02 10:30"},
	}
	for _, tt := range tests {
		span, err := ParseSpan(tt.span)
		require.NoError(t, err)
		got := c.Add(at(tt.from), span, Pause{at(tt.pauseFrom), at(tt.pauseTo)})
		assert.Equal(t, tt.due, got.In(c.Zone()).Format("2006-01-02 15:04"), "%+v", tt)
	}
	for u := Minutes; u <= WorkingDays; u++ {
		assert.True(t, c.Add(at("2026-03-02 08:00"), Span{100, u}, Pause{Start: at("2026-03-02 09:00")}).IsZero(), "%s: a pause without an end", u)
	}
}

func TestOpen(t *testing.T) {
	c := load(t, nights)
	at := time.Date(2026, 3, 8, 4, 59, 59, 0, time.UTC) // Sunday 05:59:59
	assert.True(t, c.Open(at))
	assert.False(t, c.Open(at.Add(time.Second)), "the end is not included")
	assert.Equal(t, "2026-03-08T21:00:00Z", c.NextOpen(at.Add(time.Second)).Format(time.RFC3339))
	assert.Equal(t, at, c.NextOpen(at))
	assert.Equal(t, 7*time.Hour, c.Worked(time.Date(2026, 3, 28, 20, 0, 0, 0, time.UTC), time.Date(2026, 3, 29, 20, 0, 0, 0, time.UTC)))
}

func TestFeeds(t *testing.T) {
	src := strings.Replace(zurich, "exceptions:", "holidays-from: [swiss]\nexceptions:", 1)
	c, err := Load("cal.yaml", []byte(src), Options{Feeds: map[string][]Holiday{"swiss": {{Date{2026, 3, 3}, "Feed Day"}}}})
	require.NoError(t, err)
	due := c.Add(time.Date(2026, 3, 2, 15, 30, 0, 0, time.UTC), Span{1, WorkingHours})
	assert.Equal(t, "2026-03-04T07:30:00Z", due.Format(time.RFC3339))
}

func TestParseSpan(t *testing.T) {
	for _, s := range []string{"1 minute", "2 minutes", "1 working day", "30 days", "4 working hours", "0 hours", "10000 months"} {
		got, err := ParseSpan(s)
		require.NoError(t, err)
		assert.Equal(t, s, got.String())
	}
	got, err := ParseSpan("1  working   days")
	require.NoError(t, err)
	assert.Equal(t, "1 working day", got.String())
	for _, s := range []string{"", "4", "days", "4h", "48 h", "-1 days", "+1 days", "10001 days", "4 invalid", "1.5 days", "4 parsecs"} {
		_, err := ParseSpan(s)
		assert.Error(t, err, s)
	}
	assert.Equal(t, "invalid", Unit(99).String())
}

func TestFaults(t *testing.T) {
	tests := []struct{ old, new, want string }{
		{"Europe/Zurich", "Europe/Zuerich", "cal.yaml:2:7: \"Europe/Zuerich\" is no zone"},
		{"Europe/Zurich", "\"\"", "is no zone"},
		{"13:00-16:00", "13:00-25:00", "cal.yaml:8:28: 25:00 is no time of day"},
		{"13:00-16:00", "13:00-16:60", "16:60 is no time of day"},
		{"13:00-16:00", "16:00-13:00", "ends before it begins; write \"16:00-13:00 next day\""},
		{"13:00-16:00", "24:00-01:00 next day", "cannot begin at 24:00"},
		{"13:00-16:00", "13:00-14:00 next day", "is longer than a day"},
		{"13:00-16:00", "1pm-4pm", "is no stretch of time"},
		{"13:00-16:00", "11:59-16:00", "overlaps another stretch"},
		{"[\"08:00-12:00\", \"13:00-17:00\"]\n  tuesday", "[\"18:00-09:00 next day\"]\n  tuesday", "cal.yaml:4:13: Monday goes past midnight into a stretch of Tuesday"},
		{"2026-04-06", "2026-02-30", "cal.yaml:11:12: \"2026-02-30\" is no date"},
		{"2026-04-11", "2026-12-24", "cal.yaml:15:12: 2026-12-24 has two exceptions"},
		{"2026-04-11", "11.04.2026", "\"11.04.2026\" is no date"},
		{"holidays:", "hollidays:", "unknown field \"hollidays\"; did you mean \"holidays\"?"},
	}
	for _, tt := range tests {
		require.Contains(t, zurich, tt.old)
		_, err := Load("cal.yaml", []byte(strings.Replace(zurich, tt.old, tt.new, 1)), Options{})
		var ps document.Problems
		require.ErrorAs(t, err, &ps, tt.new)
		assert.Contains(t, err.Error(), tt.want)
	}
	_, err := Load("cal.yaml", []byte("name: none\nzone: UTC\nweek: {monday: [\"08:00-08:59\"]}\n"), Options{})
	assert.ErrorContains(t, err, "has 59 minutes of working time a week; it must have 60 at least")
}

func FuzzParseSpan(f *testing.F) {
	f.Add("4 working hours")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseSpan(s)
		if err != nil {
			return
		}
		if again, err := ParseSpan(got.String()); err != nil || again != got {
			t.Fatalf("%q printed as %q read as %v, %v", s, got, again, err)
		}
	})
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(zurich))
	f.Add([]byte(nights))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Load("f.yaml", data, Options{})
		if err != nil {
			var ps document.Problems
			if !errors.As(err, &ps) {
				t.Fatal(err)
			}
			return
		}
		from := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
		s := Span{5, WorkingHours}
		if got := c.Elapsed(from, c.Add(from, s), s.Unit); got != s {
			t.Fatalf("added %s, elapsed %s", s, got)
		}
	})
}
