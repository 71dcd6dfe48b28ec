package policy

import (
	"slices"
	"strconv"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/internal/levels"
)

// chain is a compiled chain. It has a clock for each rank of severity.
type chain struct {
	name, calendar string
	clocks         []Clock
	stages         []stage
	repeat         int
	repeatAfter    calendar.Span
	fallback       []string
}

type stage struct {
	name            string
	tell            []string
	severities      levels.Set
	duty            []string
	wait            calendar.Span
	acknowledgement Acknowledgement
}

// ownerWord stands for the owner of the case among those a stage tells.
const ownerWord = "owner"

// maxRepeat bounds how often a chain begins again.
const maxRepeat = 100

func (c *compiler) compileChain(d ChainDocument) chain {
	ch := chain{name: d.Name.Value, calendar: c.calendar(d.Calendar), repeat: d.Repeat.Times, repeatAfter: d.Repeat.After}
	ch.clocks = c.compileClocks(d)
	names := map[string]bool{}
	for _, s := range d.Stages {
		if names[s.Name.Value] {
			c.fail(s.Name, "stage %q is listed twice", s.Name.Value)
		}
		names[s.Name.Value] = true
		ch.stages = append(ch.stages, c.compileStage(s))
	}
	if len(d.Stages) == 0 {
		c.fail(d.Name, "chain %q has no stages", ch.name)
	} else {
		c.checkStages(d, ch)
	}
	if len(d.Fallback) == 0 {
		c.fail(d.Name, "chain %q has no fallback; say who hears of a case that all stages let pass", ch.name)
	}
	for _, f := range d.Fallback {
		ch.fallback = append(ch.fallback, c.target(f))
		if f.Value == ownerWord {
			c.fail(f, "the owner cannot be the fallback of chain %q: it is for when the owner does not act", ch.name)
		}
	}
	switch {
	case ch.repeat < 0 || ch.repeat > maxRepeat:
		c.fail(d.Name, "chain %q repeats %d times; it may 0 to %d", ch.name, ch.repeat, maxRepeat)
	case ch.repeat > 0 && ch.repeatAfter.Count == 0:
		c.fail(d.Name, "chain %q repeats, so it needs repeat.after, the wait before it begins again", ch.name)
	}
	return ch
}

// checkStages wants a stage for each severity, whatever the contract demands: without
// one nobody would be asked to take the case before the fallback hears of it.
func (c *compiler) checkStages(d ChainDocument, ch chain) {
	for r, s := range c.rubric.Severities() {
		if !slices.ContainsFunc(ch.stages, func(st stage) bool { return st.severities.Has(r) && len(st.duty) == 0 }) {
			c.fail(d.Name, "chain %q has no stage for severity %s that does not ask for a duty, so nobody would be asked to take such a case", ch.name, s)
		}
	}
}

func (c *compiler) target(t document.Text) string {
	if t.Value == "" {
		c.fail(t, "name a person, a team, or owner")
	}
	return t.Value
}

func (c *compiler) compileStage(d StageDocument) stage {
	s := stage{name: d.Name.Value, wait: d.Wait, severities: levels.All(levels.Max), acknowledgement: 1}
	for _, t := range d.Tell {
		s.tell = append(s.tell, c.target(t))
	}
	if len(s.tell) == 0 {
		c.fail(d.Name, "stage %q tells nobody", s.name)
	}
	if !d.Severity.IsZero() {
		set, p := levels.Parse(d.Severity, c.rubric.Severities())
		if p != nil {
			c.problems = append(c.problems, p)
		}
		s.severities = set
	}
	for _, w := range d.Duty {
		s.duty = append(s.duty, w.Value)
	}
	if d.Wait.Count == 0 {
		c.fail(d.Name, "stage %q waits no time, so whoever it tells could never act; give it a wait", s.name)
	}
	switch a := d.Acknowledgement.Value; a {
	case "", "any":
	case "all":
		s.acknowledgement = All
	default:
		n, err := strconv.Atoi(a)
		if err != nil || n < 1 {
			c.fail(d.Acknowledgement, "acknowledgement %q must be any, all, or how many people", a)
		}
		s.acknowledgement = Acknowledgement(n)
	}
	return s
}

// compileClocks gives each severity its clock and checks that a more severe case
// never has more time than a less severe one, where units can be compared.
func (c *compiler) compileClocks(d ChainDocument) []Clock {
	severities := c.rubric.Severities()
	clocks := make([]Clock, len(severities))
	set := make([]*ClockDocument, len(severities))
	for i := range d.Clocks {
		cd := &d.Clocks[i]
		ranks, p := levels.Parse(cd.Severity, severities)
		if p != nil {
			c.problems = append(c.problems, p)
			continue
		}
		for r := range severities {
			if !ranks.Has(r) {
				continue
			}
			if set[r] != nil {
				c.fail(cd.Severity, "severity %s has two clocks, the other one on line %d", severities[r], set[r].Severity.At().Line)
			}
			set[r] = cd
			clocks[r] = cd.clock()
		}
	}
	for r, s := range severities {
		if set[r] == nil {
			c.fail(d.Name, "chain %q has no clock for severity %s", d.Name.Value, s)
		}
	}
	c.checkClocks(set, clocks)
	return clocks
}

func (d *ClockDocument) clock() Clock {
	k := Clock{Acknowledge: d.Acknowledge, Contain: d.Contain, Remedy: d.Remedy, Lease: d.Lease}
	if k.Lease.IsZero() {
		k.Lease = k.Contain
	}
	return k
}

func (c *compiler) checkClocks(set []*ClockDocument, clocks []Clock) {
	for r, d := range set {
		if d == nil || r > 0 && set[r-1] == d {
			continue // there is none, or it has been checked for the severity below
		}
		k := clocks[r]
		for _, pair := range []struct {
			a, b         calendar.Span
			first, after string
		}{{k.Acknowledge, k.Contain, "acknowledge", "contain"}, {k.Contain, k.Remedy, "contain", "remedy"}} {
			if longer(pair.a, pair.b) {
				c.fail(d.Severity, "%s takes %s, longer than %s, which takes %s", pair.first, pair.a, pair.after, pair.b)
			}
		}
		if r > 0 && set[r-1] != nil && longer(k.Remedy, clocks[r-1].Remedy) {
			c.fail(d.Severity, "a more severe case has %s to remedy, a less severe one (line %d) only %s",
				k.Remedy, set[r-1].Severity.At().Line, clocks[r-1].Remedy)
		}
	}
}

// longer says whether a is longer than b for certain, which it is when both are
// in the same unit.
func longer(a, b calendar.Span) bool { return a.Unit == b.Unit && a.Count > b.Count }
