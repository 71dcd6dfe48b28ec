package usage

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// logOf joins "h:mm:ss message" lines of the daemon acad.
func logOf(lines ...string) string {
	var b strings.Builder
	for _, l := range lines {
		clock, message, _ := strings.Cut(l, " ")
		fmt.Fprintf(&b, "%8s (acad) %s\n", clock, message)
	}
	return b.String()
}

func TestDatesOfALog(t *testing.T) {
	const out, in = `OUT: "draw" ann@pc`, `IN: "draw" ann@pc`
	for _, tc := range []struct {
		name     string
		lines    []string
		zone     string
		from, to string // of the checkout
		doubtful bool
	}{
		{name: "a date only after the event", lines: []string{"9:00:00 " + out, "10:00:00 " + in, "11:00:00 TIMESTAMP 3/2/2026"},
			from: "2026-03-02T09:00:00Z", to: "2026-03-02T10:00:00Z"},
		{name: "a date only after midnight", lines: []string{"23:00:00 " + out, "1:00:00 " + in, "3:00:00 TIMESTAMP 3/2/2026"},
			from: "2026-03-01T23:00:00Z", to: "2026-03-02T01:00:00Z"},
		{name: "the new day begins with its date", lines: []string{"20:00:00 TIMESTAMP 2/28/2026", "23:59:59 " + out, "0:00:00 TIMESTAMP 3/1/2026", "0:00:01 " + in},
			from: "2026-02-28T23:59:59Z", to: "2026-03-01T00:00:01Z"},
		{name: "a line of the day before, written late", lines: []string{"20:00:00 TIMESTAMP 3/2/2026", "0:00:01 " + in, "23:59:59 " + out, "0:00:02 " + in, "2:00:00 TIMESTAMP 3/3/2026"},
			from: "2026-03-02T23:59:59Z", to: "2026-03-03T00:00:02Z"},
		{name: "a whole day of silence", lines: []string{"20:00:00 TIMESTAMP 3/2/2026", "0:30:00 " + out, "23:45:00 " + in},
			from: "2026-03-03T00:30:00Z", to: "2026-03-03T23:45:00Z"},
		{name: "statistics name the date across midnight", lines: []string{"23:59:58 " + out, "0:00:01 (@acad-SLOG@) Time: Mon Mar 02 2026 23:59:59 Hora de verano romance", "0:00:02 " + in},
			from: "2026-03-02T23:59:58Z", to: "2026-03-03T00:00:02Z"},
		{name: "times of old statistics are no dates", lines: []string{"9:00:00 TIMESTAMP 3/2/2026", "9:30:00 (@acad-SLOG@) Time: Mon Feb 02 2026 04:00:00 CET", "10:00:00 " + out, "11:00:00 " + in},
			from: "2026-03-02T10:00:00Z", to: "2026-03-02T11:00:00Z"},
		{name: "days are missing and no line says where", lines: []string{"9:00:00 TIMESTAMP 3/2/2026", "10:00:00 " + out, "11:00:00 " + in, "12:00:00 TIMESTAMP 3/5/2026"},
			from: "2026-03-02T10:00:00Z", to: "2026-03-02T11:00:00Z", doubtful: true},
		{name: "the clock was set back by a day", lines: []string{"9:00:00 TIMESTAMP 3/2/2026", "10:00:00 TIMESTAMP 3/1/2026", "10:30:00 " + out, "11:00:00 " + in},
			from: "2026-03-01T10:30:00Z", to: "2026-03-01T11:00:00Z"},
		{name: "no date is garbled into one", lines: []string{"9:00:00 TIMESTAMP 3/2/2026", "10:00:00 TIMESTAMP 13/45/2026", "10:30:00 " + out, "11:00:00 " + in},
			from: "2026-03-02T10:30:00Z", to: "2026-03-02T11:00:00Z"},
		{name: "the hour that occurs twice", zone: "Europe/Madrid", lines: []string{"1:00:00 TIMESTAMP 10/25/2026", "2:50:00 " + out, "2:10:00 " + in},
			from: "2026-10-25T00:50:00Z", to: "2026-10-25T01:10:00Z"},
		{name: "a small step back is no new day", lines: []string{"9:00:00 TIMESTAMP 3/2/2026", "9:10:00 " + out, "9:09:59 noise", "9:20:00 " + in},
			from: "2026-03-02T09:10:00Z", to: "2026-03-02T09:20:00Z"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			zone, err := time.LoadLocation(tc.zone)
			require.NoError(t, err)
			r := read(t, logOf(tc.lines...), Options{Zone: zone})
			var exact []Checkout
			for _, c := range r.Features[0].Checkouts {
				if c.Exact() {
					exact = append(exact, c)
				}
			}
			require.Len(t, exact, 1)
			assert.Equal(t, tc.from, exact[0].Held.From.UTC().Format(time.RFC3339))
			assert.Equal(t, tc.to, exact[0].Held.To.UTC().Format(time.RFC3339))
			doubts := false
			for _, n := range r.Notes {
				doubts = doubts || n.Doubtful
			}
			assert.Equal(t, tc.doubtful, doubts)
		})
	}
}

func TestUndatedLogDatedByItsEnd(t *testing.T) {
	text := logOf(`23:00:00 OUT: "draw" ann@pc`, `1:00:00 IN: "draw" ann@pc`)
	r := read(t, text, Options{At: time.Date(2026, 3, 2, 0, 30, 0, 0, time.UTC)})
	assert.False(t, r.Undated)
	// At half past midnight one o'clock was a day ago.
	assert.Equal(t, time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC), r.Features[0].Checkouts[0].Held.To)
}

func TestSplitClient(t *testing.T) {
	for _, tc := range []struct{ in, user, host, rest string }{
		{"ann@pc", "ann", "pc", ""},
		{"Fírst Läst@pc  ", "Fírst Läst", "pc", ""},
		{"a.b@corp.example@pc (2 licenses)", "a.b@corp.example", "pc", "(2 licenses)"},
		{"Bob (CAD) Smith@pc  (reason at 27000@lic1)", "Bob (CAD) Smith", "pc", "(reason at 27000@lic1)"},
		{"@pc [group] (2 licenses)", "", "pc", "[group] (2 licenses)"},
	} {
		user, host, rest, ok := splitClient(tc.in)
		assert.True(t, ok, tc.in)
		assert.Equal(t, []string{tc.user, tc.host, tc.rest}, []string{string(user), string(host), rest})
	}
	for _, in := range []string{"", "ann", "ann@", "ann@ pc", "ann@pc and more"} {
		_, _, _, ok := splitClient(in)
		assert.False(t, ok, in)
	}
}

// However clients take and return licences, the counts of the log are those of a
// plain running count, and repairs never move the upper bound below the lower.
func TestLogPeakEqualsRunningCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		out := map[string][]int64{}
		var b strings.Builder
		fmt.Fprintln(&b, " 0:00:00 (acad) TIMESTAMP 3/2/2026")
		var running, peak int64
		second := 0
		for range rapid.IntRange(0, 60).Draw(t, "events") {
			second += rapid.IntRange(0, 1200).Draw(t, "pause")
			user := rapid.SampledFrom([]string{"ann", "bob", "eve"}).Draw(t, "user")
			clock := fmt.Sprintf("%2d:%02d:%02d", second/3600, second/60%60, second%60)
			if second >= daySeconds {
				break
			}
			if held := out[user]; len(held) > 0 && rapid.Bool().Draw(t, "in") {
				i := rapid.IntRange(0, len(held)-1).Draw(t, "which")
				fmt.Fprintf(&b, "%s (acad) IN: \"draw\" %s@pc  (%d licenses)\n", clock, strings.ToUpper(user), held[i])
				running -= held[i]
				out[user] = append(held[:i:i], held[i+1:]...)
				continue
			}
			n := rapid.Int64Range(1, 3).Draw(t, "licences")
			fmt.Fprintf(&b, "%s (acad) OUT: \"draw\" %s@pc  (%d licenses)\n", clock, user, n)
			out[user] = append(out[user], n)
			running += n
			peak = max(peak, running)
		}
		r, err := Read(t.Context(), strings.NewReader(b.String()), Options{})
		if err != nil {
			assert.ErrorIs(t, err, ErrNoFeatures)
			return
		}
		f := r.Features[0]
		p, err := f.Peak()
		if err != nil {
			t.Fatal(err)
		}
		assert.Equal(t, peak, *f.LogPeak)
		assert.LessOrEqual(t, p.AtLeast, *p.AtMost)
		assert.LessOrEqual(t, *p.AtMost, peak)
		var open int64
		for _, c := range f.Checkouts {
			if !c.Exact() {
				open += c.Quantity
			}
		}
		assert.Equal(t, running, open, "what did not come back is doubtful, nothing else")
	})
}
