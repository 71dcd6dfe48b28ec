package export

import (
	"fmt"
	"slices"
)

type poam struct {
	UUID         string        `json:"uuid"`
	Metadata     metadata      `json:"metadata"`
	System       systemID      `json:"system-id"`
	Observations []observation `json:"observations,omitempty"`
	Risks        []risk        `json:"risks,omitempty"`
	Findings     []found       `json:"findings,omitempty"`
	Items        []poamItem    `json:"poam-items"`
	Back         backMatter    `json:"back-matter"`
}

type systemID struct {
	ID string `json:"id"`
}

type poamItem struct {
	UUID         string           `json:"uuid"`
	Title        string           `json:"title"`
	Description  string           `json:"description"`
	Props        []property       `json:"props,omitempty"`
	Findings     []relatedFinding `json:"related-findings,omitempty"`
	Observations []relatedSeen    `json:"related-observations,omitempty"`
	Risks        []relatedRisk    `json:"related-risks,omitempty"`
}

// POAM is the plan of action and milestones for the findings that are not satisfied,
// as OSCAL in JSON: one item for each, with its risk, and the tasks of its remedies as
// the risk's one planned response, or completed when all of them are done; then the
// risk is closed. A finding that no remedy is of is an item without tasks. The owners
// of tasks are roles. system names what was assessed, such as the organisation. An
// assessment with nothing to mend is refused, since OSCAL has no empty plan.
func POAM(a Assessment, system string) ([]byte, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	if line(system) == "" {
		return nil, fmt.Errorf("%w: a plan of action needs the system that it is of", ErrExport)
	}
	p := poam{UUID: a.id("plan-of-action-and-milestones"), Metadata: a.metadata("Plan of action and milestones: "), System: systemID{line(system)}, Back: a.back()}
	for i := range a.Findings {
		f := &a.Findings[i]
		if f.Outcome == Satisfied {
			continue
		}
		r := a.risk(f)
		a.respond(&r, f, &p.Metadata)
		p.Observations = append(p.Observations, a.observation(f))
		p.Risks = append(p.Risks, r)
		p.Findings = append(p.Findings, a.finding(f))
		p.Items = append(p.Items, poamItem{
			UUID: a.id("poam-item", f.ID), Title: line(f.Title), Description: f.Description,
			Props:    props("rule", f.Rule, "subject", f.Subject, "severity", f.Severity.String()),
			Findings: []relatedFinding{{a.id("finding", f.ID)}}, Observations: r.Observations, Risks: []relatedRisk{{r.UUID}},
		})
	}
	if len(p.Items) == 0 {
		return nil, fmt.Errorf("%w: there is nothing to mend", ErrExport)
	}
	return oscal("plan-of-action-and-milestones", p)
}

// respond adds what is done about a finding to its risk.
func (a *Assessment) respond(r *risk, f *Finding, m *metadata) {
	resp := response{UUID: a.id("response", f.ID), Lifecycle: "completed"}
	for _, remedy := range a.Remedies {
		if !slices.Contains(remedy.Findings, f.ID) {
			continue
		}
		if resp.Title == "" {
			resp.Title, resp.Description = line(remedy.Title), remedy.Description
		} else {
			resp.Description += "\n\n" + remedy.Description
		}
		for i := range remedy.Tasks {
			t := &remedy.Tasks[i]
			resp.Tasks = append(resp.Tasks, a.task(f, t, m))
			if !t.Done {
				resp.Lifecycle = "planned"
			}
		}
	}
	if resp.Title == "" {
		return
	}
	if len(resp.Tasks) == 0 {
		resp.Lifecycle = "planned"
	}
	if resp.Lifecycle == "completed" {
		r.Status = "closed"
	}
	r.Remediations = []response{resp}
}

func (a *Assessment) task(f *Finding, t *Task, m *metadata) task {
	state := "open"
	if t.Done {
		state = "done"
	}
	out := task{
		UUID: a.id("task", f.ID, t.ID), Type: "milestone", Title: line(t.Title), Description: t.Description,
		Props: props("task", t.ID, "state", state), Timing: timing{On: &onDate{t.Due.UTC()}},
	}
	if !t.Start.IsZero() {
		out.Timing = timing{Within: &interval{t.Start.UTC(), t.Due.UTC()}}
	}
	if owner := line(t.Owner); owner != "" {
		id := token(owner)
		out.Roles = []responsibleRole{{id}}
		if !slices.ContainsFunc(m.Roles, func(r role) bool { return r.ID == id }) {
			m.Roles = append(m.Roles, role{id, owner})
		}
	}
	return out
}
