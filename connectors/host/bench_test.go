//go:build unix

package host_test

import (
	"context"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
)

// counting is a sink that costs as little as a sink can.
type counting struct {
	connectors.Sink
	rows, bytes int
}

func (c *counting) AddDevice(compliance.Device) error { return nil }
func (c *counting) AddSource(compliance.Source) error { return nil }
func (c *counting) AddInstall(i compliance.Install) error {
	c.rows++
	c.bytes += len(i.Device) + len(i.Title.Publisher) + len(i.Title.Name) + len(i.Title.Version) + len(i.Title.ProductCode) + len(i.Title.Architecture)
	return nil
}

// cpu is what this process and its ended children have used.
func cpu(t testing.TB) time.Duration {
	t.Helper()
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		require.NoError(t, syscall.Getrusage(who, &u))
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return sum
}

// BenchmarkCollect streams rows of about 190 bytes of text from a connector
// process into a sink, AutoMTLS on. cpu-ns/row is that of both processes, from
// start to end of the connector.
func BenchmarkCollect(b *testing.B) {
	for _, mode := range []string{"bulk", "bulk-fresh", "bulk-even"} {
		b.Run(mode, func(b *testing.B) { benchmarkCollect(b, mode) })
	}
}

func benchmarkCollect(b *testing.B, mode string) {
	rows := 1_000_000
	if n, err := strconv.Atoi(os.Getenv("TRUEUP_BENCH_ROWS")); err == nil {
		rows = n
	}
	dir, err := os.MkdirTemp("", "b")
	require.NoError(b, err)
	defer func() { _ = os.RemoveAll(dir) }()
	h, err := host.Open(b.Context(), host.Config{RunDir: dir, AllowUnpinned: true})
	require.NoError(b, err)
	defer func() { _ = h.Close(context.Background()) }()
	self, err := os.Executable()
	require.NoError(b, err)
	sum, err := host.Checksum(self)
	require.NoError(b, err)
	src := host.Source{ID: "bench", Path: self, SHA256: sum, Config: map[string]string{"mode": mode, "rows": strconv.Itoa(rows)}}
	for b.Loop() {
		sink := &counting{}
		before := cpu(b)
		start := time.Now()
		results, err := h.Collect(b.Context(), []host.Source{src}, sink, nil)
		wall := time.Since(start)
		require.NoError(b, err)
		require.NoError(b, results[0].Err)
		require.Equal(b, rows, sink.rows)
		b.ReportMetric(float64((cpu(b)-before).Nanoseconds())/float64(rows), "cpu-ns/row")
		b.ReportMetric(float64(rows)/wall.Seconds(), "rows/s")
		b.ReportMetric(float64(sink.bytes)/float64(rows), "text-bytes/row")
	}
}
