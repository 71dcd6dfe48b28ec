package evidence

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/trueup-dev/trueup/evidence/internal/format"
	"github.com/trueup-dev/trueup/evidence/internal/merkle"
	"github.com/trueup-dev/trueup/evidence/internal/queue"
)

// Options says how a Log works. Only Signer has no default.
type Options struct {
	// Signer signs the checkpoints. A log keeps one origin for life.
	Signer *Signer

	// SegmentSize is the size in bytes at which an entry file is closed and the
	// next one started: 4 MiB if zero, at most 1 GiB. Opening reads the last one,
	// so it bounds the time of that.
	SegmentSize int64

	// CheckpointEvery is the number of new entries after which a checkpoint is
	// published without being asked for: 262,144 if zero. It bounds the memory
	// for unpublished hashes (32 bytes an entry) and the work of opening after a
	// crash. It does not bear on durability.
	CheckpointEvery int64

	// Random gives the salts: crypto/rand if nil.
	Random io.Reader

	// Logger hears about recovery and about checkpoints that failed in the
	// background. No payload, key or run is logged. Nothing is logged if nil.
	Logger *slog.Logger
}

func (o Options) withDefaults() (Options, error) {
	if o.Signer == nil {
		return o, fmt.Errorf("%w: Options.Signer is missing", ErrInvalid)
	}
	if o.SegmentSize == 0 {
		o.SegmentSize = 4 << 20
	}
	if o.SegmentSize < 0 || o.SegmentSize > 1<<30 {
		return o, fmt.Errorf("%w: Options.SegmentSize %d is not between 0 and 1 GiB", ErrInvalid, o.SegmentSize)
	}
	if o.CheckpointEvery == 0 {
		o.CheckpointEvery = 1 << 18
	}
	if o.CheckpointEvery < 0 {
		return o, fmt.Errorf("%w: Options.CheckpointEvery %d is negative", ErrInvalid, o.CheckpointEvery)
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// Log is an append-only log in a folder. Its methods may be called from any
// number of goroutines. Close it, or the next Open has to recover.
type Log struct {
	opts  Options
	disk  disk
	lock  io.Closer
	salts saltSource

	queue queue.Queue[*request]

	// Owned by the leader of the moment.
	app     appender
	buf     []byte
	spans   []span
	pending map[string]int64 // keys in the group being built
	next    merkle.Tree      // with the group being written; tree is a view of it
	filled  []filledTile     // by the group being written

	state sync.RWMutex // guards tree and keys
	tree  merkle.Tree
	keys  *keyIndex

	segs  *segments
	tiles *tiles

	publishing sync.Mutex // serialises publish, guards latest
	latest     Checkpoint

	background sync.WaitGroup
	autoMu     sync.Mutex // guards the next two
	behind     bool       // a background checkpoint is under way
	announced  int64      // size of the latest checkpoint

	hasher format.Hasher // for opening
}

// Open opens the log in the folder dir, and makes it if dir is missing or empty.
// After a crash it keeps every group of entries that was written whole, which
// covers all that was acknowledged, and drops one that was cut off.
//
// One Log may have a folder open at a time: others get ErrLocked. A folder whose
// content no Log wrote is refused with ErrCorrupt and left as it is.
func Open(ctx context.Context, dir string, opts Options) (*Log, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("evidence: open %s: %w", dir, err)
	}
	lock, err := lockFile(filepath.Join(dir, format.LockFile))
	if err != nil {
		return nil, fmt.Errorf("evidence: open %s: %w", dir, err)
	}
	l, err := open(ctx, osDisk(dir), opts)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("evidence: open %s: %w", dir, err), lock.Close())
	}
	l.lock = lock
	return l, nil
}

// Close publishes a checkpoint over all entries, unless a write has failed, and
// gives the folder free. Appends under way are finished first, later ones get
// ErrClosed. Closing again does nothing.
func (l *Log) Close() error {
	failed := l.queue.Close(ErrClosed)
	if errors.Is(failed, ErrClosed) {
		return nil // closed before
	}
	l.background.Wait()
	var errs []error
	if failed == nil {
		_, err := l.publish(context.Background())
		errs = append(errs, err, l.app.trim())
	}
	errs = append(errs, l.release())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("evidence: close: %w", err)
	}
	return nil
}

// release gives back what the Log holds open.
func (l *Log) release() error {
	l.state.Lock()
	defer l.state.Unlock()
	err := errors.Join(l.segs.close(), l.keys.close())
	if l.lock != nil {
		err = errors.Join(err, l.lock.Close())
	}
	return err
}

// saltSource reads the random source in pieces that are worth a system call.
type saltSource struct {
	mu   sync.Mutex
	from io.Reader
	buf  [64 * format.SaltSize]byte
	left int
}

func (s *saltSource) fill(salt *[format.SaltSize]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == 0 {
		if _, err := io.ReadFull(s.from, s.buf[:]); err != nil {
			return fmt.Errorf("evidence: read salt: %w", err)
		}
		s.left = len(s.buf)
	}
	copy(salt[:], s.buf[len(s.buf)-s.left:])
	s.left -= format.SaltSize
	return nil
}
