package closure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/document"
	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/execution"
)

// Rule is the rule that found the deviation, to be evaluated again. It returns
// the names of missing facts with a verdict of Unknown.
type Rule interface {
	Judge(ctx context.Context, p compliance.Position) (compliance.Verdict, []string, error)
}

// Evidence is what a plan is verified with.
type Evidence struct {
	Plan remediation.Plan
	Run  execution.State
	// Result is a reconciliation of a snapshot taken after the run.
	Result *compliance.Result
	// Rule is the rule that fired; nil where a plan did not start from a finding.
	Rule Rule
	Now  time.Time
}

// Judgement is a verdict with what it lacks or why it is so.
type Judgement struct {
	Verdict compliance.Verdict
	Missing []string `json:",omitempty"`
}

// Report is what a verification found.
type Report struct {
	// Plan is the digest of the plan, Estate that of the snapshot judged.
	Plan, Estate string
	At           time.Time
	Steps        []StepReport
	Positions    []PositionReport
	// PlannedCost is the plan's cost, RealisedCost that of the steps whose
	// criterion is met.
	PlannedCost, RealisedCost compliance.Money
	// Verified says that everything passed.
	Verified bool
}

// StepReport sets what the run says of a step beside what the snapshot shows.
type StepReport struct {
	Step      string
	Outcome   execution.Outcome
	Criterion Judgement
}

// PositionReport sets a position beside the plan's promise.
type PositionReport struct {
	Position string
	Success  Judgement
	// Rule is the judgement of the rule that fired; NotApplicable without one.
	Rule Judgement
	// PlannedShort and Short are what was to stay short and what does.
	PlannedShort, Short string
	// PlannedSaving and Saving are by how much the exposure was to fall and did.
	PlannedSaving, Saving compliance.Money
}

// Verify judges a plan by a later reconciliation.
func Verify(ctx context.Context, e Evidence) (Report, error) {
	digest, err := e.Plan.Digest()
	if err != nil {
		return Report{}, err
	}
	if e.Run.Digest != digest {
		return Report{}, fmt.Errorf("closure: the run is of plan %s, not of %s", e.Run.Digest, digest)
	}
	if e.Result == nil || e.Now.IsZero() {
		return Report{}, fmt.Errorf("closure: a verification needs a result and an instant")
	}
	v := verifier{Evidence: e, after: map[string]compliance.Position{}, stale: map[string][]string{}}
	for _, p := range e.Result.Positions {
		v.after[p.Key()] = p
	}
	for _, c := range e.Plan.Positions {
		v.stale[c.Position] = v.notFresh(c)
	}
	out := Report{Plan: digest, Estate: e.Result.Estate, At: e.Now.UTC(), PlannedCost: e.Plan.Cost, Verified: true}
	out.RealisedCost.Currency = e.Plan.Cost.Currency
	if err := v.steps(ctx, &out); err != nil {
		return Report{}, err
	}
	for _, c := range e.Plan.Positions {
		p, err := v.position(ctx, c)
		if err != nil {
			return Report{}, err
		}
		out.Verified = out.Verified && passed(p.Success) && (e.Rule == nil || passed(p.Rule))
		out.Positions = append(out.Positions, p)
	}
	return out, nil
}

func passed(j Judgement) bool { return j.Verdict == compliance.Pass }

type verifier struct {
	Evidence
	after map[string]compliance.Position
	// stale are, by position, the sources that were not read since.
	stale map[string][]string
}

// notFresh names the sources of a position that were not read to their end since
// the last attempt on it.
func (v verifier) notFresh(c remediation.Change) []string {
	since := v.Plan.Created
	for i, st := range v.Plan.Steps {
		if st.Position != c.Position || i >= len(v.Run.Steps) {
			continue
		}
		for _, a := range v.Run.Steps[i].Actions {
			if a.Last.After(since) {
				since = a.Last
			}
		}
	}
	ids := slices.Concat(c.Sources, v.after[c.Position].Sources)
	slices.Sort(ids)
	var out []string
	for _, id := range slices.Compact(ids) {
		at := slices.IndexFunc(v.Result.Sources, func(s compliance.SourceState) bool { return s.ID == id })
		fresh := at >= 0 && v.Result.Sources[at].Collected.After(since) && v.Result.Sources[at].Failure == ""
		if !fresh {
			out = append(out, fmt.Sprintf("source %s read since %s", id, since.UTC().Format(time.RFC3339)))
		}
	}
	return out
}

// current is a position of the later result. One that is gone needs nothing.
func (v verifier) current(key string) compliance.Position {
	if p, ok := v.after[key]; ok {
		return p
	}
	nothing := decimal.NewNullDecimal(decimal.Decimal{})
	return compliance.Position{
		Status:   compliance.Compliant,
		Required: compliance.Interval{High: nothing}, Short: compliance.Interval{High: nothing},
	}
}

// judge evaluates a criterion over a position; without fresh sources it is
// unknown whatever it says.
func (v verifier) judge(ctx context.Context, criterion, key string) (Judgement, error) {
	if missing := v.stale[key]; len(missing) > 0 {
		return Judgement{compliance.Unknown, missing}, nil
	}
	c, err := remediation.NewCriterion(document.Literal("criterion", criterion))
	if err != nil {
		return Judgement{}, fmt.Errorf("closure: %w", err)
	}
	verdict, missing, err := c.Met(ctx, v.current(key))
	if err != nil {
		return Judgement{}, fmt.Errorf("closure: %w", err)
	}
	return Judgement{verdict, missing}, nil
}

func (v verifier) steps(ctx context.Context, out *Report) error {
	for i, st := range v.Plan.Steps {
		j, err := v.judge(ctx, st.Criterion, st.Position)
		if err != nil {
			return err
		}
		r := StepReport{Step: st.ID, Criterion: j}
		if i < len(v.Run.Steps) {
			r.Outcome = v.Run.Steps[i].Outcome()
		}
		if passed(j) {
			out.RealisedCost.Amount = out.RealisedCost.Amount.Add(st.Cost.Amount)
		}
		// A step that was skipped or failed need not be done, where the positions
		// are well without it; one whose outcome is open or unknown is unfinished.
		unfinished := r.Outcome == execution.OutcomeOpen || r.Outcome == execution.Unknown
		untrue := r.Outcome == execution.Done && !passed(j)
		out.Verified = out.Verified && !unfinished && !untrue
		out.Steps = append(out.Steps, r)
	}
	return nil
}

func (v verifier) position(ctx context.Context, c remediation.Change) (PositionReport, error) {
	now := v.current(c.Position)
	out := PositionReport{
		Position: c.Position, Rule: Judgement{Verdict: compliance.NotApplicable},
		PlannedShort: c.After.Short, Short: now.Short.String(),
		PlannedSaving: less(c.Before.Exposure, c.After.Exposure), Saving: less(c.Before.Exposure, now.Exposure),
	}
	var err error
	if out.Success, err = v.judge(ctx, v.Plan.Success, c.Position); err != nil || v.Rule == nil {
		return out, err
	}
	if missing := v.stale[c.Position]; len(missing) > 0 {
		out.Rule = Judgement{compliance.Unknown, missing}
		return out, nil
	}
	if out.Rule.Verdict, out.Rule.Missing, err = v.Rule.Judge(ctx, now); err != nil {
		return out, fmt.Errorf("closure: rule: %w", err)
	}
	return out, nil
}

func less(a, b compliance.Money) compliance.Money {
	return compliance.Money{Amount: a.Amount.Sub(b.Amount), Currency: a.Currency}
}

// Digest is the SHA-256 of the report's JSON, hexadecimal. It is what is signed.
func (r Report) Digest() (string, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("closure: report: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}
