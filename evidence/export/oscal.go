package export

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

type controlID struct {
	ID string `json:"control-id"`
}

type selection struct {
	Include []controlID `json:"include-controls"`
}

type reviewed struct {
	Selections []selection `json:"control-selections"`
}

type result struct {
	UUID         string        `json:"uuid"`
	Title        string        `json:"title"`
	Description  string        `json:"description"`
	Start        time.Time     `json:"start"`
	End          time.Time     `json:"end"`
	Props        []property    `json:"props,omitempty"`
	Reviewed     reviewed      `json:"reviewed-controls"`
	Observations []observation `json:"observations,omitempty"`
	Risks        []risk        `json:"risks,omitempty"`
	Findings     []found       `json:"findings,omitempty"`
}

type assessmentResults struct {
	UUID     string     `json:"uuid"`
	Metadata metadata   `json:"metadata"`
	Plan     link       `json:"import-ap"`
	Results  []result   `json:"results"`
	Back     backMatter `json:"back-matter"`
}

// AssessmentResults is the assessment as OSCAL assessment results in JSON. Each
// finding has an observation that says in which entry of the log it is, and one that
// is not satisfied has a risk; the rules are the controls that were reviewed. What is
// undetermined is not satisfied, with that as its reason. UUIDs are of version 5, so
// that the same run gives the same bytes.
func AssessmentResults(a Assessment) ([]byte, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	r := result{
		UUID: a.id("result"), Title: line(a.Title), Description: "Run " + line(string(a.Run)) + " over the facts as of " + a.Start.UTC().Format(time.RFC3339) + ".",
		Start: a.Start.UTC(), End: a.End.UTC(), Props: props("run", string(a.Run), "engine", a.Engine, "engine-version", a.Version),
		Reviewed: reviewed{[]selection{{}}},
	}
	for _, rule := range a.Rules {
		if c := (controlID{token(rule)}); !slices.Contains(r.Reviewed.Selections[0].Include, c) {
			r.Reviewed.Selections[0].Include = append(r.Reviewed.Selections[0].Include, c)
		}
	}
	for i := range a.Findings {
		f := &a.Findings[i]
		r.Observations = append(r.Observations, a.observation(f))
		r.Findings = append(r.Findings, a.finding(f))
		if f.Outcome != Satisfied {
			r.Risks = append(r.Risks, a.risk(f))
		}
	}
	return oscal("assessment-results", assessmentResults{
		UUID: a.id("assessment-results"), Metadata: a.metadata("Assessment results: "), Plan: link{Href: a.Plan}, Results: []result{r}, Back: a.back(),
	})
}

// oscal wraps a model in its root.
func oscal(root string, model any) ([]byte, error) {
	b, err := json.MarshalIndent(map[string]any{root: model}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("export: %s: %w", root, err)
	}
	return append(b, '\n'), nil
}

func (a *Assessment) metadata(kind string) metadata {
	return metadata{Title: kind + line(a.Title), Modified: a.End.UTC(), Version: line(string(a.Run)), OSCAL: OSCALVersion}
}

func (a *Assessment) observation(f *Finding) observation {
	return observation{
		UUID: a.id("observation", f.ID), Title: line(f.Title), Description: f.Description, Methods: []string{"TEST"}, Types: []string{"finding"},
		Collected: a.Start.UTC(),
		Props: props("log-origin", a.Checkpoint.Origin, "log-entry", strconv.FormatInt(int64(f.Entry), 10), "rule", f.Rule,
			"subject", f.Subject, "severity", f.Severity.String()),
	}
}

func (a *Assessment) finding(f *Finding) found {
	out := found{
		UUID: a.id("finding", f.ID), Title: line(f.Title), Description: f.Description, Props: props("rule", f.Rule, "subject", f.Subject),
		Target:       target{Type: "objective-id", ID: token(f.Rule), Status: status{State: "satisfied"}},
		Observations: []relatedSeen{{a.id("observation", f.ID)}},
	}
	switch f.Outcome {
	case Satisfied:
		return out
	case Undetermined:
		out.Target.Status = status{State: "not-satisfied", Reason: "other", Remarks: "Facts are missing, so it could not be determined."}
	default:
		out.Target.Status = status{State: "not-satisfied", Reason: "fail"}
	}
	out.Risks = []relatedRisk{{a.id("risk", f.ID)}}
	return out
}

func (a *Assessment) risk(f *Finding) risk {
	r := risk{
		UUID: a.id("risk", f.ID), Title: line(f.Title), Description: f.Description, Statement: f.Description, Status: "open",
		Props: props("severity", f.Severity.String(), "subject", f.Subject), Observations: []relatedSeen{{a.id("observation", f.ID)}},
	}
	if !f.Due.IsZero() {
		due := f.Due.UTC()
		r.Deadline = &due
	}
	return r
}

// back names what proves it: the plan, and the checkpoint of the log.
func (a *Assessment) back() backMatter {
	sum := sha256.Sum256(a.Checkpoint.Note)
	plan := rlink{Href: a.Plan}
	if a.PlanDigest != "" {
		plan.Hashes = []hash{{"SHA-256", a.PlanDigest}}
	}
	return backMatter{[]resource{
		{UUID: a.id("resource", "plan"), Title: "Playbook", RLinks: []rlink{plan}},
		{UUID: a.id("resource", "checkpoint"), Title: "Checkpoint of the log",
			Props:  props("log-origin", a.Checkpoint.Origin, "log-size", strconv.FormatInt(a.Checkpoint.Size, 10), "log-root", a.Checkpoint.Root.String()),
			RLinks: []rlink{{Href: "checkpoint", Hashes: []hash{{"SHA-256", hex.EncodeToString(sum[:])}}}}},
	}}
}
