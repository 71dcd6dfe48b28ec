package playbook

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/escalation/trigger"
)

// triggered are the findings of the playbook's triggers, those about cases last.
func (p *Playbook) triggered(facts Facts, res *compliance.Result, now time.Time) []compliance.Finding {
	t := p.triggers
	if t == nil {
		return nil
	}
	in := trigger.Facts{Result: res, Contracts: p.terms.Contracts, Policy: p.escalation}
	for _, pos := range res.Positions {
		in.Series = append(in.Series, trigger.Series{Position: pos, Before: facts.Past.of(pos.Key())})
	}
	if t.Measures() {
		in.Measured = p.measured(facts.Estate, res)
	}
	out := t.Find(in, now)
	for _, a := range facts.Past.Alarms {
		out = append(out, a.finding(now))
	}
	return out
}

// measured are the products whose use was measured within the year before the
// snapshot, sorted, beside what the inventory and the positions say of them.
func (p *Playbook) measured(e *compliance.Estate, res *compliance.Result) []trigger.Measured {
	all := map[catalog.ProductKey]*trigger.Measured{}
	for u := range e.Usage() {
		if !u.To.After(res.AsOf.AddDate(-1, 0, 0)) || !u.From.Before(res.AsOf) {
			continue
		}
		key := p.catalog.Recognise(u.Title).Product.Key
		if key == "" {
			continue // among the titles that the result lists as not recognised
		}
		m := all[key]
		if m == nil {
			maker, _, _ := strings.Cut(string(key), "/")
			m = &trigger.Measured{Publisher: maker, Product: key}
			all[key] = m
		}
		if u.Peak > m.Peak || u.Peak == m.Peak && u.At.Before(m.At) {
			m.Peak, m.At, m.Source = u.Peak, u.At, u.Source
		}
	}
	if len(all) == 0 {
		return nil
	}
	p.count(all, e)
	out := make([]trigger.Measured, 0, len(all))
	for _, key := range slices.Sorted(maps.Keys(all)) {
		m := all[key]
		for i := range res.Positions {
			if pos := &res.Positions[i]; pos.Product == key && (m.Position == nil || pos.Owned.GreaterThan(m.Position.Owned)) {
				m.Position = pos
			}
		}
		for _, s := range res.Sources {
			if s.Doubt != "" && s.Doubt != compliance.DoubtStale {
				m.Unread = append(m.Unread, s.ID)
			}
		}
		out = append(out, *m)
	}
	return out
}

// count adds what the inventory has of products: installs, or seats where those are
// more, since a user may have both. A title is recognised once.
func (p *Playbook) count(all map[catalog.ProductKey]*trigger.Measured, e *compliance.Estate) {
	known := map[catalog.Title]*trigger.Measured{}
	for in := range e.Installs() {
		m, ok := known[in.Title]
		if !ok {
			m = all[p.catalog.Recognise(in.Title).Product.Key]
			known[in.Title] = m
		}
		if m != nil {
			m.Installed++
		}
	}
	seats := map[catalog.ProductKey]int{}
	for s := range e.Seats() {
		seats[p.catalog.Recognise(s.Title).Product.Key]++
	}
	for key, m := range all {
		m.Installed = max(m.Installed, seats[key])
	}
}

// triggers checks the section of triggers against the rest of the playbook.
func (l *loader) triggers(at document.Position) {
	doc := l.p.doc.Triggers
	if doc == nil {
		return
	}
	t, err := trigger.New(*doc)
	l.note(at, err)
	l.p.triggers = t
	taken := append(trigger.Rules(), machinery...)
	for _, r := range l.p.doc.Rules {
		if slices.Contains(taken, compliance.RuleID(r.ID)) {
			l.fail(r.At, "rule %q has the name of a trigger; call it otherwise, since a finding is known by its rule", r.ID)
		}
	}
	if doc.Stale == nil || len(l.p.doc.Sources) == 0 {
		return
	}
	for _, s := range doc.Stale.Sources {
		if !slices.ContainsFunc(l.p.doc.Sources, func(o SourceDocument) bool { return o.ID == s.ID.Value }) {
			l.note(s.ID.At(), s.ID.Problem(1, 1, "the playbook has no source %q", s.ID.Value))
		}
	}
}
