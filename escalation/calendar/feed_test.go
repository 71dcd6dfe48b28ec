package calendar

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func ExampleReadICS() {
	data, err := os.ReadFile("testdata/holidays.ics")
	if err != nil {
		fmt.Println(err)
		return
	}
	days, err := ReadICS("holidays.ics", data, 2026, 2027)
	for _, d := range days {
		fmt.Println(d.Date, d.Name)
	}
	fmt.Println(err)
	// Output:
	// 2026-01-01 New Year's Day
	// 2027-01-01 New Year's Day
	// 2026-04-03 Good Friday
	// 2026-12-24 Christmas, closed
	// 2026-12-25 Christmas, closed
	// 2026-12-26 Christmas, closed
	// <nil>
}

func ExampleReadJSON() {
	days, err := ReadJSON("ch.json", []byte(`[
  {"date": "2026-01-01", "localName": "Neujahr", "name": "New Year's Day", "counties": null, "types": ["Public"]},
  {"date": "2026-03-19", "name": "Saint Joseph's Day", "counties": ["CH-LU", "CH-UR"], "types": ["Public"]},
  {"date": "2026-05-01", "name": "Labour Day", "counties": ["CH-ZH"], "types": ["Public"]},
  {"date": "2026-05-10", "name": "Mother's Day", "types": ["Observance"]}]`), JSONOptions{Region: "CH-ZH"})
	for _, d := range days {
		fmt.Println(d.Date, d.Name)
	}
	fmt.Println(err)
	// Output:
	// 2026-01-01 Neujahr
	// 2026-05-01 Labour Day
	// <nil>
}

func ExampleCalendar_Explain() {
	c, err := Load("cal.yaml", []byte(zurich), Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	found := time.Date(2026, 4, 2, 14, 30, 0, 0, time.UTC)
	for _, d := range c.Explain(found, Span{2, WorkingHours}) {
		fmt.Printf("%s %s %s %q\n", d.Date, d.Date.Weekday(), d.Worked, d.Why)
	}
	// Output:
	// 2026-04-02 Thursday 30m0s ""
	// 2026-04-03 Friday 0s "Good Friday"
	// 2026-04-04 Saturday 0s "no working day"
	// 2026-04-05 Sunday 0s "no working day"
	// 2026-04-06 Monday 0s "Easter Monday"
	// 2026-04-07 Tuesday 1h30m0s ""
}

func TestExplainAddsUp(t *testing.T) {
	c := load(t, nights)
	from := time.Date(2026, 3, 28, 19, 0, 0, 0, time.UTC)
	for u := Minutes; u <= WorkingDays; u++ {
		s := Span{9, u}
		days := c.Explain(from, s)
		require.NotEmpty(t, days)
		counted, worked := 0, time.Duration(0)
		for _, d := range days {
			worked += d.Worked
			if d.Counts {
				counted++
			} else {
				assert.NotEmpty(t, d.Why, "%s %s", u, d.Date)
			}
		}
		switch u {
		case WorkingHours:
			assert.Equal(t, 9*time.Hour, worked)
		case WorkingDays:
			assert.Equal(t, 9, counted)
		}
	}
	assert.Equal(t, []string{"22:00-06:00 next day"}, c.Explain(from, Span{1, WorkingHours})[0].Hours)
}

func TestReadICSProblems(t *testing.T) {
	event := func(lines ...string) string {
		return "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	}
	tests := []struct{ in, want string }{
		{"", "h.ics:1:1: no BEGIN:VCALENDAR"},
		{"<html>", "no BEGIN:VCALENDAR"},
		{event("DTSTART:20261225T080000Z"), "h.ics:3:1: DTSTART has a time of day"},
		{event("DTSTART;VALUE=DATE:20261325"), "h.ics:3:1: DTSTART \"20261325\" is no date"},
		{event("SUMMARY:x"), "h.ics:2:1: the event has no DTSTART"},
		{event("DTSTART;VALUE=DATE:20261225", "RRULE:FREQ=YEARLY;BYDAY=1MO"), "h.ics:4:1: the recurrence BYDAY=1MO is not read"},
		{event("DTSTART;VALUE=DATE:20261225", "RRULE:FREQ=WEEKLY"), "the recurrence FREQ=WEEKLY is not read"},
		{event("DTSTART;VALUE=DATE:20261225", "EXDATE:20271225"), "h.ics:4:1: EXDATE is not read"},
		{event("DTSTART;VALUE=DATE:20261225", "DTEND;VALUE=DATE:20261225"), "h.ics:2:1: the event lasts 0 days"},
		{"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261225\n", "h.ics:2:1: the event has no END:VEVENT; the file is cut off"},
		{"BEGIN:VCALENDAR\nEND:VEVENT\n", "h.ics:2:1: END:VEVENT without a beginning"},
		{"BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VEVENT\n", "h.ics:3:1: an event begins within the event of line 2"},
	}
	for _, tt := range tests {
		_, err := ReadICS("h.ics", []byte(tt.in), 2026, 2027)
		assert.ErrorContains(t, err, tt.want, tt.in)
	}
	days, err := ReadICS("h.ics", []byte(event("DTSTART;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY;UNTIL=20300101T000000Z", "SUMMARY:Leap\r\n  day")), 2024, 2036)
	require.NoError(t, err)
	assert.Equal(t, []Holiday{{Date{2024, 2, 29}, "Leap day"}, {Date{2028, 2, 29}, "Leap day"}}, days)
}

func TestReadJSONProblems(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", "f.json:1:1: not a JSON array of holidays"},
		{"{}", "not a JSON array"},
		{"[] []", "f.json:1:4: not a JSON array of holidays: invalid character '['"},
		{"[", "f.json:1:1: not a JSON array of holidays: unexpected end"},
		{"[{\"date\": \"2026-01-01\"},\n {\"date\": 3 4}]", "f.json:2:13: not a JSON array of holidays: invalid character '4'"},
		{"[\n  {\"date\": \"2026-01-01\", \"counties\": \"CH-ZH\"}]", "f.json:2:3: record 1: json: cannot unmarshal string"},
		{`[{"date": "2026-01-01", "name": "a"}, {"name": "b"}, {"date": "soon"}]`, "f.json:1:39: record 2: there is no \"date\"\nf.json:1:54: record 3: \"soon\" is no date"},
	}
	for _, tt := range tests {
		_, err := ReadJSON("f.json", []byte(tt.in), JSONOptions{})
		assert.ErrorContains(t, err, tt.want, tt.in)
	}
}

func FuzzReadICS(f *testing.F) {
	data, err := os.ReadFile("testdata/holidays.ics")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		days, err := ReadICS("f.ics", data, 2024, 2030)
		if err != nil {
			_ = err.Error()
			return
		}
		for _, d := range days {
			if DateOf(d.Date.utc()) != d.Date {
				t.Fatalf("%v is no date", d.Date)
			}
		}
	})
}

func FuzzReadJSON(f *testing.F) {
	f.Add([]byte(`[{"date": "2026-01-01", "name": "a", "types": ["Public"]}]`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_, _ = ReadJSON("f.json", data, JSONOptions{})
	})
}
