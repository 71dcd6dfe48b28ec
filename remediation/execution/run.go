package execution

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/remediation"
	"github.com/trueup-dev/trueup/remediation/approval"
)

// Options say what a run works with. Journal, Actuator and Now are needed.
type Options struct {
	Journal  Journal
	Actuator Actuator
	// Notifier may be nil only for plans whose steps need no notice.
	Notifier Notifier
	// Now reads the clock.
	Now func() time.Time
	// Holder names this process among those that may hold the run's lease.
	Holder string
	// Lease is how long the lease lasts without a sign of life; 0 means a minute.
	// It is renewed also while an action takes its time.
	Lease time.Duration
	Caps  Caps
}

const defaultLease = time.Minute

// Run is one execution of one plan.
type Run struct {
	*Control
	grant approval.Grant
	o     Options
	// permit checks the grant; a rehearsal permits itself.
	permit func(now time.Time) error
	digest string
}

// New prepares a run. The case of the grant names it, so that a grant is used for
// one run only. Nothing happens before [Run.Go].
func New(plan remediation.Plan, g approval.Grant, o Options) (*Run, error) {
	r, err := prepare(g.Case(), plan, o)
	if err != nil {
		return nil, err
	}
	r.grant = g
	r.permit = func(now time.Time) error { return g.Permits(plan, now) }
	return r, nil
}

func prepare(name string, plan remediation.Plan, o Options) (*Run, error) {
	digest, err := plan.Digest()
	if err != nil {
		return nil, err
	}
	if o.Journal == nil || o.Actuator == nil || o.Now == nil {
		return nil, fmt.Errorf("execution: a run needs a journal, an actuator and a clock")
	}
	if o.Lease <= 0 {
		o.Lease = defaultLease
	}
	if o.Caps.Attempts <= 0 {
		o.Caps.Attempts = defaultAttempts
	}
	for _, s := range plan.Steps {
		if s.Earliest.After(s.Start) && o.Notifier == nil {
			return nil, fmt.Errorf("execution: step %s needs notice, and there is no notifier", s.ID)
		}
	}
	return &Run{Control: NewControl(name, plan, o.Journal, o.Now), o: o, digest: digest}, nil
}

// Result is where a run stands after [Run.Go].
type Result struct {
	State State
	// Next is when there will be more to do; zero when there will not. Where the
	// state is not over and Next is zero, actions of unknown outcome remain: go on
	// when the system that they are about can be read again.
	Next time.Time
}

// Go does everything that can be done now, and says when there is more. It may be
// called again at any time, by any process. The error wraps [ErrLeased],
// [ErrConflict], [ErrOther] or an error of package approval where the run may not
// go on here, and else says what failed; nothing is lost either way.
func (r *Run) Go(ctx context.Context) (Result, error) {
	s, err := r.load(ctx)
	if err != nil {
		return Result{}, err
	}
	if s.Status == NotStarted {
		if err := r.start(ctx, &s); err != nil {
			return Result{State: s}, err
		}
	}
	if err := r.mayGoOn(s); err != nil {
		return Result{State: s}, err
	}
	settled := map[[2]int]bool{}
	for {
		out, more, err := r.step(ctx, &s, settled)
		if errors.Is(err, ErrConflict) {
			// Someone paused, cancelled or objected, or another process went on.
			if s, err = r.load(ctx); err == nil {
				continue
			}
		}
		if err != nil || !more {
			return out, err
		}
	}
}

// step does the next thing. more says that there is another to do now.
func (r *Run) step(ctx context.Context, s *State, settled map[[2]int]bool) (out Result, more bool, err error) {
	if err := ctx.Err(); err != nil {
		return Result{State: *s}, false, fmt.Errorf("execution: %w", err)
	}
	if s.Status != Running {
		err := r.settlePending(ctx, s)
		return Result{State: *s}, false, err
	}
	if err := r.hold(ctx, s); err != nil {
		return Result{State: *s}, false, err
	}
	t := next(r.plan, *s, r.o.Caps, settled, r.o.Now())
	if t.kind == wait || t.kind == finish && unsettled(*s) {
		return Result{*s, t.until}, false, nil
	}
	err = r.do(ctx, s, t, settled)
	return Result{State: *s}, err == nil, err
}

// settlePending reads back what was under way when the run was paused or
// cancelled, so that its state tells the truth.
func (r *Run) settlePending(ctx context.Context, s *State) error {
	for i, st := range s.Steps {
		for j, a := range st.Actions {
			if !a.Pending {
				continue
			}
			if err := r.settle(ctx, s, Event{At: r.o.Now(), Step: st.ID, Action: j}, task{step: i, action: j}, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Run) start(ctx context.Context, s *State) error {
	now := r.o.Now()
	if err := r.permit(now); err != nil {
		return err
	}
	return r.append(ctx, s, Event{Kind: Started, At: now, Digest: r.digest, Executor: string(r.grant.Executor())})
}

// mayGoOn checks that the run is of this plan and this executor, and that it was
// permitted when it started.
func (r *Run) mayGoOn(s State) error {
	if s.Digest != r.digest || s.Executor != string(r.grant.Executor()) {
		return fmt.Errorf("%w: run %s carries out plan %s by %q", ErrOther, r.name, s.Digest, s.Executor)
	}
	return r.permit(s.Started)
}

func unsettled(s State) bool {
	for _, st := range s.Steps {
		for _, a := range st.Actions {
			if a.Outcome == Unknown {
				return true
			}
		}
	}
	return false
}

// do carries out one task.
func (r *Run) do(ctx context.Context, s *State, t task, settled map[[2]int]bool) error {
	now := r.o.Now()
	if t.kind == finish {
		return r.append(ctx, s, Event{Kind: Finished, At: now})
	}
	step := r.plan.Steps[t.step]
	e := Event{At: now, Step: step.ID, Action: t.action}
	switch t.kind {
	case notice:
		err := r.beat(ctx, s, func() error { return r.o.Notifier.Notice(ctx, key(r.digest, step.ID, -1), step) })
		if err != nil {
			return fmt.Errorf("execution: notice of step %s: %w", step.ID, err)
		}
		e.Kind = Noticed
		return r.append(ctx, s, e)
	case conclude:
		e.Kind, e.Outcome, e.Detail = Concluded, Skipped, t.detail
		return r.append(ctx, s, e)
	case readBack:
		settled[[2]int{t.step, t.action}] = true
		return r.settle(ctx, s, e, t, "")
	}
	return r.act(ctx, s, e, t)
}

// act reads the preconditions again, then makes an attempt.
func (r *Run) act(ctx context.Context, s *State, e Event, t task) error {
	a := r.plan.Steps[t.step].Actions[t.action]
	var facts []remediation.Fact
	err := r.beat(ctx, s, func() (err error) { facts, err = r.o.Actuator.Facts(ctx, a); return err })
	if err != nil {
		return fmt.Errorf("execution: facts before %s of step %s: %w", a.Verb, e.Step, err)
	}
	if changed := drift(a.Preconditions, facts); changed != "" {
		return r.refuse(ctx, s, e, t, changed)
	}
	e.Kind, e.Key = Attempted, key(r.digest, e.Step, t.action)
	if err := r.append(ctx, s, e); err != nil {
		return err
	}
	e.At = r.o.Now()
	err = r.beat(ctx, s, func() error { return r.o.Actuator.Act(ctx, e.Key, a) })
	switch {
	case errors.Is(err, ErrRefused):
		e.Kind, e.Outcome, e.Detail = Concluded, Failed, err.Error()
		return r.append(ctx, s, e)
	case err != nil:
		return r.settle(ctx, s, e, t, err.Error())
	}
	return r.settle(ctx, s, e, t, "")
}

// refuse records that preconditions changed, unless the change is the effect of
// an earlier attempt that came late.
func (r *Run) refuse(ctx context.Context, s *State, e Event, t task, changed string) error {
	if s.Steps[t.step].Actions[t.action].Attempts > 0 {
		done, err := r.done(ctx, s, key(r.digest, e.Step, t.action), r.plan.Steps[t.step].Actions[t.action])
		if err != nil {
			return fmt.Errorf("execution: read back of step %s: %w", e.Step, err)
		}
		if done {
			e.Kind, e.Outcome, e.Detail = Concluded, Done, "an earlier attempt had its effect late"
			return r.append(ctx, s, e)
		}
	}
	e.Kind, e.Detail = Refused, changed
	return r.append(ctx, s, e)
}

// done reads back whether an action had its effect.
func (r *Run) done(ctx context.Context, s *State, key string, a remediation.Action) (done bool, err error) {
	err = r.beat(ctx, s, func() (err error) { done, err = r.o.Actuator.Done(ctx, key, a); return err })
	return done, err
}

// settle reads back whether an attempt had its effect.
func (r *Run) settle(ctx context.Context, s *State, e Event, t task, detail string) error {
	a := r.plan.Steps[t.step].Actions[t.action]
	e.Kind, e.Key = Concluded, key(r.digest, e.Step, t.action)
	done, err := r.done(ctx, s, e.Key, a)
	switch {
	case ctx.Err() != nil:
		// The process is being stopped: the attempt stays pending and is read
		// back by whoever goes on.
		return fmt.Errorf("execution: %w", ctx.Err())
	case err != nil:
		e.Outcome, e.Detail = Unknown, join(detail, "cannot be read back: "+err.Error())
	case done:
		e.Outcome, e.Detail = Done, detail
	case s.Steps[t.step].Actions[t.action].Attempts >= r.o.Caps.Attempts:
		e.Outcome, e.Detail = Failed, join(detail, "no effect is to be seen")
	default:
		e.Outcome, e.Detail = OutcomeOpen, join(detail, "no effect is to be seen; it is tried again")
	}
	return r.append(ctx, s, e)
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// drift names the preconditions that are no longer so.
func drift(want, got []remediation.Fact) string {
	var out string
	for _, w := range want {
		value := "not known"
		for _, g := range got {
			if g.Name == w.Name {
				value = g.Value
			}
		}
		if value != w.Value {
			out = join(out, fmt.Sprintf("%s was %s, is %s", w.Name, w.Value, value))
		}
	}
	return out
}
