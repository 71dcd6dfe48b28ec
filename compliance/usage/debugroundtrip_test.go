package usage

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// writeLog writes checkouts as a server would over days: times without dates, a
// TIMESTAMP at least every six hours, names in any case. Words for which lost is
// true go missing.
func writeLog(t *rapid.T, start time.Time, checkouts []Checkout, lost func(word string) bool) string {
	type line struct {
		at   time.Time
		text string
	}
	spelled := func(c Checkout) string {
		name := fmt.Sprintf("%s@%s", c.User, c.Host)
		if rapid.Bool().Draw(t, "upper") {
			name = strings.ToUpper(name)
		}
		return name
	}
	end := start
	var lines []line
	for _, c := range checkouts {
		if !lost("OUT") {
			lines = append(lines, line{c.Held.From, fmt.Sprintf("OUT: \"draw\" %s  (%d licenses)", spelled(c), c.Quantity)})
		}
		if !lost("IN") {
			lines = append(lines, line{c.Held.To, fmt.Sprintf("IN: \"draw\" %s  (%d licenses)", spelled(c), c.Quantity)})
		}
		if c.Held.To.After(end) {
			end = c.Held.To
		}
	}
	for at := start; !at.After(end); at = at.Add(time.Duration(rapid.IntRange(1, 360).Draw(t, "minutes")) * time.Minute) {
		lines = append(lines, line{at, at.Format("TIMESTAMP 1/2/2006")})
	}
	// A check-out comes before its own check-in even within one second.
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.at.Unix(), b.at.Unix()) })
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%2d:%s (acad) %s\n", l.at.Hour(), l.at.Format("04:05"), l.text)
	}
	return b.String()
}

// drawDays are checkouts of five days by few clients, which hold several at once.
func drawDays(t *rapid.T) (start time.Time, checkouts []Checkout) {
	start = time.Date(2026, 2, 26, rapid.IntRange(0, 23).Draw(t, "hour"), 0, 0, 0, time.UTC)
	for i := range rapid.IntRange(1, 20).Draw(t, "checkouts") {
		from := start.Add(time.Duration(rapid.IntRange(0, 5*daySeconds).Draw(t, "from")) * time.Second)
		s := Span{from, from.Add(time.Duration(rapid.IntRange(0, 2*daySeconds).Draw(t, "length")) * time.Second)}
		checkouts = append(checkouts, Checkout{User: User(fmt.Sprintf("user%d", i%3)), Host: Host(fmt.Sprintf("pc%d", i%2)),
			Quantity: rapid.Int64Range(1, 3).Draw(t, "quantity"), Held: s, Sure: s})
	}
	return start, checkouts
}

// What a log says of dates and pairs gives back the peaks of what was written.
func TestLogGivesBackWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start, checkouts := drawDays(t)
		text := writeLog(t, start, checkouts, func(string) bool { return false })
		r, err := Read(t.Context(), strings.NewReader(text), Options{})
		if err != nil {
			t.Fatal(err)
		}
		assert.Empty(t, r.Notes, "no date is corrected")
		got, err := r.Features[0].Peak()
		if err != nil {
			t.Fatal(err)
		}
		truth, err := NewTimeline(checkouts)
		if err != nil {
			t.Fatal(err)
		}
		want := truth.Peak(Span{start, start.AddDate(0, 0, 8)})
		assert.Equal(t, *want.AtMost, *got.AtMost)
		assert.Equal(t, want.AtLeast, got.AtLeast)
		assert.Equal(t, want.Spans, got.Spans)
	})
}

// Where check-ins are missing, or check-outs are, the truth lies between the bounds
// at every instant at which anything happened.
func TestBoundsHoldTheTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start, checkouts := drawDays(t)
		missing := rapid.SampledFrom([]string{"IN", "OUT"}).Draw(t, "missing")
		text := writeLog(t, start, checkouts, func(word string) bool {
			return word == missing && rapid.IntRange(0, 3).Draw(t, "lost") == 0
		})
		r, err := Read(t.Context(), strings.NewReader(text), Options{})
		if errors.Is(err, ErrNoFeatures) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Features[0].Timeline()
		if err != nil {
			t.Fatal(err)
		}
		truth, err := NewTimeline(checkouts)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range checkouts {
			for _, instant := range []time.Time{c.Held.From, c.Held.To, c.Held.From.Add(-time.Second), c.Held.To.Add(-time.Second)} {
				if !r.Covers.Contains(instant) {
					continue
				}
				bounds, is := got.At(instant), truth.At(instant)
				if is.AtMost < bounds.AtLeast || is.AtMost > bounds.AtMost {
					t.Fatalf("at %v: %d in use, bounds %d to %d\n%s", instant, is.AtMost, bounds.AtLeast, bounds.AtMost, text)
				}
			}
		}
	})
}
