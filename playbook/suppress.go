package playbook

import (
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/lifecycle"
	"github.com/trueup-dev/trueup/escalation/route"
)

// Suppressed is a finding that gets no case of its own. It stays among the
// findings, and is in the log and the report with its reason: what is kept back is
// not gone.
type Suppressed struct {
	// Finding is the identity of the finding, Subject what it is about.
	Finding string `json:"finding"`
	Subject string `json:"subject"`
	// Exception names the one that lets the deviation stand, Approver who
	// approved it, Until its end.
	Exception string    `json:"exception,omitempty"`
	Approver  string    `json:"approver,omitempty"`
	Until     time.Time `json:"until,omitzero"`
	// Inhibition names the one that keeps the finding back, Cause the identity of
	// the finding that explains it.
	Inhibition string `json:"inhibition,omitempty"`
	Cause      string `json:"cause,omitempty"`
}

// suppress says which findings get no case, by their place: those that an
// exception lets stand, and of the others those that another finding explains.
func (r *run) suppress() map[int]Suppressed {
	p := r.playbook.escalation
	back := map[int]Suppressed{}
	var subjects []route.Subject
	var places []int
	for i := range r.rep.Findings {
		f := &r.rep.Findings[i]
		if e := p.Excepted(&f.subject, r.now); e != nil {
			back[i] = Suppressed{Finding: f.Identity, Subject: f.Subject, Exception: e.Name, Approver: e.Approver, Until: e.Until}
			continue
		}
		subjects, places = append(subjects, f.subject), append(places, i)
	}
	for _, in := range p.Inhibit(subjects) {
		effect, cause := &r.rep.Findings[places[in.Effect]], &r.rep.Findings[places[in.Cause]]
		back[places[in.Effect]] = Suppressed{
			Finding: effect.Identity, Subject: effect.Subject, Inhibition: in.By, Cause: cause.Identity,
		}
	}
	for i := range r.rep.Findings {
		if s, ok := back[i]; ok {
			r.rep.Suppressed = append(r.rep.Suppressed, s)
		}
	}
	return back
}

// keepBack closes the case of a finding that an exception lets stand from now on.
// An open case of a finding that another one explains goes on: somebody has it.
func (r *run) keepBack(id escalation.CaseID, s Suppressed) ([]escalation.Event, error) {
	c, known := r.cases.cases[id]
	if !known || !c.IsOpen() || s.Exception == "" {
		return nil, nil
	}
	return c.Close(r.playbook.escalation, lifecycle.Accepted, s.Approver, "exception "+s.Exception, r.now)
}

func (r *Report) suppressed(t *printer) {
	rows := []string{"BY\tUNTIL\tABOUT"}
	for _, s := range r.Suppressed {
		by := "exception " + s.Exception + " of " + s.Approver
		if s.Inhibition != "" {
			by = "inhibition " + s.Inhibition
		}
		rows = append(rows, fmt.Sprintf("%s\t%s\t%s", by, minute(s.Until), s.Subject))
	}
	t.table(fmt.Sprintf("Kept back, without a case: %d", len(r.Suppressed)), rows)
}
