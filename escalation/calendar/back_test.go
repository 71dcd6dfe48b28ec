package calendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestBackIsTheLast: from the instant that Back gives the span still fits, and a
// second later it does not.
func TestBackIsTheLast(t *testing.T) {
	cal, at := office(t, "Europe/Zurich"), instants("Europe/Zurich", changes(t, "Europe/Zurich"))
	rapid.Check(t, func(t *rapid.T) {
		until := at.Draw(t, "until").Truncate(time.Second)
		s := Span{rapid.IntRange(1, 60).Draw(t, "count"), Unit(rapid.IntRange(1, int(WorkingDays)).Draw(t, "unit"))}
		from := cal.Back(until, s)
		if end := cal.Add(from, s); end.After(until) {
			t.Fatalf("%s and %s is %s, after %s", from, s, end, until)
		}
		if end := cal.Add(from.Add(time.Second), s); !end.After(until) {
			t.Fatalf("a second after %s there is still time for %s before %s", from, s, until)
		}
	})
}
