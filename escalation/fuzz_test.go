package escalation

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/trueup-dev/trueup/escalation/inquiry"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
)

// FuzzCarryOn reads events as a log may hold them: whatever they say, folding,
// explaining and carrying the case on ends in an error or a case, never in a panic,
// and what a case decides can be folded.
func FuzzCarryOn(f *testing.F) {
	s := open(f, "2026-03-02 09:00", "250000", silent())
	s.until("2026-03-02 10:00")
	s.add(s.c.Acknowledge(s.p, "bob", s.now))
	s.add(s.c.Ask(s.p, question("R"), "counsel", s.now))
	s.add(s.c.Answer(s.p, "R", parts("412"), "ann", s.now))
	s.add(s.c.Release("R", s.c.Inquiries[0].Draft().Digest(), "counsel", s.now))
	s.add(s.c.Pause("bob", "", s.now))
	s.add(s.c.Resume(s.p, "bob", s.now))
	s.until("2026-04-02 10:00")
	s.add(s.c.Close(s.p, lifecycle.False, "bob", "", s.now))
	data, err := json.Marshal(s.events)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`[{"case":"c","seq":1,"kind":"opened","opened":{"plan":{"calendar":"zurich"}}},{"case":"c","seq":2,"kind":"stepped","step":"triage"},
{"case":"c","seq":3,"kind":"stepped","step":"assign"},{"case":"c","seq":4,"kind":"stepped","step":"acknowledge","lease":{"at":"2026-03-02T08:00:00Z"}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var events []Event
		if json.Unmarshal(data, &events) != nil {
			return
		}
		for i := range events { // so that more than the first is reached
			events[i].Case, events[i].Seq = "c", i+1
		}
		var c Case
		for _, e := range events {
			next, err := c.Apply(e)
			if err != nil {
				break
			}
			c = next
		}
		if e, err := c.Explain(s.p, s.now); err == nil {
			_ = e.String()
		}
		now := s.now
		for range 20 {
			a, _ := c.Next(now)
			if a == nil {
				now = now.Add(240 * time.Hour)
				continue
			}
			did, err := c.Perform(s.p, *a, now)
			if a.Kind == Deliver {
				did, err = c.Record(a.Message, Attempt{Failure: Refused, Permanent: true}, now)
			}
			if err != nil || len(did) == 0 {
				break
			}
			for _, e := range did {
				if c, err = c.Apply(e); err != nil {
					t.Fatalf("%s decided what cannot be folded: %v", a.Kind, err)
				}
			}
		}
		for i, q := range c.Inquiries {
			if q.State == inquiry.Released && q.ReleasedBy == q.Draft().By {
				t.Fatalf("inquiry %d was released by its writer", i)
			}
		}
	})
}
