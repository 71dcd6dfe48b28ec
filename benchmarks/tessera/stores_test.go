package tessera_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/postgres"
	"github.com/trueup-dev/trueup/evidence/postgres/postgrestest"
)

var report = flag.Bool("report", false, "measure at length and write benchmarks/evidence-stores.md")

var payload = make([]byte, 200)

// store appends one entry durably.
type store struct {
	name   string
	append func(ctx context.Context) error
	close  func() error
}

// appended runs writers for a while and gives appends a second.
func appended(t *testing.T, s store, writers int, lasting time.Duration) float64 {
	t.Helper()
	ctx := context.Background()
	var done atomic.Int64
	var failed sync.Map
	stop := make(chan struct{})
	var wg sync.WaitGroup
	start := time.Now()
	for range writers {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := s.append(ctx); err != nil {
					failed.Store(err.Error(), true)
					return
				}
				done.Add(1)
			}
		})
	}
	time.AfterFunc(lasting, func() { close(stop) })
	wg.Wait()
	elapsed := time.Since(start)
	failed.Range(func(err, _ any) bool { t.Errorf("%s: %v", s.name, err); return true })
	return float64(done.Load()) / elapsed.Seconds()
}

// synced is the floor: one preallocated block is written and synced at a time.
func synced(t *testing.T) store {
	f, err := os.OpenFile(filepath.Join(t.TempDir(), "floor"), os.O_RDWR|os.O_CREATE, 0o600)
	require.NoError(t, err)
	_, err = f.Write(make([]byte, 4<<20))
	require.NoError(t, err)
	require.NoError(t, f.Sync())
	var mu sync.Mutex
	at := int64(0)
	return store{"disk", func(context.Context) error {
		mu.Lock()
		defer mu.Unlock()
		if _, err := f.WriteAt(payload, at%(4<<20)); err != nil {
			return err
		}
		at += 256
		return syscall.Fdatasync(int(f.Fd()))
	}, f.Close}
}

func signer(t *testing.T) *evidence.Signer {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	s, err := evidence.NewSigner("example.com/log", key)
	require.NoError(t, err)
	return s
}

func folder(t *testing.T) store {
	l, err := evidence.Open(t.Context(), t.TempDir(), evidence.Options{Signer: signer(t)})
	require.NoError(t, err)
	return store{"folder", func(ctx context.Context) error {
		_, err := l.Append(ctx, evidence.Entry{Kind: "bench", Payload: payload})
		return err
	}, l.Close}
}

func database(t *testing.T, server *postgrestest.Server, schema string) store {
	p, err := pgxpool.New(t.Context(), server.URL())
	require.NoError(t, err)
	l, err := postgres.Open(t.Context(), p, postgres.Options{Signer: signer(t), Schema: schema})
	require.NoError(t, err)
	return store{"PostgreSQL", func(ctx context.Context) error {
		_, err := l.Append(ctx, evidence.Entry{Kind: "bench", Payload: payload})
		return err
	}, func() error { err := l.Close(); p.Close(); return err }}
}

// other is Tessera with the batch that suits the number of writers.
func other(t *testing.T, writers int) store {
	ctx, cancel := context.WithCancel(context.Background())
	skey, _, err := note.GenerateKey(rand.Reader, "example.com/tessera")
	require.NoError(t, err)
	s, err := note.NewSigner(skey)
	require.NoError(t, err)
	d, err := posix.New(ctx, posix.Config{Path: t.TempDir()})
	require.NoError(t, err)
	a, shutdown, _, err := tessera.NewAppender(ctx, d, tessera.NewAppendOptions().WithCheckpointSigner(s).
		WithBatching(uint(writers), 5*time.Millisecond).WithCheckpointInterval(time.Second))
	require.NoError(t, err)
	var n atomic.Int64
	return store{"Tessera", func(ctx context.Context) error {
		_, err := a.Add(ctx, tessera.NewEntry(fmt.Appendf(nil, "%0200d", n.Add(1))))()
		return err
	}, func() error { err := shutdown(ctx); cancel(); return err }}
}

// TestStores measures every store in turns, so that what else the machine does falls
// on all of them.
func TestStores(t *testing.T) {
	writers, rounds, lasting := []int{1, 8}, 1, 50*time.Millisecond
	if *report {
		writers, rounds, lasting = []int{1, 8, 64, 512}, 5, 700*time.Millisecond
	}
	server := postgrestest.Start(t)
	rates := map[string]map[int][]float64{}
	var names []string
	for round := range rounds {
		for _, w := range writers {
			for _, s := range []store{synced(t), folder(t), database(t, server, fmt.Sprintf("r%d_%d", round, w)), other(t, w)} {
				rate := appended(t, s, w, lasting)
				require.NoError(t, s.close(), s.name)
				if rates[s.name] == nil {
					rates[s.name], names = map[int][]float64{}, append(names, s.name)
				}
				rates[s.name][w] = append(rates[s.name][w], rate)
				require.Positive(t, rate, s.name)
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, head, runtime.Version(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, rounds, lasting, load())
	for _, w := range writers {
		fmt.Fprintf(&b, "| %d |", w)
		for _, name := range names {
			slices.Sort(rates[name][w])
			fmt.Fprintf(&b, " %.0f (%.0f–%.0f) |", median(rates[name][w]), rates[name][w][0], rates[name][w][len(rates[name][w])-1])
		}
		fmt.Fprintf(&b, " %.1f | %.1f |\n", median(rates["folder"][w])/median(rates["Tessera"][w]), median(rates["PostgreSQL"][w])/median(rates["Tessera"][w]))
	}
	t.Log("\n" + b.String())
	if *report {
		require.NoError(t, os.WriteFile("../evidence-stores.md", []byte(b.String()), 0o644))
	}
}

func median(sorted []float64) float64 { return sorted[len(sorted)/2] }

// load is how busy the machine was.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "not known"
	}
	one, _, _ := strings.Cut(string(b), " ")
	return one
}

const head = `# Evidence stores beside Tessera

` + "`go test ./benchmarks/tessera -run TestStores -report -timeout 20m`" + ` measures this page: %s, %d processors,
%s/%s. Appends a second of 200 bytes, each durable before it returns, in turns of all stores, %d rounds of %v:
the median, and in brackets the least and the most. The disk is one write into a preallocated file and one
fdatasync at a time, whatever the number of writers. Tessera 1.0.4 is its POSIX driver, with a batch as large as
the number of writers and 5 ms of patience. PostgreSQL has fsync on and its defaults. Load of the machine at the
end, all else included: %s.

| writers | disk | folder | PostgreSQL | Tessera | folder, of Tessera | PostgreSQL, of Tessera |
|---|---|---|---|---|---|---|
`
