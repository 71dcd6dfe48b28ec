package witness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence"
)

// Prover proves that the log of size entries continues that of old entries.
// evidence.Log.ProveConsistency is one.
type Prover func(ctx context.Context, old, size int64) (tlog.TreeProof, error)

// Anchor makes a checkpoint known outside of the log's reach. It returns the
// cosignature lines it got for it, if it gets any. Anchoring the same checkpoint
// again must do no harm.
type Anchor interface {
	Anchor(ctx context.Context, c evidence.Checkpoint, prove Prover) (lines []byte, err error)
}

var (
	_ Anchor = (*HTTP)(nil)
	_ Anchor = Folder("")
)

// Log is what publishes checkpoints: evidence.Log and postgres.Log.
type Log interface {
	Checkpoint(ctx context.Context) (evidence.Checkpoint, error)
	Cosign(ctx context.Context, c evidence.Checkpoint, lines []byte) (evidence.Checkpoint, error)
	ProveConsistency(ctx context.Context, old, size int64) (tlog.TreeProof, error)
}

var _ Log = (*evidence.Log)(nil)

// Publish publishes a checkpoint of the log, anchors it with all anchors at once,
// and adds the cosignatures to it. Anchors that fail are in the error; the
// checkpoint is published and has the cosignatures of the others all the same.
// Whether they suffice is for the policy of whoever verifies.
func Publish(ctx context.Context, l Log, anchors ...Anchor) (evidence.Checkpoint, error) {
	c, err := l.Checkpoint(ctx)
	if err != nil {
		return c, err
	}
	lines := make([][]byte, len(anchors))
	errs := make([]error, len(anchors))
	var wg sync.WaitGroup
	for i, a := range anchors {
		wg.Go(func() {
			lines[i], errs[i] = a.Anchor(ctx, c, l.ProveConsistency)
		})
	}
	wg.Wait()
	lines = slices.DeleteFunc(lines, func(line []byte) bool {
		return bytes.Contains(c.Note, line) // none, or there since an earlier call
	})
	if len(lines) > 0 {
		signed, err := l.Cosign(ctx, c, bytes.Join(lines, nil))
		if err == nil {
			c = signed
		}
		errs = append(errs, err)
	}
	return c, errors.Join(errs...)
}

// Folder keeps each checkpoint in a file of its own, named for its size, in a
// folder that should be out of reach of whoever keeps the log. It never changes a
// file: a second checkpoint of one size with another root is refused, since the
// two together prove that the log has had two histories.
type Folder string

// Anchor keeps c durably.
func (f Folder) Anchor(ctx context.Context, c evidence.Checkpoint, _ Prover) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path := filepath.Join(string(f), fmt.Sprintf("%016d", c.Size))
	kept, err := os.ReadFile(path)
	if err == nil {
		if !bytes.HasPrefix(kept, body(c.Note)) {
			return nil, fmt.Errorf("%w: %s keeps another checkpoint of %d entries; keep this one too:\n%s",
				ErrConflict, path, c.Size, c.Note)
		}
		return nil, nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("witness: anchor: %w", err)
	}
	if err := writeDurably(path, c.Note); err != nil {
		return nil, fmt.Errorf("witness: anchor: %w", err)
	}
	return nil, nil
}

// Checkpoints is all that is kept, oldest first, for verify.Options.Remembered.
func (f Folder) Checkpoints() ([][]byte, error) {
	entries, err := os.ReadDir(string(f))
	if err != nil {
		return nil, fmt.Errorf("witness: read anchors: %w", err)
	}
	var notes [][]byte
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(string(f), e.Name()))
		if err != nil {
			return nil, fmt.Errorf("witness: read anchors: %w", err)
		}
		notes = append(notes, b)
	}
	return notes, nil
}

// body is the text of a note without its signatures.
func body(msg []byte) []byte {
	text, _, _ := bytes.Cut(msg, []byte("\n\n"))
	return append(bytes.Clone(text), "\n\n"...)
}

// writeDurably makes a file that is there whole or not at all.
func writeDurably(path string, content []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = temp.Write(content)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
