package evidencetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/trueup-dev/trueup/evidence"
)

func (s *suite) isEmpty(ctx context.Context, l Log) error {
	c, err := l.Latest(ctx)
	if err != nil {
		return err
	}
	return s.signed(c, 0)
}

func (s *suite) signed(c evidence.Checkpoint, size int64) error {
	got, err := evidence.ParseCheckpoint(c.Note, s.opts.VerifierKey)
	if err != nil {
		return err
	}
	if got.Size != size || c.Size != size || got.Root != c.Root || got.Origin != c.Origin {
		return fmt.Errorf("checkpoint is of %d entries, its note of %d, want %d", c.Size, got.Size, size)
	}
	return nil
}

func (s *suite) indexes(ctx context.Context, l Log) error {
	for i, e := range []evidence.Entry{
		{Kind: "a"},
		{Kind: "position", Run: "2026-Q3", Key: "p/1", Payload: []byte("payload")},
		{Kind: "b.c/d-e_f", Payload: bytes.Repeat([]byte{0, 0xff}, 1<<19)},
		{Kind: "k", Run: "rün", Key: string([]byte{0, 1, 0xff}), Payload: []byte{}},
	} {
		if err := s.add(ctx, l, e); err != nil {
			return err
		}
		if err := s.same(ctx, l, i); err != nil {
			return err
		}
	}
	for range 600 { // over two tiles
		if err := s.add(ctx, l, evidence.Entry{Kind: "filler", Payload: fmt.Appendf(nil, "%d", len(s.want))}); err != nil {
			return err
		}
	}
	return s.same(ctx, l, 300)
}

func (s *suite) batch(ctx context.Context, l Log) error {
	batch := make([]evidence.Entry, 300)
	for i := range batch {
		batch[i] = evidence.Entry{Kind: "batch", Key: fmt.Sprintf("batch/%d", i), Payload: fmt.Append(nil, i)}
	}
	got, err := l.AppendBatch(ctx, batch)
	if err != nil {
		return err
	}
	for k, i := range got {
		if int(i) != len(s.want)+k {
			return fmt.Errorf("entry %d of the batch got index %d, want %d", k, i, len(s.want)+k)
		}
	}
	s.want = append(s.want, batch...)
	none, err := l.AppendBatch(ctx, nil)
	if err != nil || len(none) > 0 {
		return fmt.Errorf("an empty batch gives %v (%s)", none, said(err))
	}
	return s.same(ctx, l, len(s.want)-1)
}

func (s *suite) keys(ctx context.Context, l Log) error {
	i, err := l.Append(ctx, evidence.Entry{Kind: "other", Key: "p/1", Payload: []byte("another payload")})
	if err != nil || i != 1 {
		return fmt.Errorf("a known key gives index %d (%s), want 1", i, said(err))
	}
	n := evidence.Index(len(s.want))
	batch := []evidence.Entry{{Kind: "x", Key: "new"}, {Kind: "y", Key: "p/1"}, {Kind: "z", Key: "new"}, {Kind: "w"}, {Kind: "w"}}
	got, err := l.AppendBatch(ctx, batch)
	if err != nil {
		return err
	}
	if want := []evidence.Index{n, 1, n, n + 1, n + 2}; !slices.Equal(got, want) {
		return fmt.Errorf("the batch got indexes %v, want %v", got, want)
	}
	s.want = append(s.want, batch[0], batch[3], batch[4])
	return s.same(ctx, l, 1)
}

func (s *suite) invalid(ctx context.Context, l Log) error {
	for _, e := range []evidence.Entry{{}, {Kind: "UPPER"}, {Kind: "k", Run: "\n"}, {Kind: "k", Payload: make([]byte, evidence.MaxPayload+1)}} {
		if _, err := l.Append(ctx, e); !errors.Is(err, evidence.ErrInvalid) {
			return fmt.Errorf("kind %q is answered with %s, want ErrInvalid", e.Kind, said(err))
		}
		if _, err := l.AppendBatch(ctx, []evidence.Entry{{Kind: "fine"}, e}); !errors.Is(err, evidence.ErrInvalid) {
			return fmt.Errorf("a batch with it is answered with %s, want ErrInvalid", said(err))
		}
	}
	return s.length(ctx, l)
}

func (s *suite) length(ctx context.Context, l Log) error {
	n, err := l.Len(ctx)
	if err == nil && n != int64(len(s.want)) {
		err = fmt.Errorf("log has %d entries, want %d", n, len(s.want))
	}
	return err
}

func (s *suite) cancelled(ctx context.Context, l Log) error {
	dead, cancel := context.WithCancel(ctx)
	cancel()
	_, appended := l.Append(dead, evidence.Entry{Kind: "late"})
	_, read := l.Entry(dead, 0)
	_, published := l.Checkpoint(dead)
	for k, err := range []error{appended, read, published} {
		if !errors.Is(err, context.Canceled) {
			return fmt.Errorf("%s is answered with %s, want context.Canceled", []string{"Append", "Entry", "Checkpoint"}[k], said(err))
		}
	}
	return s.length(ctx, l)
}

func (s *suite) concurrent(ctx context.Context, l Log) error {
	const writers, each = 8, 25
	start := len(s.want)
	s.want = append(s.want, make([]evidence.Entry, writers*each)...)
	var mu sync.Mutex
	var errs []error
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for k := range each {
				e := evidence.Entry{Kind: "concurrent", Key: fmt.Sprintf("c/%d/%d", w, k)}
				i, err := l.Append(ctx, e)
				mu.Lock()
				switch at := int(i); {
				case err != nil:
					errs = append(errs, err)
				case at < start || at >= len(s.want) || s.want[at].Kind != "":
					errs = append(errs, fmt.Errorf("index %d is out of line", at))
				default:
					s.want[at] = e
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for i := start; i < len(s.want); i++ {
		if err := s.same(ctx, l, i); err != nil {
			return err
		}
	}
	return s.length(ctx, l)
}

func (s *suite) iterate(ctx context.Context, l Log) error {
	from := 3
	for r, err := range l.Entries(ctx, evidence.Index(from)) {
		if err != nil {
			return err
		}
		if int(r.Index) != from || from >= len(s.want) || !equal(r.Entry, s.want[from]) {
			return fmt.Errorf("got entry %d where %d was due, or not as it was", r.Index, from)
		}
		from++
	}
	if from != len(s.want) {
		return fmt.Errorf("ended before entry %d of %d", from, len(s.want))
	}
	return nil
}

func (s *suite) bounds(ctx context.Context, l Log) error {
	n := int64(len(s.want))
	for _, i := range []evidence.Index{-1, evidence.Index(n)} {
		if _, err := l.Entry(ctx, i); !errors.Is(err, evidence.ErrNotFound) {
			return fmt.Errorf("entry %d is answered with %s, want ErrNotFound", i, said(err))
		}
	}
	if _, err := l.ProveInclusion(ctx, 0, n+1); !errors.Is(err, evidence.ErrNotFound) {
		return fmt.Errorf("a proof for size %d is answered with %s, want ErrNotFound", n+1, said(err))
	}
	if _, err := l.ProveConsistency(ctx, 5, 4); !errors.Is(err, evidence.ErrNotFound) {
		return fmt.Errorf("a proof from 5 to 4 is answered with %s, want ErrNotFound", said(err))
	}
	if _, err := l.Tile(ctx, 0, n>>8, int(n&255)+1); !errors.Is(err, evidence.ErrNotFound) {
		return fmt.Errorf("a tile past the end is answered with %s, want ErrNotFound", said(err))
	}
	return nil
}

func (s *suite) closed(ctx context.Context, l Log) error {
	if err := l.Close(); err != nil {
		return err
	}
	if _, err := l.Append(ctx, evidence.Entry{Kind: "late"}); !errors.Is(err, evidence.ErrClosed) {
		return fmt.Errorf("append is answered with %s, want ErrClosed", said(err))
	}
	return nil // closing again must do no harm either: the suite does
}
