package escalation

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/inquiry"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
)

func question(reference string) inquiry.Question {
	return inquiry.Question{
		Reference: reference, Supplier: "oracle-audit", Scope: "Oracle Database, Switzerland, since 2024",
		Data: []string{"installs by host", "processors of each host"}, Within: calendar.Span{Count: 10, Unit: calendar.WorkingDays},
	}
}

func parts(text string) []inquiry.Part {
	return []inquiry.Part{
		{Name: "Installs", Text: text, Needs: "supplier"},
		{Name: "What we owe", Text: "250000.00 EUR", Needs: "confidential"},
	}
}

// TestCorrespondence: a supplier asks, the answer is late, sent back, written anew,
// released by somebody else, cannot be delivered, and is released again.
func TestCorrespondence(t *testing.T) {
	s := open(t, "2026-03-02 09:00", "2000", silent())
	s.until("2026-03-02 10:00")
	s.add(s.c.Ask(s.p, question("AUD-7"), "counsel", s.now))
	s.until("2026-03-10 09:00")
	s.add(s.c.Answer(s.p, "AUD-7", parts("412"), "ann", s.now))
	s.until("2026-03-11 09:00")
	s.add(s.c.Return(s.p, "AUD-7", "counsel", "the test hosts are missing", s.now))
	s.until("2026-03-17 09:00")
	s.add(s.c.Answer(s.p, "AUD-7", parts("419"), "bob", s.now))

	digest := s.c.Inquiries[0].Draft().Digest()
	for _, by := range []string{"ann", "bob", ""} {
		_, err := s.c.Release("AUD-7", digest, by, s.now)
		assert.ErrorIs(t, err, inquiry.ErrRefused, "%q wrote it, or is nobody", by)
	}
	_, err := s.c.Release("AUD-7", inquiry.Draft{Parts: parts("412")}.Digest(), "counsel", s.now)
	assert.ErrorContains(t, err, "not the one that was read")
	assert.NotContains(t, s.told(), "oracle-audit", "nothing has left before the release")

	s.refuse = map[string]Attempt{"oracle-audit": {Failure: Refused, Permanent: true}}
	s.add(s.c.Release("AUD-7", digest, "counsel", s.now))
	s.until("2026-03-17 10:00")
	require.Equal(t, inquiry.Drafted, s.c.Inquiries[0].State, "what could not be delivered must be released again")
	s.refuse = nil
	s.add(s.c.Close(s.p, lifecycle.False, "bob", "they were counted twice", s.now))
	s.until("2026-03-20 09:00") // the period has passed, closed case or not
	s.add(s.c.Release("AUD-7", digest, "counsel", s.now))
	s.until("2026-03-20 09:01")
	thread := s.c.Inquiries[0]
	assert.Equal(t, inquiry.Answered, thread.State)
	assert.Equal(t, s.now.UTC().Truncate(time.Hour), thread.Sent.Truncate(time.Hour))
	assert.True(t, thread.Late)
	assert.Equal(t, 2, count(s.told(), "oracle-audit"))
	s.check("correspondence")
}

// told are the recipients of all messages that were decided.
func (s *story) told() []string {
	var names []string
	for _, e := range s.events {
		for _, d := range e.Tell {
			names = append(names, d.To)
		}
	}
	return names
}

func count(names []string, name string) (n int) {
	for _, x := range names {
		if x == name {
			n++
		}
	}
	return n
}

func TestInquiriesAreRefused(t *testing.T) {
	s := open(t, "2026-03-02 09:00", "2000", silent())
	own := question("R")
	own.Supplier = "controller"
	later := question("R")
	later.Received = s.now.Add(time.Hour)
	for _, q := range []inquiry.Question{own, later} {
		_, err := s.c.Ask(s.p, q, "counsel", s.now)
		assert.ErrorIs(t, err, inquiry.ErrRefused)
	}
	_, err := s.c.Ask(s.p, inquiry.Question{}, "counsel", s.now)
	assert.ErrorContains(t, err, "needs a reference")
	received := question("R")
	received.Received = clock(t, "2026-02-27 12:00")
	s.add(s.c.Ask(s.p, received, "counsel", s.now))
	assert.Equal(t, clock(t, "2026-03-13 17:00").UTC(), s.c.Inquiries[0].Due.UTC(), "the period runs from when it was received")
	_, err = s.c.Ask(s.p, question("R"), "counsel", s.now)
	assert.ErrorContains(t, err, "has the inquiry R already")
	_, err = s.c.Join("oracle-audit", "ann", s.now)
	assert.ErrorContains(t, err, "oracle-audit asks about")
	for _, f := range []func() ([]Event, error){
		func() ([]Event, error) { return s.c.Answer(s.p, "none", parts("1"), "ann", s.now) },
		func() ([]Event, error) { return s.c.Answer(s.p, "R", nil, "ann", s.now) },
		func() ([]Event, error) { return s.c.Answer(s.p, "R", parts("1"), "", s.now) },
		func() ([]Event, error) { return s.c.Return(s.p, "R", "counsel", "why", s.now) },
		func() ([]Event, error) { return s.c.Release("R", "", "counsel", s.now) },
		func() ([]Event, error) { return s.c.Withdraw("none", "counsel", "", s.now) },
	} {
		events, err := f()
		assert.Error(t, err)
		assert.Empty(t, events)
	}
	s.add(s.c.Withdraw("R", "counsel", "the audit was called off", s.now))
	s.until("2026-05-02 09:00")
	assert.False(t, s.c.Inquiries[0].Late, "who does not wait is not kept waiting")

	drill := open(t, "2026-03-02 09:00", "2000", silent()).c
	drill.Drill = "quarterly"
	_, err = drill.Ask(s.p, question("R"), "counsel", s.now)
	assert.ErrorIs(t, err, ErrRefused)
}

// TestSupplierIsNobodyOnDuty: a stage that would tell nobody but the supplier has
// nobody on duty.
func TestSupplierIsNobodyOnDuty(t *testing.T) {
	s := open(t, "2026-03-02 09:00", "250000", silent())
	q := question("R")
	q.Supplier = "cio" // whom the plan's third stage tells
	s.add(s.c.Ask(s.p, q, "counsel", s.now))
	s.until("2026-06-02 09:00")
	assert.NotContains(t, s.told(), "cio")
	uncovered := 0
	for _, e := range s.events {
		if e.Kind == Uncovered {
			assert.Equal(t, "sponsor", e.Stage.Name)
			uncovered++
		}
	}
	assert.Equal(t, 2, uncovered)
	assert.True(t, s.c.Exhausted)
}

// TestForgedReleases: a list of events in which something leaves for a supplier
// without a release by another than the writers is no case.
func TestForgedReleases(t *testing.T) {
	s := open(t, "2026-03-02 09:00", "2000", silent())
	s.add(s.c.Ask(s.p, question("R"), "counsel", s.now))
	s.add(s.c.Answer(s.p, "R", parts("412"), "ann", s.now))
	out := []Delivery{{ID: "d", To: "oracle-audit", Reason: ReasonAnswer}}
	digest := s.c.Inquiries[0].Draft().Digest()
	for _, e := range []Event{
		{Kind: Released, By: "ann", Name: "R", Digest: digest, Tell: out},
		{Kind: Released, By: "counsel", Name: "R", Digest: "of another draft", Tell: out},
		{Kind: Released, By: "counsel", Name: "R", Digest: digest},
		{Kind: Released, By: "counsel", Name: "none", Digest: digest, Tell: out},
		{Kind: Noted, By: "counsel", Tell: out},
		{Kind: Noted, Tell: []Delivery{{ID: "d", To: "oracle-audit", Reason: "opened"}}},
		{Kind: Asked}, {Kind: Drafted, Name: "R"}, {Kind: Asked, Inquiry: &s.c.Inquiries[0].Question},
	} {
		e.Case, e.Seq, e.At = s.c.ID, s.c.Seq+1, s.now
		_, err := Replay(append(slices.Clip(s.events), e))
		assert.Error(t, err, "%+v", e)
	}
}

// TestSuppliersHearOfNothingElse draws what people do with a case whose plan names a
// supplier by mistake: every message to it is the answer that was released.
func TestSuppliersHearOfNothingElse(t *testing.T) {
	base := open(t, "2026-03-02 09:00", "250000", silent())
	rapid.Check(t, func(t *rapid.T) {
		c, now := base.c, base.now
		do := func(events []Event, _ error) { // what is refused is not done
			for _, e := range events {
				var err error
				if c, err = c.Apply(e); err != nil {
					t.Fatal(err)
				}
				for _, d := range e.Tell {
					if d.To != "oracle-audit" {
						continue
					}
					wrote := slices.ContainsFunc(c.Inquiries[0].Drafts, func(d inquiry.Draft) bool { return d.By == e.By })
					if e.Kind != Released || wrote || d.Reason != ReasonAnswer {
						t.Fatalf("%+v", e)
					}
				}
			}
		}
		do(c.Ask(base.p, question("R"), "counsel", now))
		wrong := c.Opening
		wrong.Plan.Participants = append(slices.Clip(wrong.Plan.Participants), "oracle-audit")
		wrong.Plan.Fallback = []string{"oracle-audit"}
		do(c.Rate(base.p, wrong, "engine", now))
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "hours")) * time.Hour)
			by := rapid.SampledFrom([]string{"ann", "bob", "counsel", "cio"}).Draw(t, "by")
			switch rapid.IntRange(0, 7).Draw(t, "what") {
			case 0:
				do(c.Answer(base.p, "R", parts(by), by, now))
			case 1:
				do(c.Return(base.p, "R", by, "", now))
			case 2:
				do(c.Release("R", c.Inquiries[0].Draft().Digest(), by, now))
			case 3:
				do(c.Acknowledge(base.p, by, now))
			case 4:
				do(c.Close(base.p, lifecycle.False, by, "", now))
			case 5:
				do(c.Reopen(base.p, "", now))
			case 6:
				do(c.Assign(base.p, by, by, now))
			default:
				for range 50 {
					a, _ := c.Next(now)
					if a == nil {
						break
					}
					if a.Kind == Deliver {
						do(c.Record(a.Message, Attempt{}, now))
						continue
					}
					do(c.Perform(base.p, *a, now))
				}
			}
		}
	})
}
