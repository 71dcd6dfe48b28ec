package connectortest

import (
	"context"
	"errors"
	"fmt"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

func tryForeignCursor(ctx context.Context, s *suite) error {
	r, err := s.read(ctx, func(src *host.Source) { src.Cursor = []byte("\x00not a cursor of yours\xff") }, nil)
	if err != nil {
		return err
	}
	full, err := s.whole(ctx)
	switch {
	case errors.Is(r.Err, &connectors.Error{Kind: connectors.BadCursor}):
		return nil
	case r.Err != nil:
		return fmt.Errorf("want a bad cursor or a full reading, got: %w", r.Err)
	case err == nil && r.Put != full.Put:
		return fmt.Errorf("it gave %d rows, a full reading gives %d", r.Put.Total(), full.Put.Total())
	}
	return nil
}

// incremental gives the full reading of a connector that resumes.
func (s *suite) incremental(ctx context.Context) (*reading, error) {
	if !s.about.Incremental {
		return nil, &skip{"it does not claim to resume from a cursor"}
	}
	return s.whole(ctx)
}

func tryNothingNew(ctx context.Context, s *suite) error {
	full, err := s.incremental(ctx)
	if err != nil {
		return err
	}
	if len(full.Cursor) == 0 {
		return errors.New("a full reading gave no cursor")
	}
	again, err := s.read(ctx, func(src *host.Source) { src.Cursor = full.Cursor }, nil)
	switch {
	case err != nil:
		return err
	case again.Err != nil:
		return again.Err
	case again.Put.Total()+again.Deleted.Total() > 0:
		return fmt.Errorf("it gave %d rows and removed %d", again.Put.Total(), again.Deleted.Total())
	}
	return nil
}

// mostCuts bounds how many checkpoints are tried.
const mostCuts = 25

// tryResume kills the process after each checkpoint and reads on in a new one.
func tryResume(ctx context.Context, s *suite) error {
	full, err := s.incremental(ctx)
	if err != nil {
		return err
	}
	want := union(&full.rows)
	for cut := 1; cut <= mostCuts; cut++ {
		first, cursor, err := s.cutOff(ctx, cut)
		if err != nil || cursor == nil {
			return err
		}
		rest, err := s.resumeFrom(ctx, cursor)
		if err != nil {
			return fmt.Errorf("resumed from checkpoint %d: %w", cut, err)
		}
		if d := difference(want, union(first, &rest.rows)); d != "" {
			return fmt.Errorf("killed after checkpoint %d and resumed, %s", cut, d)
		}
	}
	return nil
}

// cutOff reads up to a checkpoint and kills the process. The cursor is nil when
// there were fewer.
func (s *suite) cutOff(ctx context.Context, checkpoint int) (rows *Recorder, cursor []byte, err error) {
	err = s.with(ctx, func(ctx context.Context, c *session) error {
		seen := 0
		t, err := c.stream(ctx, &wire.Start{InstanceId: instance}, func(_ *taken, m *wire.CollectResponse) error {
			if at := m.GetBatch().GetCursor(); len(at) > 0 {
				seen++
				cursor = at
			}
			if seen < checkpoint {
				return nil
			}
			c.kill()
			return errEnough
		})
		if err != nil {
			return err
		}
		rows = &t.rows
		if seen < checkpoint {
			cursor = nil
		}
		return nil
	})
	return rows, cursor, err
}
