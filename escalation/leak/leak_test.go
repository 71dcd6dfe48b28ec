package leak

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/inquiry"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/policy"
	"github.com/trueup-dev/trueup/escalation/post"
	"github.com/trueup-dev/trueup/escalation/rubric"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// nobody is a clearance that no audience has.
const nobody = notice.Privileged + 1

// canaryOutside is what the other side of a channel says, and what its address hides.
const canaryOutside = "CANARYoutside"

// canary is something that must not get out, and the clearance that it takes.
type canary struct {
	text  string
	needs notice.Clearance
}

// The canaries: names, keys and sums, in characters that the encodings of the wires
// write differently.
var (
	owner    = canary{"Zoë Kanarie-Owner", notice.Confidential}
	subject  = canary{"position/CANARY=subject", notice.Confidential}
	message  = canary{"CANARY 412 licenses <b>missing</b> & owed", notice.Confidential}
	sum      = canary{"98765432.10 CHF", notice.Confidential}
	rule     = canary{"canary-rule", notice.Internal}
	note     = canary{"CANARY: counsel says “settle”", notice.Privileged}
	author   = canary{"Ünal Kanarie-Author", nobody}
	file     = canary{"CANARY contract.pdf", notice.Privileged}
	key      = canary{"KAN4R+Y/ä=<LEAK>&7", nobody}
	embargo  = canary{"CANARY-embargo", notice.Privileged}
	people   = canary{"3 users in CANARY-Vaduz", notice.Confidential}
	reason   = canary{"CANARY: closed since Zoë left", nobody}
	pausing  = canary{"CANARY: waiting for Ärzte AG", nobody}
	draft    = canary{"CANARY-draft 419", nobody}
	secret   = canary{"CANARY-draft: we owe 98765432.11 CHF", nobody}
	question = canary{"AUD-7 CANARY-scope", notice.Confidential}
	fallback = canary{"Kanarie-Fallback", nobody}
	outside  = canary{canaryOutside, nobody}
	hook     = canary{string(hookKey), nobody}

	canaries = []canary{owner, subject, message, sum, rule, note, author, file, key, embargo, people, reason, pausing, draft, secret, question, fallback, outside, hook}
)

const document = `
calendars:
  - {name: zurich, zone: Europe/Zurich, week: {monday: ["08:00-17:00"], tuesday: ["08:00-17:00"], wednesday: ["08:00-17:00"]}}
chains:
  - name: standard
    calendar: zurich
    clocks:
      - {severity: critical or less, acknowledge: 1 working hour, contain: 1 working day, remedy: 2 working days}
    stages:
      - {name: all, tell: [reader-awake, reader-asleep], wait: 2 working hours}
      - {name: again, tell: [reader-awake, reader-asleep], wait: 2 working hours}
    fallback: [reader-awake, reader-asleep, "Kanarie-Fallback"]
routes: {name: all, owner: "Zoë Kanarie-Owner", chain: standard, participants: [reader-awake, reader-asleep]}
quiet:
  - {name: nights, people: [reader-asleep], calendar: zurich, unless: critical, digest: true}
`

// Everybody who is told: one who is awake, and one whose messages wait for the morning
// and come in one letter.
const awake, sleeper = "reader-awake", "reader-asleep"

// office is the world around a runner: its journal, its log and what it returned.
type office struct {
	t      *testing.T
	p      *policy.Policy
	r      *runner.Runner
	events map[escalation.CaseID][]escalation.Event
	log    bytes.Buffer
	errs   []string
	now    time.Time
	id     escalation.CaseID
}

func (o *office) Cases(context.Context) (ids []escalation.CaseID, err error) {
	for id := range o.events {
		ids = append(ids, id)
	}
	return ids, nil
}

func (o *office) Events(_ context.Context, id escalation.CaseID) ([]escalation.Event, error) {
	return o.events[id], nil
}

func (o *office) Append(_ context.Context, es []escalation.Event) error {
	o.events[es[0].Case] = append(o.events[es[0].Case], es...)
	return nil
}

// open makes a runner over channels and two cases full of canaries, at night.
func open(t *testing.T, channels map[string]post.Channel, contacts ...post.Contact) *office {
	p, err := policy.Load("policy.yaml", []byte(document), policy.Options{})
	require.NoError(t, err)
	w, err := notice.New(notice.Options{})
	require.NoError(t, err)
	o := &office{t: t, p: p, events: map[escalation.CaseID][]escalation.Event{}, now: time.Date(2026, 3, 2, 22, 0, 0, 0, time.UTC)}
	few := 3
	sender, err := post.New(post.Options{
		Writer: w, Channels: channels, Contacts: contacts, Now: func() time.Time { return o.now },
		Facts: func(runner.Notice) []notice.Fact {
			return []notice.Fact{
				{Name: "Exposure", Value: sum.text, Needs: notice.Confidential},
				{Name: "License key", Value: key.text},
				{Name: "Settlement", Value: embargo.text, Needs: notice.Internal, Until: o.now.AddDate(1, 0, 0)},
				{Name: "Users", Value: people.text, Needs: notice.Internal, People: &few},
			}
		},
	})
	require.NoError(t, err)
	for i := range 2 {
		f := compliance.Finding{
			Rule: compliance.RuleID(rule.text), Verdict: compliance.Fail, Subject: fmt.Sprintf("%s/%d", subject.text, i), Message: message.text, At: o.now,
			Exposure: compliance.Money{Amount: decimal.RequireFromString("98765432.10"), Currency: "CHF"},
		}
		c, events, err := escalation.Open(t.Context(), p, escalation.Request{Finding: f, Severity: rubric.Severity{Name: "high", Rank: 3, Reason: message.text}}, o.now)
		require.NoError(t, err)
		require.NoError(t, o.Append(t.Context(), events))
		o.id = c.ID
	}
	o.r, err = runner.Start(t.Context(), runner.Options{
		Journal: o, Sender: sender, Directory: p, Log: slog.New(slog.NewJSONHandler(&o.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	require.NoError(t, err)
	return o
}

// do has somebody do something to a case, and the clock do what follows.
func (o *office) do(f func(c escalation.Case) ([]escalation.Event, error)) {
	c, err := escalation.Replay(o.events[o.id])
	require.NoError(o.t, err)
	events, err := f(c)
	require.NoError(o.t, err)
	require.NoError(o.t, o.Append(o.t.Context(), events))
	require.NoError(o.t, o.r.Refresh(o.t.Context(), o.id))
	o.tick()
}

func (o *office) tick() {
	if _, err := o.r.Tick(o.t.Context(), o.now); err != nil {
		o.errs = append(o.errs, err.Error())
	}
}

// live leads the case through everything that sends a message.
func (o *office) live() {
	type list = []escalation.Event
	o.tick()
	o.do(func(c escalation.Case) (list, error) { return c.Note(author.text, note.text, o.now) })
	o.do(func(c escalation.Case) (list, error) {
		return c.Attach(author.text, file.text, key.text, note.text, o.now)
	})
	o.now = time.Date(2026, 3, 3, 8, 0, 0, 0, time.UTC)
	o.tick() // the sleepers' digests
	o.do(func(c escalation.Case) (list, error) {
		return c.Ask(o.p, inquiry.Question{
			Reference: "AUD-7", Supplier: "oracle-audit", Scope: question.text, Data: []string{question.text}, Within: calendar.Span{Count: 1, Unit: calendar.Days},
		}, author.text, o.now)
	})
	parts := []inquiry.Part{{Name: "Installs", Text: draft.text, Needs: "supplier"}, {Name: "Debt", Text: secret.text, Needs: "internal"}, {Name: "Key", Text: key.text, Needs: "privileged"}}
	o.do(func(c escalation.Case) (list, error) { return c.Answer(o.p, "AUD-7", parts, awake, o.now) })
	o.do(func(c escalation.Case) (list, error) { return c.Return(o.p, "AUD-7", author.text, reason.text, o.now) })
	o.do(func(c escalation.Case) (list, error) { return c.Answer(o.p, "AUD-7", parts, awake, o.now) })
	o.do(func(c escalation.Case) (list, error) { return c.Pause(author.text, pausing.text, o.now) })
	o.do(func(c escalation.Case) (list, error) { return c.Resume(o.p, author.text, o.now) })
	for range 200 { // stages, missed due times, the fallback
		o.now = o.now.Add(time.Hour)
		o.tick()
	}
	o.do(func(c escalation.Case) (list, error) { return c.Assign(o.p, owner.text, author.text, o.now) })
	o.do(func(c escalation.Case) (list, error) {
		return c.Close(o.p, lifecycle.False, author.text, reason.text, o.now)
	})
	o.do(func(c escalation.Case) (list, error) { return c.Reopen(o.p, reason.text, o.now) })
	o.do(func(c escalation.Case) (list, error) {
		return c.Release("AUD-7", c.Inquiries[0].Draft().Digest(), author.text, o.now)
	})
}

// contact reaches somebody by a channel.
func contact(name, channel string, sees notice.Clearance) post.Contact {
	return post.Contact{Name: name, Channel: channel, Address: "reader@example.org", Audience: notice.Audience{Clearance: sees}}
}

// TestNothingLeaks walks every channel at every clearance, and looks for what is
// above it in what was on the wire, in the log and in errors; and, so that this is
// not for want of looking, for what is not above it.
func TestNothingLeaks(t *testing.T) {
	for _, rt := range routes {
		t.Run(rt.name, func(t *testing.T) {
			channel, taken := rt.make(t)
			for sees := notice.Public; sees <= notice.Privileged; sees++ {
				o := open(t, map[string]post.Channel{rt.name: channel}, contact(awake, rt.name, sees), contact(sleeper, rt.name, sees))
				o.live()
				sent := taken()
				require.Greater(t, len(sent), 20, "messages left")
				all := readings(strings.Join(sent, "\n\n"))
				for _, c := range canaries {
					assert.Equal(t, sees >= c.needs, within(all, c.text), "%q in what %s readers get by %s", c.text, sees, rt.name)
				}
				assert.Equal(t, !rt.perCase, within(all, "messages were held back"), "digests went by this channel")
				o.nothingElse()
			}
		})
	}
}

// TestAnswersLeakNothing: by whatever channel a supplier is answered, it gets the part
// that was released for it and no other canary.
func TestAnswersLeakNothing(t *testing.T) {
	for _, rt := range routes {
		t.Run(rt.name, func(t *testing.T) {
			channel, taken := rt.make(t)
			supplier := contact("oracle-audit", rt.name, notice.Supplier)
			supplier.Outside = true
			o := open(t, map[string]post.Channel{rt.name: channel}, supplier)
			o.live()
			all := readings(strings.Join(taken(), "\n\n"))
			for _, c := range canaries {
				assert.Equal(t, c == draft, within(all, c.text), "%q by %s", c.text, rt.name)
			}
			o.nothingElse()
		})
	}
}

// TestFailuresLeakNothing: channels fail with words and addresses of the other side;
// neither the log, nor an error of the runner, nor an event has them.
func TestFailuresLeakNothing(t *testing.T) {
	for _, rt := range routes {
		t.Run(rt.name, func(t *testing.T) {
			o := open(t, map[string]post.Channel{rt.name: rt.broken(t)}, contact(awake, rt.name, notice.Privileged), contact(sleeper, rt.name, notice.Privileged))
			o.live()
			o.nothingElse()
			assert.Greater(t, strings.Count(o.log.String(), "did not leave"), 20, "failures are in the log")
			failed := 0
			for _, es := range o.events {
				for _, e := range es {
					if e.Kind != escalation.Failed {
						continue
					}
					failed++
					data, err := json.Marshal(e)
					require.NoError(t, err)
					all := readings(string(data))
					for _, c := range canaries {
						require.False(t, within(all, c.text), "%q in %s", c.text, data)
					}
				}
			}
			assert.Greater(t, failed, 20)
		})
	}
}

// nothingElse wants no canary in the log, in errors and in the findings about the
// machinery, which are for whoever runs it.
func (o *office) nothingElse() {
	text := o.log.String() + "\n" + strings.Join(o.errs, "\n")
	for _, es := range o.events {
		c, err := escalation.Replay(es)
		require.NoError(o.t, err)
		for _, e := range es {
			if f, ok := c.Alarm(e); ok {
				text += fmt.Sprintf("\n%+v", f)
			}
		}
	}
	all := readings(text)
	for _, c := range canaries {
		assert.False(o.t, within(all, c.text), "%q in the log, an error or an alarm", c.text)
	}
}

func within(readings []string, text string) bool {
	for _, r := range readings {
		if strings.Contains(r, text) {
			return true
		}
	}
	return false
}
