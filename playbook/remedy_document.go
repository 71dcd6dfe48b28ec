package playbook

import (
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// RemedyDocument says how plans come to be approved, carried out and closed.
type RemedyDocument struct {
	At       document.Position `yaml:"-"`
	Approval approval.Document `yaml:"approval,required"`
	// People are the accounts that have a part in it.
	People []approval.PersonDocument `yaml:"people,required"`
	// SignOff lists the roles that sign the report of a plan before it is closed.
	SignOff []string     `yaml:"sign-off,required"`
	Caps    CapsDocument `yaml:"caps"`
}

// CapsDocument bounds the carrying out of one plan; zero is no bound, and three
// attempts.
type CapsDocument struct {
	At document.Position `yaml:"-"`
	// PerDay and PerRun count installs and seats that are taken away.
	PerDay   int `yaml:"per-day"`
	PerRun   int `yaml:"per-run"`
	Attempts int `yaml:"attempts"`
}

// Remedy is a checked [RemedyDocument].
type Remedy struct {
	Rules   *approval.Rules
	People  *approval.People
	SignOff []string
	Caps    execution.Caps
}

// Remedy says how plans are approved, carried out and closed; nil where the
// playbook does not.
func (p *Playbook) Remedy() *Remedy { return p.remedy }

// Input is what a run over the facts at an instant judges.
func (p *Playbook) Input(facts Facts, now time.Time) compliance.Input {
	return p.at(facts.Estate.At(), now.UTC()).input(facts, now.UTC())
}

func (p *Playbook) input(facts Facts, now time.Time) compliance.Input {
	return compliance.Input{
		Estate: facts.Estate, Catalog: p.catalog, Metrics: p.metrics,
		Entitlements: p.terms.Entitlements, Contracts: p.terms.Contracts, Licensing: p.terms.Licensing, StaleAfter: p.staleAfter(),
		KnownAt: now,
	}
}

// working is the calendar that plans fall into; nil where the playbook names none.
func (p *Playbook) working() remediation.Calendar {
	if cal := p.escalation.Calendar(p.doc.Remediation.Calendar.Value); cal != nil {
		return cal
	}
	return nil
}

func (l *loader) remedy(at document.Position) {
	if r := l.p.doc.Remediation; r != nil && r.Calendar.Value != "" && l.p.escalation != nil && l.p.escalation.Calendar(r.Calendar.Value) == nil {
		l.note(r.Calendar.At(), r.Calendar.Problem(1, 1, "the section escalation has no calendar %q", r.Calendar.Value))
	}
	doc := l.p.doc.Remedy
	if doc == nil {
		return
	}
	rules, err := approval.New(doc.Approval)
	l.note(at, err)
	people, err := approval.NewPeople(doc.People)
	l.note(at, err)
	if len(doc.SignOff) == 0 {
		l.fail(doc.At, "sign-off lists no role, so that no plan could be closed")
	}
	c := doc.Caps
	if c.PerDay < 0 || c.PerRun < 0 || c.Attempts < 0 {
		l.fail(c.At, "a cap is negative; leave it out for none")
	}
	l.p.remedy = &Remedy{rules, people, doc.SignOff, execution.Caps{PerDay: c.PerDay, PerRun: c.PerRun, Attempts: c.Attempts}}
}
