package host

import (
	"context"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
)

// Check starts a connector, gives it its settings and lets it try them. It
// collects nothing. The description is what the connector says of itself; the
// error is a *[connectors.Error].
func (h *Host) Check(ctx context.Context, src Source) (connectors.Description, error) {
	return h.session(ctx, src, func(ctx context.Context, conn *connector, _ *collection) error {
		answer, err := conn.Check(ctx, &wire.CheckRequest{InstanceId: string(src.ID)})
		if err != nil {
			return inOp("check", conn.callError(ctx, err))
		}
		return inOp("check", conn.failures(answer.GetFailures()))
	})
}
