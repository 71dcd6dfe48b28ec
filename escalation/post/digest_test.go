package post

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// torn is a journal that cannot read one case once it has been started.
type torn struct {
	journal
	broken escalation.CaseID
}

func (j *torn) Events(ctx context.Context, id escalation.CaseID) ([]escalation.Event, error) {
	if id == j.broken {
		return nil, errors.New("a sector is bad")
	}
	return j.journal.Events(ctx, id)
}

// TestDigestWithoutOneCase: a case that cannot be read keeps nobody else's messages
// back, and its own leave when it can be read again.
func TestDigestWithoutOneCase(t *testing.T) {
	p, j, at := night(t, 60_000)
	whole, broken := replay(t, j, 0), replay(t, j, 1)
	if broken.ID < whole.ID {
		whole, broken = broken, whole
	}
	for _, id := range []escalation.CaseID{whole.ID, broken.ID} { // first and last in the letter
		b, tj := &box{}, &torn{journal: journal{}}
		for k, es := range j {
			tj.journal[k] = es
		}
		r, err := runner.Start(t.Context(), runner.Options{Journal: tj, Sender: office(t, b), Directory: p})
		require.NoError(t, err)
		_, err = r.Tick(t.Context(), at)
		require.NoError(t, err)

		b.letters, tj.broken = nil, id
		morning := time.Date(2026, 3, 9, 7, 0, 0, 0, time.UTC)
		next, err := r.Tick(t.Context(), morning)
		require.ErrorContains(t, err, "a sector is bad")
		require.Len(t, b.letters, 2, "ann and bob hear of the other case")
		tj.broken = ""
		_, err = r.Tick(t.Context(), next)
		require.NoError(t, err)
		assert.Len(t, b.letters, 4, "and then of this one")
		for _, c := range []escalation.CaseID{whole.ID, broken.ID} {
			after, err := escalation.Replay(tj.journal[c])
			require.NoError(t, err)
			assert.Empty(t, after.Outbox)
		}
	}
}
