package evidence

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence/cosign"
)

// Prover is what a proof of one entry is made from: this package's Log, and that of
// the module postgres.
type Prover interface {
	Encoded(ctx context.Context, i Index) ([]byte, error)
	ProveInclusion(ctx context.Context, i Index, size int64) (tlog.RecordProof, error)
}

var _ Prover = (*Log)(nil)

// Present makes the proof that the entry at index i is under the checkpoint c, with
// the entry itself in it. It is checked offline, with package cosign, by whoever has
// the log's public key or a policy. It shows the payload: to prove an entry without
// showing it, use ProveInclusion and Leaf.
func Present(ctx context.Context, l Prover, i Index, c Checkpoint) (*cosign.Proof, error) {
	entry, err := l.Encoded(ctx, i)
	if err != nil {
		return nil, err
	}
	hashes, err := l.ProveInclusion(ctx, i, c.Size)
	if err != nil {
		return nil, fmt.Errorf("present entry %d: %w", i, err)
	}
	return &cosign.Proof{Extra: entry, Index: int64(i), Hashes: hashes, Checkpoint: c.Note}, nil
}
