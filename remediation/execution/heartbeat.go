package execution

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// hold takes the lease, or renews it when half of it is over.
func (r *Run) hold(ctx context.Context, s *State) error {
	now := r.o.Now()
	mine := s.Holder == r.o.Holder
	if s.Holder != "" && !mine && now.Before(s.Until) {
		return fmt.Errorf("%w: %s holds it until %s", ErrLeased, s.Holder, s.Until.Format(time.RFC3339))
	}
	if mine && now.Add(r.o.Lease/2).Before(s.Until) {
		return nil
	}
	return r.append(ctx, s, r.leased(r.o.Lease))
}

func (r *Run) leased(d time.Duration) Event {
	now := r.o.Now()
	return Event{Kind: Leased, At: now, Holder: r.o.Holder, Until: now.Add(d).UTC()}
}

// Release gives the lease back before it runs out, so that another process need not wait
// for it. Where another holds it by now, nothing happens.
func (r *Run) Release(ctx context.Context) error {
	for {
		s, err := r.load(ctx)
		if err != nil || s.Holder != r.o.Holder || !r.o.Now().Before(s.Until) {
			return err
		}
		if err := r.append(ctx, &s, r.leased(0)); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

// beat renews the lease for as long as f takes, which talks to the world and may take
// longer than the lease lasts. f must leave the state alone.
//
// Where somebody else appended an event meanwhile, such as an objection, the state stays
// as it was: the next append meets a conflict, and what to do is decided anew.
func (r *Run) beat(ctx context.Context, s *State, f func() error) error {
	over := make(chan struct{})
	held, foreign := *s, false
	var beating sync.WaitGroup
	beating.Go(func() { foreign = r.renew(ctx, &held, over) })
	err := f()
	close(over)
	beating.Wait()
	if !foreign {
		*s = held
	}
	return err
}

// renew renews the lease every third of it until it is over or lost, and says whether
// anybody else appended an event.
func (r *Run) renew(ctx context.Context, held *State, over <-chan struct{}) (foreign bool) {
	tick := time.NewTicker(r.o.Lease / 3)
	defer tick.Stop()
	for held.Holder == r.o.Holder {
		select {
		case <-over:
			return foreign
		case <-ctx.Done():
			return foreign
		case <-tick.C:
		}
		err := r.append(ctx, held, r.leased(r.o.Lease))
		if errors.Is(err, ErrConflict) {
			foreign = true
			if again, loadErr := r.load(ctx); loadErr == nil {
				*held = again
			}
		}
		// Whatever else keeps the lease from being renewed lets it run out, as if
		// the process were dead; the next append says what it is.
	}
	return foreign
}
