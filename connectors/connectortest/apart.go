package connectortest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// stranger is what makes the secrets of another instance from those given.
const stranger = "-of-another-instance"

// tryApart reads for an instance whose secrets are other ones, then for the one
// that the target describes, from the same process. Whether the first can be read
// is no matter; what it leaves behind is.
func tryApart(ctx context.Context, s *suite) error {
	switch {
	case s.about.OwnProcess:
		return &skip{"its instances need processes of their own"}
	case len(s.target.Secrets) == 0:
		return &skip{"no secrets are configured"}
	}
	return s.with(ctx, func(ctx context.Context, c *session) error {
		others := maps.Clone(s.target.Secrets)
		for name := range others {
			others[name] += stranger
		}
		const other = "another"
		answer, err := c.Configure(ctx, &wire.ConfigureRequest{InstanceId: other, Settings: s.target.Config, Secrets: others})
		if err != nil {
			return fmt.Errorf("configure: %w", err)
		}
		shown := []string{}
		if len(answer.GetFailures()) == 0 {
			checked, _ := c.Check(ctx, &wire.CheckRequest{InstanceId: other})
			t, err := s.patiently(ctx, c, other)
			shown = append(shown, fmt.Sprint(checked), fmt.Sprint(err))
			if t != nil {
				shown = append(shown, fmt.Sprint(t.failure), fmt.Sprintf("%+v", t.rows))
			}
		}
		t, err := s.patiently(ctx, c, instance)
		if err = t.finished(err); err != nil {
			return fmt.Errorf("read after another instance: %w", err)
		}
		if err := s.same(ctx, t); err != nil {
			return fmt.Errorf("read after another instance: %w", err)
		}
		c.end()
		stdout, stderr := c.printed()
		for _, name := range slices.Sorted(maps.Keys(others)) {
			if all := strings.Join(append(shown, stdout, stderr, fmt.Sprintf("%+v", t.rows)), "\n"); strings.Contains(all, others[name]) {
				return fmt.Errorf("the value of %q that another instance has shows", name)
			}
		}
		return nil
	})
}
