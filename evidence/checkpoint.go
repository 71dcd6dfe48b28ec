package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sync/errgroup"

	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/internal/merkle"
)

// syncers is how many files are synced at a time: file systems answer concurrent
// syncs with one flush.
const syncers = 16

// Checkpoint is a state of the log that its key has signed.
type Checkpoint struct {
	Origin string
	Size   int64     // number of entries
	Root   tlog.Hash // RFC 6962 root over them
	Note   []byte    // the signed note, as published
}

// ParseCheckpoint checks the signature of a checkpoint with the public key that
// Signer.VerifierKey gives.
func ParseCheckpoint(msg []byte, verifierKey string) (Checkpoint, error) {
	v, err := note.NewVerifier(verifierKey)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: verifier key: %w", ErrInvalid, err)
	}
	c, _, err := format.OpenCheckpoint(msg, v)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("evidence: %w", err)
	}
	return Checkpoint{Origin: c.Origin, Size: c.Size, Root: c.Root, Note: msg}, nil
}

// Checkpoint signs the log as it stands and publishes tiles and checkpoint in the
// folder. Every entry whose append returned before the call is under it. Publish
// one at the end of a piece of work: the verifier reports entries after the last
// checkpoint as signed by no one.
func (l *Log) Checkpoint(ctx context.Context) (Checkpoint, error) {
	if err := errors.Join(ctx.Err(), l.queue.Refusal()); err != nil {
		return Checkpoint{}, err
	}
	c, err := l.publish(ctx)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("evidence: publish checkpoint: %w", err)
	}
	return c, nil
}

// Cosign adds signature lines of others, such as witnesses return, to a checkpoint
// and publishes it anew. The lines are kept as they are; who may cosign is the
// business of whoever verifies. A checkpoint that has been replaced since is
// refused with ErrNotFound.
func (l *Log) Cosign(ctx context.Context, c Checkpoint, lines []byte) (Checkpoint, error) {
	if err := ctx.Err(); err != nil {
		return Checkpoint{}, err
	}
	l.publishing.Lock()
	defer l.publishing.Unlock()
	if err := l.queue.Refusal(); err != nil {
		return Checkpoint{}, err
	}
	if c.Size != l.latest.Size {
		return Checkpoint{}, fmt.Errorf("%w: the checkpoint of %d entries has been replaced by one of %d", ErrNotFound, c.Size, l.latest.Size)
	}
	signed := l.latest
	signed.Note = append(bytes.Clone(signed.Note), lines...)
	if _, _, err := format.OpenCheckpoint(signed.Note, l.opts.Signer.verifier); err != nil {
		return Checkpoint{}, fmt.Errorf("%w: cosignature lines: %w", ErrInvalid, err)
	}
	err := replaceFile(l.disk, format.CheckpointFile, signed.Note)
	if err == nil {
		err = l.disk.syncDir(".")
	}
	if err != nil {
		return Checkpoint{}, fmt.Errorf("evidence: publish cosignatures: %w", err)
	}
	l.latest = signed
	return signed, nil
}

// Latest is the checkpoint published last.
func (l *Log) Latest(ctx context.Context) (Checkpoint, error) {
	if err := ctx.Err(); err != nil {
		return Checkpoint{}, err
	}
	l.publishing.Lock()
	defer l.publishing.Unlock()
	return l.latest, nil
}

// publication is what one checkpoint has to bring into the folder.
type publication struct {
	view  merkle.Tree
	fresh map[tileID][]tlog.Hash
	keys  keyPlan
}

// publish writes, in this order and each durable before the next: tiles and keys,
// the checkpoint. Then it removes what they replace. A crash in between leaves
// files that say nothing wrong.
func (l *Log) publish(ctx context.Context) (Checkpoint, error) {
	l.publishing.Lock()
	defer l.publishing.Unlock()
	p, err := l.prepare()
	if err != nil {
		return Checkpoint{}, err
	}
	if l.latest.Note != nil && p.view.Size() == l.latest.Size {
		return l.latest, nil
	}
	if err := l.writeFiles(ctx, p); err != nil {
		return Checkpoint{}, err
	}
	c := Checkpoint{Origin: l.opts.Signer.Name(), Size: p.view.Size(), Root: p.view.Root()}
	text := format.Checkpoint{Origin: c.Origin, Size: c.Size, Root: c.Root}.Text()
	if c.Note, err = note.Sign(&note.Note{Text: text}, l.opts.Signer); err != nil {
		return Checkpoint{}, err
	}
	if err := replaceFile(l.disk, format.CheckpointFile, c.Note); err != nil {
		return Checkpoint{}, err
	}
	if err := l.disk.syncDir("."); err != nil {
		return Checkpoint{}, err
	}
	old := l.latest
	l.latest = c
	l.autoMu.Lock()
	l.announced = c.Size
	l.autoMu.Unlock()
	return c, l.tidy(p, old.Size)
}

// prepare takes a consistent look at the log.
func (l *Log) prepare() (publication, error) {
	l.state.RLock()
	defer l.state.RUnlock()
	p := publication{view: l.tree.View(), fresh: l.tiles.unpublished()}
	if l.latest.Note != nil && p.view.Size() == l.latest.Size {
		return p, nil
	}
	var tail []format.Slot
	for key, i := range l.keys.tail {
		tail = append(tail, format.Slot{Hash: format.KeyHash(key), Index: i})
	}
	var err error
	p.keys, err = l.keys.planRun(tail, p.view.Size())
	return p, err
}

func (l *Log) writeFiles(ctx context.Context, p publication) error {
	files := map[string][]byte{}
	for id, hashes := range p.fresh {
		files[format.TilePath(id.level, id.n, merkle.Width)] = tileBytes(hashes)
	}
	for level := range p.view.Levels() {
		if edge := p.view.Edge(level); len(edge) > 0 {
			files[edgePath(level, p.view.Size())] = tileBytes(edge)
		}
	}
	if p.keys.run.end > p.keys.run.first {
		files[p.keys.run.name()] = format.AppendSlots(nil, p.keys.slots)
	}
	dirs := map[string]bool{}
	for name := range files {
		for dir := path.Dir(name); dir != "." && !dirs[dir]; dir = path.Dir(dir) {
			dirs[dir] = true
		}
	}
	for dir := range dirs {
		if err := l.disk.mkdirAll(dir); err != nil {
			return err
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(syncers)
	for name, content := range files {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return replaceFile(l.disk, name, content)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	var dirSyncs errgroup.Group
	dirSyncs.SetLimit(syncers)
	for dir := range dirs {
		dirSyncs.Go(func() error { return l.disk.syncDir(dir) })
	}
	return dirSyncs.Wait()
}

// edgePath is the path of the partial tile that ends a tree of size entries at level.
func edgePath(level int, size int64) string {
	at := size >> (8 * level)
	return format.TilePath(level, at>>8, int(at&(merkle.Width-1)))
}

// tidy forgets and removes what the new checkpoint replaces: hashes held in memory,
// partial tiles of the checkpoint before, key runs that were merged.
func (l *Log) tidy(p publication, oldSize int64) error {
	l.tiles.published(p.fresh)
	var errs []error
	if p.keys.run.end > p.keys.run.first {
		if err := p.keys.run.open(l.disk); err != nil {
			return err
		}
		l.state.Lock()
		errs = append(errs, l.keys.install(p.keys))
		l.state.Unlock()
		for _, r := range p.keys.replaces {
			errs = append(errs, l.disk.remove(r.name()))
		}
	}
	for level, at := 0, oldSize; at > 0; level, at = level+1, at>>8 {
		old, now := edgePath(level, oldSize), edgePath(level, p.view.Size())
		switch {
		case at&(merkle.Width-1) == 0 || old == now: // no partial tile, or still the edge
		case path.Dir(old) == path.Dir(now):
			errs = append(errs, ignoreMissing(l.disk.remove(old)))
		default:
			errs = append(errs, l.removePartials(path.Dir(old)))
		}
	}
	return errors.Join(errs...)
}

// removePartials removes the partial tiles at one place, those that a crash left
// included: the full tile is there.
func (l *Log) removePartials(dir string) error {
	names, err := l.disk.readDir(dir)
	if err != nil {
		return ignoreMissing(err)
	}
	var errs []error
	for _, name := range names {
		errs = append(errs, l.disk.remove(path.Join(dir, name)))
	}
	return errors.Join(append(errs, ignoreMissing(l.disk.remove(dir)))...)
}

// publishBehind publishes a checkpoint in the background when many entries have
// come since the last.
func (l *Log) publishBehind(size int64) {
	l.autoMu.Lock()
	defer l.autoMu.Unlock()
	if size-l.announced < l.opts.CheckpointEvery || l.behind {
		return
	}
	l.behind = true
	l.background.Add(1)
	go func() {
		defer l.background.Done()
		if _, err := l.publish(context.Background()); err != nil {
			l.opts.Logger.Error("publishing a checkpoint failed; entries are safe, it is tried again", "error", err)
		}
		l.autoMu.Lock()
		defer l.autoMu.Unlock()
		l.behind = false
	}()
}
