package playbook

import (
	"time"

	"github.com/trueup-dev/trueup/compliance"
)

// before is the input of the earlier facts, by the terms that were known then; nil where
// there are none, or none from before this run.
func (r *run) before() *compliance.Input {
	b := r.facts.Before
	if b == nil || b.Estate == nil || !b.Estate.At().Before(r.facts.Estate.At()) {
		return nil
	}
	in := r.Engine.playbook.Input(*b, b.Estate.At())
	return &in
}

// due is when a plan must have been carried out; none where that is past, since what is
// overdue is done as soon as it can be.
func (r *run) due() time.Time {
	at := due(r.rep.Cases, r.rep.Short())
	if at.Before(r.now) {
		return time.Time{}
	}
	return at
}
