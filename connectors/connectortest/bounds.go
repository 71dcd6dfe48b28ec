package connectortest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

func hasSecret(s connectors.Setting) bool { return s.Secret }

func tryMessageLimit(ctx context.Context, s *suite) error {
	return s.with(ctx, func(ctx context.Context, c *session) error {
		const most = 64 << 10
		t, err := c.stream(ctx, &wire.Start{InstanceId: instance, Limits: &wire.Limits{MessageBytes: most}}, func(_ *taken, m *wire.CollectResponse) error {
			if n := proto.Size(m); n > most {
				return fmt.Errorf("a message has %d bytes, %d are allowed", n, most)
			}
			return nil
		})
		return t.finished(err)
	})
}

func tryRowLimit(ctx context.Context, s *suite) error {
	return s.with(ctx, func(ctx context.Context, c *session) error {
		const most = 7
		t, err := s.fully(ctx, c, instance, func(start *wire.Start) { start.Limits.BatchRows = most })
		if err != nil {
			return err
		}
		for _, b := range t.batches {
			if b.GetRows() > most {
				return fmt.Errorf("a batch has %d rows, %d are allowed", b.GetRows(), most)
			}
		}
		return nil
	})
}

func tryOnly(ctx context.Context, s *suite) error {
	return s.with(ctx, func(ctx context.Context, c *session) error {
		for _, k := range s.about.Kinds {
			t, err := s.fully(ctx, c, instance, func(start *wire.Start) { start.Kinds = []wire.Kind{wire.Kind(k)} })
			if err != nil {
				return err
			}
			for got := range t.kinds {
				if got != wire.Kind(k) {
					return fmt.Errorf("asked for rows of kind %s it gave some of kind %s", k, connectors.Kind(got))
				}
			}
		}
		return nil
	})
}

func tryEnd(ctx context.Context, s *suite) error {
	return s.with(ctx, func(ctx context.Context, c *session) error {
		t, err := s.fully(ctx, c, instance, nil)
		if err != nil {
			return err
		}
		return s.same(ctx, t)
	})
}

func trySlowReader(ctx context.Context, s *suite) error {
	return s.with(ctx, func(ctx context.Context, c *session) error {
		read := 0
		t, err := c.stream(ctx, &wire.Start{InstanceId: instance}, func(*taken, *wire.CollectResponse) error {
			if read++; read <= 10 {
				time.Sleep(slowly)
			}
			return nil
		})
		if err = t.finished(err); err != nil {
			return err
		}
		return s.same(ctx, t)
	})
}

func tryFrozen(ctx context.Context, s *suite) error {
	return s.with(ctx, func(ctx context.Context, c *session) error {
		frozen := false
		t, err := c.stream(ctx, &wire.Start{InstanceId: instance}, func(*taken, *wire.CollectResponse) error {
			if frozen {
				return nil
			}
			frozen = true
			err := c.cmd.Process.Signal(syscall.SIGSTOP)
			time.Sleep(slowly)
			return errors.Join(err, c.cmd.Process.Signal(syscall.SIGCONT))
		})
		if err = t.finished(err); err != nil {
			return err
		}
		return s.same(ctx, t)
	})
}

func tryKilled(ctx context.Context, s *suite) error {
	err := s.with(ctx, func(ctx context.Context, c *session) error {
		_, _ = c.stream(ctx, &wire.Start{InstanceId: instance}, func(t *taken, _ *wire.CollectResponse) error {
			if len(t.batches) == 0 {
				return nil
			}
			c.kill()
			return errEnough
		})
		return nil
	})
	if err != nil {
		return err
	}
	return tryEnd(ctx, s)
}

func tryBounded(ctx context.Context, s *suite) error {
	r, err := s.whole(ctx)
	if r == nil {
		return err
	}
	if errors.Is(r.Err, &connectors.Error{Kind: connectors.OverBudget}) {
		return r.Err
	}
	return nil
}

func tryTombstones(ctx context.Context, s *suite) error {
	r, err := s.whole(ctx)
	if r != nil && r.Deleted.Total() > 0 {
		return fmt.Errorf("read from the beginning, it removes %d rows", r.Deleted.Total())
	}
	return err
}

func tryTotals(ctx context.Context, s *suite) error {
	r, err := s.whole(ctx)
	if r == nil {
		return err
	}
	for _, t := range r.Totals {
		if t.Kind != connectors.KindInvalid && t.Count != r.Put[t.Kind] {
			return fmt.Errorf("it states %d %s, %d rows of kind %s came", t.Count, t.Name, r.Put[t.Kind], t.Kind)
		}
		if t.Name == "" {
			return errors.New("a total has no name")
		}
	}
	if !slices.ContainsFunc(r.Totals, func(t connectors.Total) bool { return t.Kind != connectors.KindInvalid }) {
		return &skip{"it states no totals"}
	}
	return nil
}
