package escalation

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/rubric"
)

func factsOf(f compliance.Finding, c compliance.Contract) rubric.Facts {
	facts := rubric.FactsOf(f, &c)
	facts.Tier, facts.Confidence = "high", "high"
	return facts
}

func TestApplyRefuses(t *testing.T) {
	s := open(t, "2026-03-02 09:00", "250000", silent())
	next := Event{Case: s.c.ID, Seq: s.c.Seq + 1, At: s.now, Kind: Noted, Text: "x"}
	tests := []struct {
		name   string
		change func(*Event)
		want   error
	}{
		{"gap", func(e *Event) { e.Seq++ }, ErrSequence},
		{"twice", func(e *Event) { e.Seq-- }, ErrSequence},
		{"another case", func(e *Event) { e.Case = "case-x" }, ErrSequence},
		{"opened twice", func(e *Event) { e.Kind = Opened; e.Opened = &Opening{} }, ErrSequence},
		{"unknown kind", func(e *Event) { e.Kind = "exploded" }, ErrSequence},
		{"step out of turn", func(e *Event) { e.Kind = Stepped; e.Step = lifecycle.Approve }, ErrRefused},
	}
	for _, tt := range tests {
		e := next
		tt.change(&e)
		got, err := s.c.Apply(e)
		assert.ErrorIs(t, err, tt.want, tt.name)
		assert.Equal(t, s.c.Seq, got.Seq, tt.name)
	}
	_, err := Replay([]Event{next})
	assert.ErrorIs(t, err, ErrSequence)
	got, err := s.c.Apply(next)
	require.NoError(t, err)
	assert.Len(t, got.Log, 1)
	assert.Empty(t, s.c.Log, "the case before is as it was")
}

func TestCommandsRefuse(t *testing.T) {
	s := open(t, "2026-03-02 09:00", "250000", silent())
	_, err := s.c.Acknowledge(s.p, "stranger", s.now)
	assert.ErrorIs(t, err, ErrNotTold)
	s.add(s.c.Join("stranger", "ann", s.now))
	s.add(s.c.Acknowledge(s.p, "stranger", s.now))
	_, err = s.c.Move(s.p, lifecycle.Approve, "x", "", s.now)
	assert.ErrorIs(t, err, ErrRefused)
	_, err = s.c.Move(s.p, lifecycle.Close, "x", "", s.now)
	assert.ErrorIs(t, err, ErrRefused)
	_, err = s.c.Resume(s.p, "x", s.now)
	assert.ErrorIs(t, err, ErrRefused)
	_, err = s.c.Reopen(s.p, "x", s.now)
	assert.ErrorIs(t, err, ErrRefused)
	_, err = s.c.Close(s.p, lifecycle.OutcomeNone, "x", "", s.now)
	assert.ErrorIs(t, err, ErrRefused)
	_, err = s.c.Assign(s.p, "", "x", s.now)
	assert.ErrorIs(t, err, ErrRefused)
	s.add(s.c.Move(s.p, lifecycle.Plan, "x", "", s.now))
	s.add(s.c.Assign(s.p, "carol", "ann", s.now))
	assert.Equal(t, lifecycle.Planned, s.c.State, "a plan under way goes on under a new owner")
	assert.Equal(t, "carol", s.c.Owner)
	s.add(s.c.Close(s.p, lifecycle.False, "ann", "measured wrongly", s.now))
	_, err = s.c.Pause("x", "", s.now)
	assert.ErrorIs(t, err, ErrRefused)
	due, wake := s.c.Next(s.now.AddDate(1, 0, 0))
	require.NotNil(t, due, "messages of a closed case still leave")
	assert.Equal(t, Deliver, due.Kind)
	assert.False(t, wake.IsZero())
}

// TestStaleActions: an action that the case has moved past does nothing.
func TestStaleActions(t *testing.T) {
	s := open(t, "2026-03-02 09:00", "250000", silent())
	var advance Action
	for _, a := range s.c.Actions() {
		if a.Kind == Advance {
			advance = a
		}
	}
	events, err := s.c.Perform(s.p, advance, advance.Due.Add(-time.Second))
	require.NoError(t, err)
	assert.Empty(t, events, "not due yet")
	s.add(s.c.Acknowledge(s.p, "ann", s.now))
	events, err = s.c.Perform(s.p, advance, advance.Due)
	require.NoError(t, err)
	assert.Empty(t, events, "somebody took the case")
	events, err = s.c.Record(Message{Delivery: Delivery{ID: "unknown"}}, Attempt{}, s.now)
	require.NoError(t, err)
	assert.Empty(t, events)
}

func TestPermanentFailure(t *testing.T) {
	s := open(t, "2026-03-02 09:00", "250000", silent())
	m := s.c.Outbox[0]
	s.add(s.c.Record(m, Attempt{Failure: Refused, Permanent: true}, s.now))
	require.Len(t, s.c.Dead, 1)
	assert.Equal(t, m.ID, s.c.Dead[0].ID)
}

// TestRandomLives drives cases by random commands and a clock that jumps, and
// checks after each that the case is what a replay gives, that no step was taken
// that the table refuses, that stages follow each other without gaps, and that
// the clock comes to rest.
func TestRandomLives(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := open(t, "2026-03-02 09:00", rapid.SampledFrom([]string{"2000", "250000"}).Draw(rt, "exposure"), silent())
		people := []string{"ann", "bob", "sam-manager", "deputy", "cio", "board-office"}
		for range rapid.IntRange(1, 25).Draw(rt, "commands") {
			by := rapid.SampledFrom(people).Draw(rt, "by")
			var events []Event
			var err error
			switch rapid.IntRange(0, 9).Draw(rt, "command") {
			case 0:
				events, err = s.c.Acknowledge(s.p, by, s.now)
			case 1, 2:
				steps := lifecycle.Steps()
				events, err = s.c.Move(s.p, rapid.SampledFrom(steps).Draw(rt, "step"), by, "", s.now)
			case 3:
				events, err = s.c.Close(s.p, lifecycle.Outcome(rapid.IntRange(0, 4).Draw(rt, "outcome")), by, "", s.now)
			case 4:
				events, err = s.c.Again(s.p, s.now)
			case 5:
				events, err = s.c.Pause(by, "", s.now)
			case 6:
				events, err = s.c.Resume(s.p, by, s.now)
			case 7:
				events, err = s.c.Assign(s.p, by, "ann", s.now)
			default:
				at := s.now.Add(time.Duration(rapid.IntRange(1, 10*24*60).Draw(rt, "minutes")) * time.Minute)
				s.until(at.In(s.p.Calendar("zurich").Zone()).Format("2006-01-02 15:04"))
			}
			if err != nil && !errors.Is(err, ErrRefused) && !errors.Is(err, ErrNotTold) {
				rt.Fatal(err)
			}
			if err == nil {
				s.add(events, nil)
			}
		}
		replayed, err := Replay(s.events)
		if err != nil {
			rt.Fatal(err)
		}
		a, _ := json.Marshal(replayed)
		b, _ := json.Marshal(s.c)
		if string(a) != string(b) {
			rt.Fatalf("replay gives\n%s\nnot\n%s", a, b)
		}
		checkStages(rt, s.events)
	})
}

// checkStages: by the clock a stage is followed by the next, by a wait, or by
// exhaustion; only a command or a lapse begins again.
func checkStages(t *rapid.T, events []Event) {
	last, fresh := -1, true
	for _, e := range events {
		switch e.Kind {
		case Stepped, Rated, Missed:
			fresh = true
		case Staged, Uncovered:
			if !fresh && e.Stage.Index != last+1 && e.Stage.Index != 0 {
				t.Fatalf("stage %d follows stage %d", e.Stage.Index, last)
			}
			last, fresh = e.Stage.Index, false
		}
	}
}
