package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/internal/format"
)

// Checkpoint signs the log as it stands and publishes the checkpoint. Every entry
// whose append returned before the call, in any process, is under it. It refuses
// with evidence.ErrCorrupt to sign a tree that does not continue the checkpoint
// signed last.
func (l *Log) Checkpoint(ctx context.Context) (evidence.Checkpoint, error) {
	if err := errors.Join(ctx.Err(), l.queue.Refusal()); err != nil {
		return evidence.Checkpoint{}, err
	}
	c, err := l.publish(ctx)
	if err != nil {
		return c, fmt.Errorf("postgres: publish checkpoint: %w", err)
	}
	return c, nil
}

func (l *Log) publish(ctx context.Context) (evidence.Checkpoint, error) {
	last, err := l.readPublished(ctx)
	first := errors.Is(err, errUnpublished)
	if err != nil && !first {
		return evidence.Checkpoint{}, err
	}
	v, err := l.view(ctx)
	if err != nil {
		return evidence.Checkpoint{}, err
	}
	if !first {
		if err := v.continues(last); err != nil {
			return evidence.Checkpoint{}, err
		}
		if last.Size == v.tree.Size() {
			return last, nil
		}
	}
	c := evidence.Checkpoint{Origin: l.opts.Signer.Name(), Size: v.tree.Size(), Root: v.tree.Root()}
	text := format.Checkpoint{Origin: c.Origin, Size: c.Size, Root: c.Root}.Text()
	if c.Note, err = note.Sign(&note.Note{Text: text}, l.opts.Signer); err != nil {
		return evidence.Checkpoint{}, err
	}
	sql := l.sql.publish
	if first {
		sql = l.sql.publishFirst
	}
	tag, err := l.pool.Exec(ctx, sql, c.Size, c.Note)
	if err != nil {
		return evidence.Checkpoint{}, err
	}
	if tag.RowsAffected() == 0 { // another process has published a newer one
		return l.readPublished(ctx)
	}
	l.remember(c)
	return c, nil
}

func (l *Log) remember(c evidence.Checkpoint) {
	l.state.Lock()
	defer l.state.Unlock()
	if c.Size >= l.latest.Size {
		l.latest = c
	}
}

// readPublished reads and checks the published checkpoint. One that is older than
// what this process has seen was put there by someone else.
func (l *Log) readPublished(ctx context.Context) (evidence.Checkpoint, error) {
	l.state.Lock()
	seen := l.latest
	l.state.Unlock()
	var msg []byte
	err := l.pool.QueryRow(ctx, l.sql.published).Scan(&msg)
	if errors.Is(err, pgx.ErrNoRows) && seen.Note == nil {
		return evidence.Checkpoint{}, errUnpublished
	}
	if err != nil {
		return evidence.Checkpoint{}, fmt.Errorf("postgres: read checkpoint: %w", err)
	}
	c, err := evidence.ParseCheckpoint(msg, l.opts.Signer.VerifierKey())
	if err != nil {
		return c, fmt.Errorf("%w: checkpoint: %w", evidence.ErrCorrupt, err)
	}
	if c.Size < seen.Size || c.Size == seen.Size && seen.Note != nil && c.Root != seen.Root {
		return c, fmt.Errorf("%w: the checkpoint is of %d entries, one of %d with root %s was seen before",
			evidence.ErrCorrupt, c.Size, seen.Size, seen.Root)
	}
	l.remember(c)
	return c, nil
}

// Latest is the checkpoint published last, by any process.
func (l *Log) Latest(ctx context.Context) (evidence.Checkpoint, error) {
	return l.readPublished(ctx)
}

// Cosign adds signature lines of others to a checkpoint and publishes it anew, as
// evidence.Log.Cosign says.
func (l *Log) Cosign(ctx context.Context, c evidence.Checkpoint, lines []byte) (evidence.Checkpoint, error) {
	v, err := note.NewVerifier(l.opts.Signer.VerifierKey())
	if err != nil {
		return evidence.Checkpoint{}, fmt.Errorf("postgres: cosign: %w", err)
	}
	for {
		last, err := l.readPublished(ctx)
		if err != nil {
			return evidence.Checkpoint{}, err
		}
		if c.Size != last.Size {
			return evidence.Checkpoint{}, fmt.Errorf("%w: the checkpoint of %d entries has been replaced by one of %d",
				evidence.ErrNotFound, c.Size, last.Size)
		}
		signed := last
		signed.Note = append(bytes.Clone(last.Note), lines...)
		if _, _, err := format.OpenCheckpoint(signed.Note, v); err != nil {
			return evidence.Checkpoint{}, fmt.Errorf("%w: cosignature lines: %w", evidence.ErrInvalid, err)
		}
		tag, err := l.pool.Exec(ctx, l.sql.cosign, c.Size, last.Note, signed.Note)
		if err != nil {
			return evidence.Checkpoint{}, fmt.Errorf("postgres: publish cosignatures: %w", err)
		}
		if tag.RowsAffected() > 0 {
			return signed, nil
		} // else another process has cosigned or published meanwhile
	}
}
