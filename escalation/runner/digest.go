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

// digest are messages by recipient that are to leave in one letter each.
type digest map[string][]held

type held struct {
	e *entry
	m escalation.Message
}

func (d digest) has(m escalation.Message) bool {
	return slices.ContainsFunc(d[m.To], func(h held) bool { return h.m.ID == m.ID })
}

// next is what is due for a case and comes first. A message that goes with
// others is put aside until the end of the tick.
func (r *Runner) next(e *entry, now time.Time) (*escalation.Action, time.Time) {
	if _, ok := r.o.Sender.(DigestSender); !ok {
		return e.c.Next(now)
	}
	for _, a := range e.c.Actions() {
		if a.Kind == escalation.Deliver && a.Message.Digest && !a.Due.After(now) {
			if !r.digest.has(a.Message) {
				r.digest[a.Message.To] = append(r.digest[a.Message.To], held{e, a.Message})
			}
			continue
		}
		if a.Due.After(now) {
			return nil, a.Due
		}
		return &a, a.Due
	}
	return nil, time.Time{}
}

// sendDigests sends what was put aside, one letter to each recipient, and records
// every message of it for its own case.
func (r *Runner) sendDigests(ctx context.Context, now time.Time) []error {
	var errs []error
	for _, to := range slices.Sorted(maps.Keys(r.digest)) {
		if err := r.sendDigest(ctx, r.digest[to], now); err != nil {
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
	failure := r.o.Sender.(DigestSender).SendDigest(ctx, ns)
	for i, h := range whole {
		if err := r.settleDigest(ctx, h, ns[i], failure, now); err != nil {
			errs = append(errs, r.rest(h, err, now))
		}
	}
	return errors.Join(errs...)
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
			if err := h.e.apply(events); err != nil {
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
