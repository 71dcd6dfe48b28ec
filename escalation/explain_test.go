package escalation

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/policy"
)

// TestExplain holds explanations against a page that a person has read: over Easter,
// with messages that quiet hours hold back and one that bounces, with a lease and a
// supplier who waits, paused, and closed.
func TestExplain(t *testing.T) {
	data, err := os.ReadFile("testdata/policy.yaml")
	require.NoError(t, err)
	p, err := policy.Load("policy.yaml", append(data, `
quiet:
  - {name: office hours, people: [cio, ann], calendar: zurich, unless: critical, digest: true}
  - {name: nights, people: [bob], calendar: zurich, unless: critical}
`...), policy.Options{})
	require.NoError(t, err)
	contract := silent()
	contract.CureDays = 7
	s := openWith(t, p, "2026-04-01 16:00", "250000", contract)
	s.refuse = map[string]Attempt{"controller": {Failure: Deferred}}
	var page strings.Builder
	explain := func(title string) Explanation {
		e, err := s.c.Explain(s.p, s.now)
		require.NoError(t, err)
		page.WriteString("# " + title + "\n\n" + e.String() + "\n")
		return e
	}
	s.until("2026-04-01 16:00")
	explain("Wednesday afternoon: the case was opened, mail to the controller bounces")
	s.until("2026-04-03 10:00")
	explain("Good Friday: all but the last stage have passed")

	// As of Wednesday the case is what it was on Wednesday.
	then, err := AsOf(s.events, clock(t, "2026-04-01 16:00"))
	require.NoError(t, err)
	was, err := then.Explain(s.p, clock(t, "2026-04-01 16:00"))
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(strings.SplitAfter(page.String(), "# Good Friday")[0], was.String()+"\n# Good Friday"))

	s.refuse = nil
	s.until("2026-04-07 09:00")
	s.add(s.c.Acknowledge(s.p, "cio", s.now))
	s.add(s.c.Ask(s.p, question("AUD-7"), "counsel", s.now))
	s.until("2026-04-07 17:30")
	s.add(s.c.Attach("ann", "plan", "", "", s.now))
	explain("Tuesday evening: the sponsor has taken it, a supplier asks, the night holds messages")

	s.until("2026-04-08 09:00")
	s.add(s.c.Pause("ann", "waiting", s.now))
	e := explain("Wednesday: the clocks stand still, the supplier's does not")
	assert.True(t, e.Paused)
	for _, a := range e.Next {
		assert.True(t, a.Kind == Deliver || strings.HasPrefix(a.Clock, answerClock), a.Clock)
	}
	s.until("2026-04-08 10:00")
	s.add(s.c.Resume(s.p, "ann", s.now))
	s.until("2026-04-08 11:00")
	s.add(s.c.Withdraw("AUD-7", "counsel", "", s.now))
	s.add(s.c.Close(s.p, lifecycle.False, "ann", "", s.now))
	explain("Closed")

	if *update {
		require.NoError(t, os.WriteFile("testdata/explain.txt", []byte(page.String()), 0o644))
	}
	want, err := os.ReadFile("testdata/explain.txt")
	require.NoError(t, err)
	assert.Equal(t, string(want), page.String())
}

// TestHolidaysThatNobodyListed: a clock that runs into a year of which the calendar
// lists no holidays says so, instead of counting them silently.
func TestHolidaysThatNobodyListed(t *testing.T) {
	for at, want := range map[string]int{"2026-11-20 09:00": 0, "2026-12-18 09:00": 2027} {
		s := open(t, at, "250000", silent())
		e, err := s.c.Explain(s.p, s.now)
		require.NoError(t, err)
		assert.Equal(t, want, e.Unlisted, at)
		assert.Equal(t, want > 0, strings.Contains(e.String(), "calendar zurich lists no holidays from 2027 on"))
	}
}

// TestAheadComesTrue: what an explanation says will happen if nobody acts is what
// happens when nobody does.
func TestAheadComesTrue(t *testing.T) {
	s := open(t, "2026-04-01 16:00", "250000", silent())
	s.until("2026-04-01 16:00")
	e, err := s.c.Explain(s.p, s.now)
	require.NoError(t, err)
	require.NotEmpty(t, e.Ahead)
	from := len(s.events)
	s.until("2026-12-31 12:00")
	var came []Event
	for _, ev := range s.events[from:] {
		if ev.Kind != Sent {
			ev.Seq = 0
			came = append(came, ev)
		}
	}
	require.Len(t, e.Ahead, len(came))
	for i, ev := range e.Ahead {
		assert.Equal(t, came[i].ahead(), ev.ahead())
		assert.Equal(t, came[i].At, ev.At)
		assert.Equal(t, came[i].Kind, ev.Kind)
	}
}
