package calendar

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance/document"
)

// zones cover both hemispheres, offsets of 15, 30 and 45 minutes, a change of
// half an hour (Lord Howe), changes at midnight (Beirut, Asuncion, Santiago),
// changes for Ramadan (Casablanca) and zones without changes.
var zones = []string{
	"UTC", "Europe/Zurich", "Europe/London", "Europe/Lisbon", "America/New_York", "America/Los_Angeles",
	"America/St_Johns", "America/Sao_Paulo", "America/Santiago", "America/Asuncion", "America/Havana",
	"Africa/Casablanca", "Africa/Cairo", "Asia/Beirut", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo",
	"Australia/Lord_Howe", "Australia/Sydney", "Pacific/Chatham", "Pacific/Apia",
}

func text(s string) document.Text { return document.Literal("test", s) }

func texts(ss ...string) []document.Text {
	var out []document.Text
	for _, s := range ss {
		out = append(out, text(s))
	}
	return out
}

// office works on weekdays, around the night on Friday, and through the hours in
// which clocks change on Sunday.
func office(t require.TestingT, zone string) *Calendar {
	c, err := New(Document{
		Name: text("office"), Zone: text(zone),
		Week: WeekDocument{
			Monday: texts("08:00-12:00", "13:00-17:00"), Tuesday: texts("08:00-12:00", "13:00-17:00"),
			Wednesday: texts("00:00-24:00"), Thursday: texts("08:30-17:15"),
			Friday: texts("09:00-12:00", "22:00-06:00 next day"),
			Sunday: texts("00:15-02:15", "02:15-05:00", "23:30-24:00"),
		},
		Holidays:   []HolidayDocument{{text("2026-12-25"), text("Christmas")}, {text("2026-01-01"), text("New Year")}},
		Exceptions: []ExceptionDocument{{text("2026-12-24"), texts("08:00-12:00"), text("Christmas Eve")}},
	}, Options{})
	require.NoError(t, err)
	return c
}

// changes are all instants in 2024 to 2030 at which a zone changes its offset.
func changes(t require.TestingT, zone string) []time.Time {
	loc, err := time.LoadLocation(zone)
	require.NoError(t, err)
	var out []time.Time
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).In(loc)
	for {
		_, end := at.ZoneBounds()
		if end.IsZero() || end.Year() > 2030 {
			return out
		}
		out = append(out, end.UTC())
		at = end
	}
}

// instants draws instants that are near changes of the clock half of the time.
func instants(zone string, changes []time.Time) *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		if len(changes) > 0 && rapid.Bool().Draw(t, "near a change") {
			c := rapid.SampledFrom(changes).Draw(t, "change")
			return c.Add(time.Duration(rapid.IntRange(-72*60, 72*60).Draw(t, "minutes off")) * time.Minute)
		}
		from := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
		return time.Unix(from+int64(rapid.IntRange(0, 7*365*24*3600).Draw(t, "second")), 0).UTC()
	})
}

// TestAddAndElapsedAreInverse draws instants around every change of the clock in
// 21 zones. Add must be the earliest instant at which Elapsed reaches the span.
func TestAddAndElapsedAreInverse(t *testing.T) {
	for _, zone := range zones {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			cal, at := office(t, zone), instants(zone, changes(t, zone))
			rapid.Check(t, func(t *rapid.T) {
				from := at.Draw(t, "from")
				span := Span{rapid.IntRange(1, 40).Draw(t, "count"), Unit(rapid.IntRange(1, int(WorkingDays)).Draw(t, "unit"))}
				pauses := drawPauses(t, from)
				to := cal.Add(from, span, pauses...)
				if to.Before(from) {
					t.Fatalf("%s and %s is %s", from, span, to)
				}
				if got := cal.Elapsed(from, to, span.Unit, pauses...); got != span {
					t.Fatalf("%s to %s is %s, added %s", from, to, got, span)
				}
				if got := cal.Elapsed(from, to.Add(-time.Nanosecond), span.Unit, pauses...); got.Count >= span.Count {
					t.Fatalf("%s and %s is %s, but it had passed before", from, span, to)
				}
				if cal.Add(from, Span{span.Count + 1, span.Unit}, pauses...).Before(to) {
					t.Fatalf("%s: a longer span than %s ends earlier", from, span)
				}
				end := at.Draw(t, "end")
				elapsed := cal.Elapsed(from, end, span.Unit, pauses...)
				if back := cal.Add(from, elapsed, pauses...); end.After(from) && elapsed.Count > 0 && back.After(end) {
					t.Fatalf("%s passed from %s to %s, but adding it gives %s", elapsed, from, end, back)
				}
			})
		})
	}
}

func drawPauses(t *rapid.T, from time.Time) []Pause {
	var ps []Pause
	at := from
	for range rapid.IntRange(0, 2).Draw(t, "pauses") {
		start := at.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "after")) * time.Minute)
		at = start.Add(time.Duration(rapid.IntRange(0, 9000).Draw(t, "for")) * time.Minute)
		ps = append(ps, Pause{start, at})
	}
	return ps
}

// TestDaysOfChangesAreWhole: on the days around every change, stretches that
// meet in civil time meet in time, and the day is as long as its clock says.
func TestDaysOfChangesAreWhole(t *testing.T) {
	checked := 0
	for _, zone := range zones {
		loc, err := time.LoadLocation(zone)
		require.NoError(t, err)
		for _, change := range changes(t, zone) {
			for off := -2; off <= 2; off++ {
				day := DateOf(change.In(loc)).AddDays(off)
				last := day.instant(0, loc)
				for m := 15; m <= dayMinutes; m += 15 {
					at := day.instant(m, loc)
					require.False(t, at.Before(last), "%s %s %d", zone, day, m)
					last = at
				}
				require.Equal(t, day.AddDays(1).instant(0, loc), last, "%s %s", zone, day)
				checked++
			}
		}
	}
	assert.GreaterOrEqual(t, checked, 900)
}

func TestGapAndOverlap(t *testing.T) {
	tests := []struct {
		zone, date, clock, want string
	}{
		{"Europe/Zurich", "2026-03-29", "02:30", "2026-03-29T01:00:00Z"}, // the gap: 03:00 is the first time after it
		{"Europe/Zurich", "2026-03-29", "03:00", "2026-03-29T01:00:00Z"},
		{"Europe/Zurich", "2026-10-25", "02:30", "2026-10-25T00:30:00Z"}, // the first of two
		{"Europe/Zurich", "2026-10-25", "03:00", "2026-10-25T02:00:00Z"},
		{"America/New_York", "2026-03-08", "02:15", "2026-03-08T07:00:00Z"},
		{"America/New_York", "2026-11-01", "01:59", "2026-11-01T05:59:00Z"},
		{"Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30:00Z"}, // half an hour
		{"Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45:00Z"},
		{"America/Santiago", "2026-09-06", "00:30", "2026-09-06T04:00:00Z"}, // midnight does not exist
	}
	for _, tt := range tests {
		loc, err := time.LoadLocation(tt.zone)
		require.NoError(t, err)
		date, err := ParseDate(tt.date)
		require.NoError(t, err)
		var h, m int
		_, err = fmt.Sscanf(tt.clock, "%d:%d", &h, &m)
		require.NoError(t, err)
		assert.Equal(t, tt.want, date.instant(h*60+m, loc).UTC().Format(time.RFC3339), "%s %s %s", tt.zone, tt.date, tt.clock)
	}
}

func TestMonthEnds(t *testing.T) {
	tests := []struct {
		date   string
		months int
		want   string
	}{
		{"2026-01-31", 1, "2026-02-28"}, {"2028-01-31", 1, "2028-02-29"}, {"2026-01-31", 13, "2027-02-28"},
		{"2026-03-31", 1, "2026-04-30"}, {"2026-11-30", 3, "2027-02-28"}, {"2026-05-15", 12, "2027-05-15"}, {"2028-02-29", 12, "2029-02-28"},
	}
	for _, tt := range tests {
		d, err := ParseDate(tt.date)
		require.NoError(t, err)
		assert.Equal(t, tt.want, d.AddMonths(tt.months).String())
	}
}
