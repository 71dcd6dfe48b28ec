package playbook

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/policy"
)

// machinery are the rules of findings about cases themselves. A rule of a playbook
// may have none of these names.
var machinery = []compliance.RuleID{
	escalation.RuleCoverage, escalation.RuleExhausted, escalation.RuleDeadLetter, escalation.RuleDrill, escalation.RuleDrillOverdue,
}

// deadFor is how long a message that did not arrive is told of when nothing else is
// sent to its recipient.
const deadFor = 90 * 24 * time.Hour

// alarms are what has gone wrong with cases and is not mended, in the order of the
// cases, followed by the drills that were not held in time:
//
//   - a stage that had nobody on duty and a case that all stages let pass, while the
//     case is open and since its clocks began;
//   - a message that was given up, until a later one reaches the same recipient.
//
// A case about a message or about a case that nobody took gives rise to no further one
// of these two: they would have no end.
func (b *caseBook) alarms(p *policy.Policy, now time.Time) []Alarm {
	var out []Alarm
	told := map[string]bool{}
	add := func(f compliance.Finding) {
		if id := f.Identity(); !told[id] {
			told[id] = true
			out = append(out, alarmOf(f))
		}
	}
	ids := slices.Sorted(maps.Keys(b.cases))
	reached := b.reached(now)
	all := make([]escalation.Case, 0, len(ids))
	for _, id := range ids {
		c := b.cases[id]
		all = append(all, c)
		to := map[string]string{}
		for _, e := range b.events[id] {
			for _, d := range e.Tell {
				to[d.ID] = d.To
			}
			f, ok := c.Alarm(e)
			if ok && !e.At.After(now) && lasts(c, f.Rule, e, now, reached[to[e.Delivery]]) {
				add(f)
			}
		}
	}
	for _, f := range escalation.OverdueDrills(p, all, now) {
		add(f)
	}
	return out
}

// lasts says whether an alarm is not over yet. Reached is when the recipient was last
// reached.
func lasts(c escalation.Case, rule compliance.RuleID, e escalation.Event, now, reached time.Time) bool {
	about := strings.HasPrefix(c.Rule, "escalation-")
	switch rule {
	case escalation.RuleDeadLetter:
		return !about && !reached.After(e.At) && now.Sub(e.At) < deadFor
	case escalation.RuleExhausted:
		return !about && c.IsOpen() && !e.At.Before(c.Since)
	}
	return c.IsOpen() && !e.At.Before(c.Since)
}

// reached is when each recipient was last sent a message that arrived.
func (b *caseBook) reached(now time.Time) map[string]time.Time {
	last := map[string]time.Time{}
	for _, events := range b.events {
		to := map[string]string{}
		for _, e := range events {
			for _, d := range e.Tell {
				to[d.ID] = d.To
			}
			if name := to[e.Delivery]; e.Kind == escalation.Sent && !e.At.After(now) && e.At.After(last[name]) {
				last[name] = e.At
			}
		}
	}
	return last
}
