// Package evidencetest says when a store of evidence is done: TestLog runs the
// same checks over any of them.
//
// There are two stores: evidence.Log, a folder for one process, and postgres.Log,
// a database for many. They share the encoding, the tree and the signatures, so
// that a proof from one is checked like a proof from the other.
package evidencetest

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence"
)

// Log is what a store must do. The contracts are those that the methods of
// evidence.Log document.
type Log interface {
	Append(ctx context.Context, e evidence.Entry) (evidence.Index, error)
	AppendBatch(ctx context.Context, entries []evidence.Entry) ([]evidence.Index, error)
	Len(ctx context.Context) (int64, error)
	Entry(ctx context.Context, i evidence.Index) (evidence.Entry, error)
	Entries(ctx context.Context, from evidence.Index) iter.Seq2[evidence.Record, error]
	Leaf(ctx context.Context, i evidence.Index) ([]byte, error)
	Tile(ctx context.Context, level int, n int64, width int) ([]byte, error)
	Checkpoint(ctx context.Context) (evidence.Checkpoint, error)
	Latest(ctx context.Context) (evidence.Checkpoint, error)
	Cosign(ctx context.Context, c evidence.Checkpoint, lines []byte) (evidence.Checkpoint, error)
	ProveInclusion(ctx context.Context, i evidence.Index, size int64) (tlog.RecordProof, error)
	ProveConsistency(ctx context.Context, old, size int64) (tlog.TreeProof, error)
	Close() error
}

var _ Log = (*evidence.Log)(nil)

// Options says how to get at the store under test.
type Options struct {
	// Open opens the one store under test, which is new at the first call, and
	// closed before each further one. It signs with the key that VerifierKey
	// belongs to.
	Open func(ctx context.Context) (Log, error)

	VerifierKey string
}

// TestLog runs every check, each on what the one before left, and reports all
// rules that are broken, joined. A panic of the store counts as one.
func TestLog(ctx context.Context, opts Options) error {
	s := &suite{opts: opts}
	var errs []error
	for _, c := range []struct {
		rule  string
		check func(*suite, context.Context, Log) error
	}{
		{"new: a new store is empty and has a signed checkpoint", (*suite).isEmpty},
		{"indexes: entries get 0, 1, 2, … and read back as they were", (*suite).indexes},
		{"batch: a batch gets consecutive indexes", (*suite).batch},
		{"keys: an equal key gives the first index, within a batch too", (*suite).keys},
		{"invalid: an entry over a limit is refused whole", (*suite).invalid},
		{"cancelled: nothing is done under a cancelled context", (*suite).cancelled},
		{"concurrent: concurrent appends leave no gap and lose nothing", (*suite).concurrent},
		{"iterate: Entries yields all in order", (*suite).iterate},
		{"bounds: what is not there is ErrNotFound", (*suite).bounds},
		{"checkpoint: it is signed, covers all, and is the latest", (*suite).checkpoint},
		{"tiles: the tiles hash to the checkpoint's root", (*suite).tiles},
		{"inclusion: proofs hold for every entry and size tried", (*suite).inclusion},
		{"consistency: proofs hold for every pair of sizes tried", (*suite).consistency},
		{"cosign: signature lines are added to the latest checkpoint only", (*suite).cosign},
		{"closed: a closed store takes nothing", (*suite).closed},
	} {
		if err := s.run(ctx, c.check); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", c.rule, err))
		}
	}
	return errors.Join(errs...)
}

// suite remembers what was appended, over all checks.
type suite struct {
	opts Options
	want []evidence.Entry
	old  []evidence.Checkpoint
}

// run runs one check on a freshly opened store, which thereby also tests that
// opening keeps everything.
func (s *suite) run(ctx context.Context, check func(*suite, context.Context, Log) error) (err error) {
	l, err := s.opts.Open(ctx)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
		err = errors.Join(err, l.Close())
	}()
	if n, err := l.Len(ctx); err != nil || n != int64(len(s.want)) {
		return fmt.Errorf("opened with %d entries (%s), want %d", n, said(err), len(s.want))
	}
	return check(s, ctx, l)
}

// add appends e and checks its index.
func (s *suite) add(ctx context.Context, l Log, e evidence.Entry) error {
	i, err := l.Append(ctx, e)
	if err != nil {
		return err
	}
	if int(i) != len(s.want) {
		return fmt.Errorf("entry got index %d, want %d", i, len(s.want))
	}
	s.want = append(s.want, e)
	return nil
}

func (s *suite) same(ctx context.Context, l Log, i int) error {
	got, err := l.Entry(ctx, evidence.Index(i))
	if err != nil {
		return err
	}
	if !equal(got, s.want[i]) {
		return fmt.Errorf("entry %d reads back as %.200q, want %.200q", i, got, s.want[i])
	}
	return nil
}

func equal(a, b evidence.Entry) bool {
	return a.Kind == b.Kind && a.Run == b.Run && a.Key == b.Key && string(a.Payload) == string(b.Payload)
}

// said is an answer for people.
func said(err error) string {
	if err == nil {
		return "success"
	}
	return err.Error()
}
