package wire

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
)

// inventory is installs of 20,000 titles. Spread evenly, the dictionary of a batch
// is nearly as long as its rows; else few titles are everywhere and most are rare.
func inventory(fresh, even bool) func(i int) compliance.Install {
	draw := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.1, 1, 20_000-1)
	drawn := make([]uint16, 1<<18)
	for i := range drawn {
		drawn[i] = uint16(draw.Uint64())
		if even {
			drawn[i] = uint16(i * 7919 % 20_000)
		}
	}
	titles := make([]catalog.Title, 20_000)
	for i := range titles {
		titles[i] = catalog.Title{
			Publisher:    fmt.Sprintf("Publisher of Software Number %d Incorporated", i%300),
			Name:         fmt.Sprintf("Product %d for Enterprise Workstations and Servers (64-bit)", i),
			Version:      fmt.Sprintf("%d.%d.%d.0", i%20, i%7, i%9000),
			ProductCode:  fmt.Sprintf("{%08X-0000-4000-8000-000000000000}", i),
			Architecture: "x86_64",
		}
	}
	return func(i int) compliance.Install {
		t := titles[drawn[i%len(drawn)]]
		if fresh {
			t.Publisher, t.Name, t.Version = strings.Clone(t.Publisher), strings.Clone(t.Name), strings.Clone(t.Version)
			t.ProductCode, t.Architecture = strings.Clone(t.ProductCode), strings.Clone(t.Architecture)
		}
		return compliance.Install{Device: "workstation-000000001.example.org", Title: t}
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, mode := range []string{"popular", "popular-fresh", "even", "even-fresh"} {
		b.Run(mode, func(b *testing.B) {
			row := inventory(strings.Contains(mode, "fresh"), strings.Contains(mode, "even"))
			e, err := NewEncoder(connectors.Install, Operation_OPERATION_PUT, 1<<16)
			require.NoError(b, err)
			b.ReportAllocs()
			var buf []byte
			for i := 0; b.Loop(); i++ {
				in := row(i)
				_ = e.Install(&in)
				if e.Size() > 1<<20 {
					buf = e.Take(1, nil).Append(buf[:0])
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	row := inventory(false, true)
	e, err := NewEncoder(connectors.Install, Operation_OPERATION_PUT, 1<<16)
	require.NoError(b, err)
	for i := 0; e.Size() < 1<<20; i++ {
		in := row(i)
		require.NoError(b, e.Install(&in))
	}
	rows := e.Rows()
	raw := e.Take(1, nil).Append(nil)
	in := Inbound{Hash: sha256.New()}
	sink := &last{}
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, in.Decode(raw))
		_, err := Receiver{Sink: sink}.Deliver(in.Response().GetBatch())
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
}

// last is a sink that keeps only the last install.
type last struct {
	connectors.Sink
	install compliance.Install
}

func (l *last) AddInstall(i compliance.Install) error { l.install = i; return nil }
