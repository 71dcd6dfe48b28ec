package collect

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/playbook"
)

// Hands carry out actions through the connectors of a playbook's sources, and read these
// sources anew. Its methods start a connector for each call.
type Hands struct {
	Host     *host.Host
	Playbook *playbook.Playbook
	Options  Options
	// Now is the clock that stamps what is read.
	Now func() time.Time
}

// Act lets the connector of a source carry out an action. The effect says whether it may
// have happened; an error alone does not.
func (h Hands) Act(ctx context.Context, source compliance.SourceID, a connectors.Action) (connectors.Effect, error) {
	all := h.Playbook.Sources()
	at := slices.IndexFunc(all, func(s playbook.SourceDocument) bool { return s.ID == string(source) })
	if at < 0 {
		return connectors.Effect{Outcome: connectors.Refused}, &connectors.Error{Kind: connectors.BadConfig,
			Err: fmt.Errorf("the playbook has no source %q", source)}
	}
	return h.Host.Act(ctx, h.Options.source(all[at]), a)
}

// Look reads all sources.
func (h Hands) Look(ctx context.Context) (playbook.Facts, error) {
	return Estate(ctx, h.Host, h.Playbook, h.Now(), h.Options)
}
