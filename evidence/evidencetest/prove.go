package evidencetest

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/cosign"
)

func (s *suite) checkpoint(ctx context.Context, l Log) error {
	for range 3 {
		c, err := l.Checkpoint(ctx)
		if err != nil {
			return err
		}
		if err := s.signed(c, int64(len(s.want))); err != nil {
			return err
		}
		latest, err := l.Latest(ctx)
		if err != nil || string(latest.Note) != string(c.Note) {
			return fmt.Errorf("latest is of %d entries (%s), want the one just published, of %d", latest.Size, said(err), c.Size)
		}
		s.old = append(s.old, c)
		if err := s.add(ctx, l, evidence.Entry{Kind: "after", Payload: c.Root[:]}); err != nil {
			return err
		}
	}
	return nil
}

// tileReader lets x/mod read the store's tiles.
type tileReader struct {
	ctx context.Context
	log Log
}

func (tileReader) Height() int                     { return 8 }
func (tileReader) SaveTiles([]tlog.Tile, [][]byte) {}
func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		var err error
		if out[i], err = r.log.Tile(r.ctx, t.L, t.N, t.W); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *suite) tiles(ctx context.Context, l Log) error {
	c, err := l.Checkpoint(ctx)
	if err != nil {
		return err
	}
	r := tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, tileReader{ctx, l})
	for i := range c.Size {
		got, err := r.ReadHashes([]int64{tlog.StoredHashIndex(0, i)})
		if err != nil {
			return err
		}
		leaf, err := l.Leaf(ctx, evidence.Index(i))
		if err != nil {
			return err
		}
		if got[0] != tlog.RecordHash(leaf) {
			return fmt.Errorf("the tile's hash of entry %d is not that of its leaf", i)
		}
	}
	return nil
}

func (s *suite) inclusion(ctx context.Context, l Log) error {
	c, err := l.Checkpoint(ctx)
	if err != nil {
		return err
	}
	for _, c := range append(s.old, c) {
		for i := int64(0); i < c.Size; i += 1 + c.Size/50 {
			leaf, err := l.Leaf(ctx, evidence.Index(i))
			if err != nil {
				return err
			}
			p, err := l.ProveInclusion(ctx, evidence.Index(i), c.Size)
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(p, c.Size, c.Root, i, tlog.RecordHash(leaf)); err != nil {
				return fmt.Errorf("entry %d in %d: %w", i, c.Size, err)
			}
		}
	}
	return nil
}

func (s *suite) consistency(ctx context.Context, l Log) error {
	c, err := l.Checkpoint(ctx)
	if err != nil {
		return err
	}
	all := append(s.old, c)
	for k, old := range all {
		for _, c := range all[k:] {
			p, err := l.ProveConsistency(ctx, old.Size, c.Size)
			if err != nil {
				return err
			}
			if err := tlog.CheckTree(p, c.Size, c.Root, old.Size, old.Root); err != nil {
				return fmt.Errorf("%d to %d: %w", old.Size, c.Size, err)
			}
		}
	}
	return nil
}

func (s *suite) cosign(ctx context.Context, l Log) error {
	w, err := cosign.NewCosigner("witness.example", ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	if err != nil {
		return err
	}
	c, err := l.Checkpoint(ctx)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
	signed, err := note.Sign(&note.Note{Text: text}, w.At(time.Unix(1e9, 0)))
	if err != nil {
		return err
	}
	lines := signed[len(text)+1:]
	if _, err := l.Cosign(ctx, c, []byte("no signature\n")); !errors.Is(err, evidence.ErrInvalid) {
		return fmt.Errorf("a line that is no signature is answered with %s, want ErrInvalid", said(err))
	}
	got, err := l.Cosign(ctx, c, lines)
	if err != nil {
		return err
	}
	latest, err := l.Latest(ctx)
	if err != nil || string(latest.Note) != string(got.Note) || string(got.Note) != string(c.Note)+string(lines) {
		return fmt.Errorf("latest is %q (%s), want the checkpoint with the cosignature", latest.Note, said(err))
	}
	if err := s.add(ctx, l, evidence.Entry{Kind: "after"}); err != nil {
		return err
	}
	if _, err := l.Checkpoint(ctx); err != nil {
		return err
	}
	if _, err := l.Cosign(ctx, c, lines); !errors.Is(err, evidence.ErrNotFound) {
		return fmt.Errorf("cosigning a replaced checkpoint is answered with %s, want ErrNotFound", said(err))
	}
	return nil
}
