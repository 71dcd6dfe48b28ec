package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
)

// Host runs connectors. Its methods may be called from several goroutines.
type Host struct {
	limits   Limits
	env      []string
	log      *slog.Logger
	now      func() time.Time
	dir      *runDir
	binaries *binaries
	started  atomic.Int64
	starting chan struct{}
	starter  *starter
	policy   policy
	restart  Restart
	breaker  breaker
	state    string

	// running counts collections, so that Close can wait for them.
	running sync.WaitGroup
	ctx     context.Context
	cancel  context.CancelFunc
	closed  atomic.Bool
}

// ErrClosed is the error of a host that was closed.
var ErrClosed = errors.New("host: closed")

// Open makes a host. It removes what hosts that crashed left in the run folder.
func Open(ctx context.Context, cfg Config) (*Host, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	dir, err := openRunDir(cfg.RunDir)
	if err != nil {
		return nil, fmt.Errorf("host: run folder: %w", err)
	}
	bin, err := dir.sub("bin")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("host: run folder: %w", err), dir.close())
	}
	h := &Host{
		limits: cfg.Limits.withDefaults(), env: slices.Clone(cfg.Env), log: cfg.Logger, now: cfg.Now, dir: dir,
		binaries: &binaries{dir: bin, allowUnpinned: cfg.AllowUnpinned, copies: map[string]string{}},
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	if h.now == nil {
		h.now = time.Now
	}
	h.starting = make(chan struct{}, h.limits.Starts)
	h.policy = policy{cfg.Lock, cfg.Demand, cfg.Certificates}
	h.restart = cfg.Restart.withDefaults()
	h.breaker.policy = h.restart
	if h.state = cfg.StateDir; h.state != "" {
		if err := os.MkdirAll(h.state, 0o700); err != nil {
			return nil, errors.Join(fmt.Errorf("host: state folder: %w", err), dir.close())
		}
	}
	if h.starter, err = newStarter(cfg, dir.path); err != nil {
		return nil, errors.Join(err, dir.close())
	}
	h.ctx, h.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return h, nil
}

// Close ends all collections, waits until their processes are gone and removes
// the host's folder. When the context ends first the folder stays for the next
// host to remove.
func (h *Host) Close(ctx context.Context) error {
	if h.closed.Swap(true) {
		return ErrClosed
	}
	h.cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.running.Wait()
	}()
	select {
	case <-done:
		return errors.Join(h.starter.close(), h.dir.close())
	case <-ctx.Done():
		return fmt.Errorf("host: close: %w", ctx.Err())
	}
}

// Collect reads all sources, several at a time, and gives one result for each,
// in the order of the sources. A source that fails fails alone. Rows go to the
// sink, and at its end each source itself.
//
// Progress, when not nil, is called from one goroutine at a time.
//
// The error is not about a single source: the context ended, the host is
// closed, two sources share an identifier.
func (h *Host) Collect(ctx context.Context, sources []Source, sink connectors.Sink, progress func(connectors.Progress)) ([]Result, error) {
	if h.closed.Load() {
		return nil, ErrClosed
	}
	if err := distinct(sources); err != nil {
		return nil, err
	}
	h.running.Add(1)
	defer h.running.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(h.ctx, cancel)()
	if progress == nil {
		progress = func(connectors.Progress) {}
	}
	var mu sync.Mutex
	results := make([]Result, len(sources))
	shared := newPool(h.policy, sources)
	var group errgroup.Group
	group.SetLimit(h.limits.Parallel)
	for i, src := range sources {
		group.Go(func() error {
			c := &collection{host: h, source: src, sink: sink, progress: progress, mu: &mu, group: shared.group(h, src)}
			results[i] = c.run(ctx)
			if c.group == nil {
				return nil
			}
			if err := c.group.leave(context.WithoutCancel(ctx)); err != nil && results[i].Err == nil {
				results[i].Err = c.own(inOp("stop", err))
			}
			return nil
		})
	}
	_ = group.Wait()
	for i := range results {
		h.report(results[i])
	}
	if err := ctx.Err(); err != nil {
		return results, err
	}
	return results, nil
}

func (h *Host) report(r Result) {
	attrs := []any{slog.String("source", string(r.Source)), slog.Int64("rows", r.Put.Total()), slog.Int("problems", r.ProblemCount)}
	if r.Shared != nil {
		attrs = append(attrs, slog.Any("process_shared_by", r.Shared))
	}
	if r.Err != nil {
		h.log.Warn("source failed", append(attrs, slog.Any("error", r.Err))...)
		return
	}
	h.log.Info("source collected", attrs...)
}

func distinct(sources []Source) error {
	seen := map[compliance.SourceID]bool{}
	for i, s := range sources {
		if s.ID == "" {
			return fmt.Errorf("host: source %d has no identifier", i)
		}
		if seen[s.ID] {
			return fmt.Errorf("host: two sources are called %s", s.ID)
		}
		seen[s.ID] = true
	}
	return nil
}

// Checksum is the SHA-256 of a binary in hexadecimal, as [Source] pins it.
func Checksum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("host: checksum: %w", err)
	}
	defer func() { _ = f.Close() }()
	return hashOf(f)
}
