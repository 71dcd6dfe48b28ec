package calendar

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestEveryChange goes through every change of the clock in 2024 to 2030 in all zones,
// none drawn: around each, in every unit, Add gives the earliest instant at which
// Elapsed reaches the span, and beginning later never ends sooner.
func TestEveryChange(t *testing.T) {
	offsets := []time.Duration{-31 * time.Hour, -90 * time.Minute, -time.Second, 0, time.Second, 40 * time.Minute, 25 * time.Hour}
	total := 0
	for _, zone := range zones {
		all := changes(t, zone)
		total += len(all)
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			cal := office(t, zone)
			for _, change := range all {
				for u := Minutes; u <= WorkingDays; u++ {
					for _, count := range []int{1, 3} {
						span := Span{count, u}
						var last time.Time
						for _, off := range offsets {
							from := change.Add(off)
							to := cal.Add(from, span)
							if got := cal.Elapsed(from, to, u); got != span {
								t.Fatalf("%s to %s is %s, added %s", from, to, got, span)
							}
							if got := cal.Elapsed(from, to.Add(-time.Nanosecond), u); got.Count >= count {
								t.Fatalf("%s and %s is %s, but it had passed before", from, span, to)
							}
							if to.Before(last) {
								t.Fatalf("%s and %s is %s, sooner than from an earlier beginning: %s", from, span, to, last)
							}
							last = to
						}
					}
				}
			}
		})
	}
	assert.GreaterOrEqual(t, len(zones), 20)
	assert.GreaterOrEqual(t, total, 180, "changes of the clock")
	for _, zone := range []string{"Europe/Zurich", "America/New_York", "Australia/Sydney"} {
		assert.Len(t, changes(t, zone), 14, "two a year in %s", zone)
	}
}

// TestMonthEndsEverywhere: a span of months from any day ends when the day of that
// number ends, or the month where it has none, at midnight of the zone.
func TestMonthEndsEverywhere(t *testing.T) {
	for _, zone := range zones {
		cal := office(t, zone)
		for d := (Date{2024, 1, 27}); d.DaysUntil(Date{2030, 3, 2}) >= 0; d = d.AddDays(1) {
			if d.Day > 2 && d.Day < 27 {
				continue
			}
			noon := d.instant(12*60, cal.Zone())
			for _, n := range []int{1, 2, 12} {
				want := d.AddMonths(n)
				if want.Day != d.Day {
					require.Equal(t, 1, want.AddDays(1).Day, "%s and %d months: only a month that is too short is cut", d, n)
				}
				due := cal.Add(noon, Span{n, Months})
				require.True(t, due.Equal(want.AddDays(1).instant(0, cal.Zone())), "%s %s and %d months is %s", zone, d, n, due)
			}
		}
	}
}

// TestTimeAddsUp: what is worked from one instant to a third is what is worked to the
// second and from there, and spans in units without a day's end can be taken in two
// steps, around every change of the clock and whatever pauses lie between.
func TestTimeAddsUp(t *testing.T) {
	for _, zone := range zones {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			cal, at := office(t, zone), instants(zone, changes(t, zone))
			rapid.Check(t, func(t *rapid.T) {
				a := at.Draw(t, "a")
				b := a.Add(time.Duration(rapid.IntRange(0, 9*24*60).Draw(t, "minutes to b")) * time.Minute)
				c := b.Add(time.Duration(rapid.IntRange(0, 9*24*60).Draw(t, "minutes to c")) * time.Minute)
				ps := drawPauses(t, a)
				if one, two := cal.Worked(a, c, ps...), cal.Worked(a, b, ps...)+cal.Worked(b, c, ps...); one != two {
					t.Fatalf("%s to %s is %s, in two steps %s", a, c, one, two)
				}
				unit := rapid.SampledFrom([]Unit{Minutes, Hours, WorkingMinutes, WorkingHours}).Draw(t, "unit")
				n, m := rapid.IntRange(1, 60).Draw(t, "n"), rapid.IntRange(1, 60).Draw(t, "m")
				one := cal.Add(a, Span{n + m, unit}, ps...)
				if two := cal.Add(cal.Add(a, Span{n, unit}, ps...), Span{m, unit}, ps...); !one.Equal(two) {
					t.Fatalf("%s and %d %s is %s, in two steps %s", a, n+m, unit, one, two)
				}
			})
		})
	}
}
