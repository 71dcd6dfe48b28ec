package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/escalation"
)

// bundle is what leaves in one letter: what was held back for somebody, or what they
// are told of one group.
type bundle struct{ to, group string }

func bundleOf(m escalation.Message) bundle {
	if m.Digest {
		return bundle{to: m.To}
	}
	return bundle{m.To, m.Group}
}

// digest are messages that are to leave together.
type digest map[bundle][]held

type held struct {
	e *entry
	m escalation.Message
}

func (d digest) add(e *entry, m escalation.Message) {
	b := bundleOf(m)
	if !slices.ContainsFunc(d[b], func(h held) bool { return h.m.ID == m.ID }) {
		d[b] = append(d[b], held{e, m})
	}
}

// next is what is due for a case and comes first. A message that goes with
// others is put aside until the end of the tick.
func (r *Runner) next(e *entry, now time.Time) (*escalation.Action, time.Time) {
	together, ok := r.o.Sender.(DigestSender)
	if !ok {
		return e.c.Next(now)
	}
	for _, a := range e.c.Actions() {
		if a.Due.After(now) {
			return nil, a.Due
		}
		if m := a.Message; a.Kind == escalation.Deliver && (m.Digest || m.Group != "") && together.MayBind(m.To) {
			r.digest.add(e, m)
			continue
		}
		return &a, a.Due
	}
	return nil, time.Time{}
}

// sendDigests sends what was put aside, each bundle as one letter, and records
// every message of it for its own case.
func (r *Runner) sendDigests(ctx context.Context, now time.Time) []error {
	var errs []error
	byName := func(a, b bundle) int { return cmp.Or(cmp.Compare(a.to, b.to), cmp.Compare(a.group, b.group)) }
	for _, b := range slices.SortedFunc(maps.Keys(r.digest), byName) {
		if err := r.sendDigest(ctx, r.digest[b], now); err != nil {
			errs = append(errs, err)
		}
	}
	r.digest = digest{}
	return errs
}

func (r *Runner) sendDigest(ctx context.Context, hs []held, now time.Time) error {
	slices.SortFunc(hs, func(a, b held) int {
		return cmp.Or(cmp.Compare(a.e.c.ID, b.e.c.ID), cmp.Compare(a.m.Seq, b.m.Seq))
	})
	var ns []Notice
	var whole []held
	var errs []error
	for _, h := range hs {
		n, err := r.notice(ctx, h.e, h.m)
		h.e.then = escalation.Case{}
		if err != nil {
			errs = append(errs, r.rest(h, err, now)) // the others leave without it
			continue
		}
		ns, whole = append(ns, n), append(whole, h)
	}
	if len(ns) == 0 {
		return errors.Join(errs...)
	}
	failures := r.sendTogether(ctx, ns)
	for i, h := range whole {
		if err := r.settleDigest(ctx, h, ns[i], failures[i], now); err != nil {
			errs = append(errs, r.rest(h, err, now))
		}
	}
	return errors.Join(errs...)
}

// sendTogether sends messages as one letter and gives what came of each. Where that
// fails for good they leave one by one, so that one that cannot be written takes no
// other with it.
func (r *Runner) sendTogether(ctx context.Context, ns []Notice) []error {
	failures := make([]error, len(ns))
	failure := r.o.Sender.(DigestSender).SendDigest(ctx, ns)
	alone := len(ns) > 1 && errors.Is(failure, ErrPermanent)
	for i, n := range ns {
		if failures[i] = failure; alone {
			failures[i] = r.o.Sender.Send(ctx, n)
		}
	}
	return failures
}

// rest lets a case rest that could not be carried on.
func (r *Runner) rest(h held, err error, now time.Time) error {
	r.queue.place(h.e, now.Add(retryCase))
	return fmt.Errorf("%s: %w", h.e.c.ID, err)
}

func (r *Runner) settleDigest(ctx context.Context, h held, n Notice, failure error, now time.Time) error {
	events, err := r.record(ctx, h.e, n, escalation.Attempt{}, failure, now)
	if err != nil {
		return err
	}
	if len(events) > 0 {
		switch err := r.o.Journal.Append(ctx, events); {
		case errors.Is(err, escalation.ErrSequence):
			// Another runner was faster; the case is loaded and asked anew, and the
			// message leaves again if it is still to.
			if err := r.reload(ctx, h.e); err != nil {
				return err
			}
		case err != nil:
			return fmt.Errorf("append: %w", err)
		default:
			if err := r.apply(ctx, h.e, events); err != nil {
				return err
			}
		}
	}
	var wake time.Time
	if as := h.e.c.Actions(); len(as) > 0 {
		wake = as[0].Due
	}
	r.queue.place(h.e, wake)
	return nil
}
