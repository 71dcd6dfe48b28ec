package policy

import (
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/calendar"
	"github.com/trueup-dev/trueup/escalation/internal/levels"
	"github.com/trueup-dev/trueup/escalation/route"
	"github.com/trueup-dev/trueup/escalation/rubric"
)

// Policy is checked and compiled, immutable and safe for concurrent use.
type Policy struct {
	rubric    *rubric.Rubric
	routes    *route.Routes
	calendars map[string]*calendar.Calendar
	teams     map[string]team
	chains    map[string]chain

	exceptions  []Exception
	inhibitions []inhibition
	quiets      []quiet
	drills      []Drill
}

// New checks a policy and compiles it. The error is of type [document.Problems]
// and holds every mistake with its place.
func New(d Document, o Options) (*Policy, error) {
	c := compiler{options: o, feeds: map[string][]calendar.Holiday{}, Policy: &Policy{
		calendars: map[string]*calendar.Calendar{}, teams: map[string]team{}, chains: map[string]chain{},
	}}
	c.compileRubric(d)
	for _, f := range d.Feeds {
		c.compileFeed(f)
	}
	c.checkFeeds(d)
	for name, days := range o.Holidays {
		if _, ok := c.feeds[name]; !ok {
			c.feeds[name] = days
		}
	}
	for _, cal := range d.Calendars {
		c.compileCalendar(cal)
	}
	for _, t := range d.Teams {
		c.compileTeam(t)
	}
	if c.rubric != nil {
		c.compileChains(d)
	}
	for _, dr := range d.Drills {
		c.compileDrill(dr)
	}
	for _, q := range d.Quiet {
		c.compileQuiet(q)
	}
	for _, e := range d.Exceptions {
		c.compileException(e)
	}
	for _, in := range d.Inhibit {
		c.compileInhibition(in)
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return c.Policy, nil
}

type compiler struct {
	*Policy
	options  Options
	feeds    map[string][]calendar.Holiday
	problems document.Problems
}

func (c *compiler) add(at document.Text, err error) {
	c.problems = append(c.problems, document.Collect(at.At(), err)...)
}

func (c *compiler) fail(t document.Text, format string, args ...any) {
	c.problems = append(c.problems, t.Problem(1, 1, format, args...))
}

func (c *compiler) compileRubric(d Document) {
	var r *rubric.Rubric
	var err error
	if d.Rubric == nil {
		r, err = rubric.Standard()
		c.add(document.Text{}, err)
	} else {
		r, err = rubric.New(*d.Rubric)
		c.add(d.Rubric.Name, err)
	}
	c.rubric = r
}

func (c *compiler) compileCalendar(d calendar.Document) {
	if c.calendars[d.Name.Value] != nil {
		c.fail(d.Name, "calendar %q is listed twice", d.Name.Value)
	}
	cal, err := calendar.New(d, calendar.Options{Feeds: c.feeds})
	c.add(d.Name, err)
	c.calendars[d.Name.Value] = cal
}

func (c *compiler) compileChains(d Document) {
	var names []string
	for _, ch := range d.Chains {
		if p := levels.CheckName(ch.Name); p != nil {
			c.problems = append(c.problems, p)
		}
		if slices.Contains(names, ch.Name.Value) {
			c.fail(ch.Name, "chain %q is listed twice", ch.Name.Value)
		}
		names = append(names, ch.Name.Value)
		c.chains[ch.Name.Value] = c.compileChain(ch)
	}
	routes, err := route.New(d.Routes, route.Options{Severities: c.rubric.Severities(), Chains: names})
	c.add(d.Routes.Name, err)
	c.routes = routes
}

func (c *compiler) calendar(t document.Text) string {
	if _, ok := c.calendars[t.Value]; !ok {
		names := make([]string, 0, len(c.calendars))
		for n := range c.calendars {
			names = append(names, n)
		}
		slices.Sort(names)
		c.fail(t, "no calendar %q; known are %s", t.Value, strings.Join(names, ", "))
	}
	return t.Value
}

// Rubric is the policy's decision table.
func (p *Policy) Rubric() *rubric.Rubric { return p.rubric }

// Routes is the policy's tree of routes.
func (p *Policy) Routes() *route.Routes { return p.routes }

// Calendar is the calendar with a name, nil when there is none.
func (p *Policy) Calendar(name string) *calendar.Calendar { return p.calendars[name] }
