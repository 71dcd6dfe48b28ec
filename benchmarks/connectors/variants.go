package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/internal/scale/rounds"
)

// batches are the most rows that a batch may have; 0 leaves it to the SDK, which
// goes by bytes.
var batches = []int{0, 1, 16, 256, 1024, 4096, 16384}

func (b *bench) variants() []rounds.Variant {
	out := []rounds.Variant{
		{Name: "raw socket, 100 kB writes", Per: b.rows, Run: b.timed(b.readSocket)},
		{Name: "gRPC, one message a row", Per: b.rows, Run: b.timed(b.readRows)},
	}
	for _, n := range batches {
		name := fmt.Sprintf("batches of %d", n)
		if n == 0 {
			name = "batches as the SDK makes them"
		}
		out = append(out, rounds.Variant{Name: name, Per: b.rows, Run: b.timed(func() error {
			_, err := b.collect(n, &counting{}, nil)
			return err
		})})
	}
	return append(out, rounds.Variant{Name: "the same, into a snapshot", Per: b.rows, Run: b.timed(func() error {
		to := compliance.NewBuilder(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
		_, err := b.collect(0, to, nil)
		_ = to.Build()
		return err
	})})
}

func (b *bench) timed(work func() error) func(func(func() error)) error {
	return func(measure func(func() error)) error {
		measure(work)
		return nil
	}
}

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

// collect runs a host and this program as its connector.
func (b *bench) collect(batch int, sink connectors.Sink, progress func(connectors.Progress)) (r host.Result, err error) {
	dir, err := os.MkdirTemp("", "b") // short, for the sockets
	if err != nil {
		return r, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	h, err := host.Open(context.Background(), host.Config{RunDir: dir, AllowUnpinned: true, Limits: host.Limits{BatchRows: batch}})
	if err != nil {
		return r, err
	}
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	config := map[string]string{"rows": strconv.Itoa(b.rows), "even": strconv.FormatBool(b.even)}
	results, err := h.Collect(context.Background(), []host.Source{{ID: "bench", Path: self, Config: config}}, sink, progress)
	if err != nil {
		return r, err
	}
	if err := h.Close(context.Background()); err != nil {
		return r, err
	}
	r = results[0]
	if n := r.Put[connectors.Install]; r.Err == nil && n != int64(b.rows) {
		return r, fmt.Errorf("%d rows arrived, want %d", n, b.rows)
	}
	return r, r.Err
}

// sizes says how many bytes of messages a row takes.
func (b *bench) sizes() error {
	for _, n := range batches {
		sink := &counting{}
		r, err := b.collect(n, sink, nil)
		if err != nil {
			return err
		}
		fmt.Printf("batches of %5d: %.1f bytes a row in messages, %.1f of text in the model\n",
			n, float64(r.Bytes)/float64(b.rows), float64(sink.bytes)/float64(b.rows))
	}
	return nil
}
