package playbook

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/trueup-dev/trueup/evidence"
)

// Recompute judges facts as [Engine.Run] did at the instant now, and returns the
// entries that the run appended up to its findings: the run, what was collected, the
// positions, what was taken from before, and the findings with their verdicts, in order and byte for byte. It
// writes nothing. Cases and plans are not among them, since they depend on the cases
// that were open. What was taken from earlier runs and from cases, [Facts.Past], is
// given like any other fact; it is read from the run's own entry ([ReadPast]).
func (p *Playbook) Recompute(ctx context.Context, facts Facts, now time.Time) ([]evidence.Entry, error) {
	if facts.Estate == nil {
		return nil, fmt.Errorf("%w: a run needs an estate", ErrOptions)
	}
	r := newRun(&Engine{playbook: p, logger: slog.New(slog.DiscardHandler)}, facts, now)
	for _, stage := range []func(context.Context) error{r.reconcile, r.find} {
		if err := stage(ctx); err != nil {
			return nil, err
		}
	}
	return r.j.take(), nil
}
