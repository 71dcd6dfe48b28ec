package policy

import (
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/route"
)

// InhibitDocument keeps findings back while another one explains them: where a
// source is silent, the shortfalls that rest on it need no cases of their own.
type InhibitDocument struct {
	Name document.Text `yaml:"name,required"`
	// Cause is what the explaining finding is like, Effect what those are like
	// that it keeps back.
	Cause  map[string]document.Text `yaml:"cause,required"`
	Effect map[string]document.Text `yaml:"effect,required"`
	// Equal names fields that must be the same in both. A field that either
	// lacks is not the same.
	Equal []document.Text `yaml:"equal,required"`
}

type inhibition struct {
	name          string
	cause, effect route.Matcher
	equal         []string
}

// Inhibited is a finding that is kept back: both are places in the list given.
type Inhibited struct {
	Effect, Cause int
	// By is the name of the inhibition.
	By string
}

// Inhibit says which of the findings of one run are kept back, each by the first
// cause there is, in the order of the list. Nothing is kept back by itself, nor
// by what is kept back. The caller lists and counts them: kept back is not gone.
func (p *Policy) Inhibit(subjects []route.Subject) []Inhibited {
	var out []Inhibited
	back := make([]bool, len(subjects))
	for _, in := range p.inhibitions {
		causes := map[string]int{}
		for i := range subjects {
			key, ok := route.Key(&subjects[i], in.equal)
			if _, known := causes[key]; ok && !known && !back[i] && in.cause.Matches(&subjects[i]) {
				causes[key] = i
			}
		}
		for i := range subjects {
			key, ok := route.Key(&subjects[i], in.equal)
			cause, found := causes[key]
			if !ok || !found || cause == i || back[i] || !in.effect.Matches(&subjects[i]) || in.cause.Matches(&subjects[i]) {
				continue
			}
			back[i] = true
			out = append(out, Inhibited{i, cause, in.name})
		}
	}
	return out
}

func (c *compiler) compileInhibition(d InhibitDocument) {
	in := inhibition{name: d.Name.Value, cause: c.matcher(d.Name, d.Cause), effect: c.matcher(d.Name, d.Effect)}
	if len(d.Equal) == 0 {
		c.fail(d.Name, "inhibition %q must name fields that must be equal, or one finding would keep back all others", in.name)
	}
	for _, f := range d.Equal {
		if !route.IsField(f.Value) {
			c.fail(f, "a finding has no field %q", f.Value)
		}
		in.equal = append(in.equal, f.Value)
	}
	c.inhibitions = append(c.inhibitions, in)
}
