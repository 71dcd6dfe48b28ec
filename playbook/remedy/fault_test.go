package remedy_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/playbook/remedy"
	"github.com/trueup-dev/trueup/remediation/execution"
)

var errDisk = errors.New("the disk is full")

// failing is a log of which one append fails, before or after the entry is there.
type failing struct {
	*evidence.Log
	at, n  int
	before bool
}

func (f *failing) Append(ctx context.Context, e evidence.Entry) (evidence.Index, error) {
	f.n++
	if f.n == f.at && f.before {
		return 0, errDisk
	}
	i, err := f.Log.Append(ctx, e)
	if f.n == f.at {
		return 0, errDisk
	}
	return i, err
}

// Whichever append fails, before or after its entry is there, the same process goes on once
// it can, to the same end, and nothing is done twice. Where it is what a connector said that
// cannot be written down, the effect is read back without a stop.
func TestEveryAppendMayFail(t *testing.T) {
	t.Parallel()
	s := newScene(t, 20, 10, false)
	plan := s.run().Plan
	require.Equal(t, 10, plan.Takes())
	c := s.approved(plan)
	require.NoError(t, s.log.Close())
	signer, err := evidence.LoadKeyFile(filepath.Join(s.dir, "log.key"))
	require.NoError(t, err)
	now := start.AddDate(0, 0, 14)
	all, begun := quickDir(t), s.fleet()
	var want string
	var left *machines
	failures := 0
	for _, before := range []bool{true, false} {
		for at := 0; ; at++ {
			name := fmt.Sprintf("append %d, before %t", at, before)
			dir := filepath.Join(all, "log")
			require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join(s.dir, "log"))))
			log, err := evidence.Open(t.Context(), dir, evidence.Options{Signer: signer, SegmentSize: 1 << 18})
			require.NoError(t, err)
			f := &failing{Log: log, at: at, before: before}
			desk, err := remedy.Open(t.Context(), s.book, f, "first")
			require.NoError(t, err)
			m := &machines{begun, func() time.Time { return now }}
			m.fleet = m.clone()
			x := s.execution(c)
			x.Hands, x.Now = m, func() time.Time { return now }
			res, err := desk.Execute(t.Context(), x)
			if err != nil {
				require.ErrorIs(t, err, errDisk, name)
				res, err = desk.Execute(t.Context(), x)
				require.NoError(t, err, name)
				failures++
			}
			require.Equal(t, execution.Over, res.State.Status, name)
			require.NoError(t, log.Close())
			require.NoError(t, os.RemoveAll(dir))
			if want == "" {
				want, left = outcomes(res.State), m
			}
			require.Equal(t, want, outcomes(res.State), name)
			require.Equal(t, left.LastUse, m.LastUse, name)
			for id, n := range m.Changed {
				require.Equal(t, 1, n, "%s: %s", name, id)
				require.Equal(t, left.Asked[id], m.Asked[id], "%s: %s", name, id)
			}
			if f.n < at {
				break // there is no such append
			}
		}
	}
	assert.Greater(t, failures, 80)
	t.Logf("%d appends failed", failures)
}
