package playbook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/escalation/trigger"
	"github.com/trueup-dev/trueup/evidence"
)

// KindPast is the kind of the entry with what a run took from before it. Only runs of
// a playbook that sets triggers have one.
const KindPast evidence.Kind = "trueup.past/1"

// Past is what a run takes from the runs and cases before it, as it stands in the
// run's own entry: with that, its findings can be computed anew without the rest of
// the log.
type Past struct {
	// Requirements are what positions required, sorted by position; in the entry of a
	// run the last points are its own.
	Requirements []Requirement `json:"requirements,omitempty"`
	// Alarms are what had gone wrong with cases when the run began.
	Alarms []Alarm `json:"alarms,omitempty"`
}

// Requirement is what one position required, the oldest first.
type Requirement struct {
	Position string          `json:"position"`
	Points   []trigger.Point `json:"points"`
}

// Alarm is a finding about the machinery of cases.
type Alarm struct {
	Rule    compliance.RuleID `json:"rule"`
	Subject string            `json:"subject"`
	Message string            `json:"message"`
	Remedy  string            `json:"remedy,omitempty"`
	Facts   []compliance.Fact `json:"facts,omitempty"`
}

func alarmOf(f compliance.Finding) Alarm {
	return Alarm{Rule: f.Rule, Subject: f.Subject, Message: f.Message, Remedy: f.Remedy, Facts: f.Facts}
}

func (a Alarm) finding(at time.Time) compliance.Finding {
	return compliance.Finding{Rule: a.Rule, Verdict: compliance.Fail, Subject: a.Subject, Message: a.Message, Remedy: a.Remedy, Facts: a.Facts, At: at}
}

// ReadPast reads the past of a run from the payload of its entry, without the run's
// own points: what [Facts.Past] must be to compute the run anew.
func ReadPast(run evidence.RunID, payload []byte) (*Past, error) {
	var p Past
	if err := json.Unmarshal(payload, &p); err != nil {
		return nil, fmt.Errorf("playbook: past of run %s: %w", run, err)
	}
	for _, r := range p.Requirements {
		for _, pt := range r.Points {
			if !plausible(pt.Required) || !plausible(pt.Short) {
				return nil, fmt.Errorf("playbook: past of run %s: %w: position %s", run, errImplausible, r.Position)
			}
		}
	}
	return p.before(func(pt trigger.Point) bool { return pt.Run != string(run) }), nil
}

// errImplausible is wrapped where a number is none that a run can have come to.
var errImplausible = errors.New("a number is out of all proportion")

// maxExponent is how many digits before or after the point a number may have: adding
// numbers that are further apart takes memory without end.
const maxExponent = 64

func plausible(i compliance.Interval) bool {
	for _, d := range []decimal.Decimal{i.Low, i.High.Decimal} {
		if d.Exponent() > maxExponent || d.Exponent() < -maxExponent {
			return false
		}
	}
	return true
}

// before keeps the points that are to be kept, and the positions that have any.
func (p *Past) before(keep func(trigger.Point) bool) *Past {
	out := &Past{Alarms: p.Alarms}
	for _, r := range p.Requirements {
		points := slices.DeleteFunc(slices.Clone(r.Points), func(pt trigger.Point) bool { return !keep(pt) })
		if len(points) > 0 {
			out.Requirements = append(out.Requirements, Requirement{r.Position, points})
		}
	}
	return out
}

// of are the points of a position.
func (p *Past) of(position string) []trigger.Point {
	i, ok := slices.BinarySearchFunc(p.Requirements, position, func(r Requirement, key string) int {
		return strings.Compare(r.Position, key)
	})
	if !ok {
		return nil
	}
	return p.Requirements[i].Points
}

const (
	// pointsKept is how many runs are looked back at by a trigger that does not say.
	pointsKept = 12
	// absent is how long a position that is not found any more is remembered.
	absent = 366 * 24 * time.Hour
)

// with is the past with the points of one more run.
func (p *Past) with(run evidence.RunID, positions []compliance.Position, at time.Time, kept int) *Past {
	all := map[string][]trigger.Point{}
	for _, r := range p.Requirements {
		if n := len(r.Points); n > 0 && at.Sub(r.Points[n-1].At) <= absent {
			all[r.Position] = r.Points
		}
	}
	for i := range positions {
		key := positions[i].Key()
		points := all[key]
		points = points[max(0, len(points)-kept):]
		all[key] = append(slices.Clip(points), trigger.Point{Run: string(run), At: at, Required: positions[i].Required, Short: positions[i].Short})
	}
	out := &Past{Alarms: p.Alarms}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		out.Requirements = append(out.Requirements, Requirement{key, all[key]})
	}
	return out
}

// remember finds out what the run takes from before it and makes that an entry. A run
// that is repeated takes what it took the first time.
func (r *run) remember(ctx context.Context) error {
	t := r.playbook.triggers
	if t == nil {
		return nil
	}
	if r.log != nil {
		past, err := r.past(ctx)
		if err != nil {
			return err
		}
		r.facts.Past = past
	}
	if r.facts.Past == nil {
		r.facts.Past = &Past{}
	}
	r.rep.Facts.Past = r.facts.Past
	kept := pointsKept
	if s := t.Document().Spike; s != nil {
		kept = max(kept, s.Over)
	}
	return r.j.add(KindPast, r.facts.Past.with(r.rep.Run, r.rep.Result.Positions, r.now, kept))
}

// past is what the log tells of before the run.
func (r *run) past(ctx context.Context) (*Past, error) {
	if at, ok := r.cases.pasts[r.rep.Run]; ok {
		for rec, err := range r.log.Entries(ctx, at) {
			if err != nil {
				return nil, fmt.Errorf("playbook: past: %w", err)
			}
			return ReadPast(r.rep.Run, rec.Payload)
		}
	}
	past := (&r.cases.past).before(func(pt trigger.Point) bool { return pt.At.Before(r.now) })
	past.Alarms = nil
	if r.playbook.triggers.Machinery() {
		past.Alarms = r.cases.alarms(r.playbook.escalation, r.now)
	}
	return past, nil
}

// trend is by how many percent a position is shorter than in the run before; not valid
// where either is not known, or nothing was short.
func (p *Past) trend(pos *compliance.Position) decimal.NullDecimal {
	if p == nil || !pos.Short.Known() {
		return decimal.NullDecimal{}
	}
	before := p.of(pos.Key())
	if len(before) == 0 {
		return decimal.NullDecimal{}
	}
	last := before[len(before)-1].Short
	if !last.Known() || last.Low.IsZero() {
		return decimal.NullDecimal{}
	}
	grown := pos.Short.Low.Sub(last.Low).Mul(decimal.NewFromInt(100))
	return decimal.NewNullDecimal(grown.DivRound(last.Low, 2))
}
