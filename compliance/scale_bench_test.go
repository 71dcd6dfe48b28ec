//go:build unix

package compliance_test

import (
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// instance is an estate made by arithmetic: forty installs a device, 22,000
// titles of which a few are common, 300 products under management that make up
// one install in twenty.
type instance struct {
	devices []compliance.Device
	titles  []catalog.Title
}

const (
	benchTitles   = 22_000
	benchManaged  = 300
	benchInstalls = 40
)

func newInstance(devices int) *instance {
	s := &instance{}
	for i := range benchTitles {
		publisher := "Acme"
		if i%3 == 0 && i >= benchManaged {
			publisher = "Nobody knows"
		}
		s.titles = append(s.titles, catalog.Title{Publisher: publisher, Name: fmt.Sprintf("product %05d for workstations", i)})
	}
	for i := range devices {
		s.devices = append(s.devices, compliance.Device{
			ID: compliance.DeviceID(fmt.Sprintf("device-%08d", i)), Source: "inv", Kind: compliance.Physical,
			Sockets: 1 + i%2, Cores: 4 * (1 + i%7), Entity: fmt.Sprintf("entity-%02d", i%20), Country: "DE",
		})
	}
	return s
}

// title is the k-th title of a device: two of forty are managed, the rest lean
// to the common ones.
func (s *instance) title(device, k int) int {
	h := uint64(device*benchInstalls+k) * 0x9e3779b97f4a7c15
	h ^= h >> 29
	if k < 2 {
		return int(h%(benchManaged/2)*2 + uint64(k))
	}
	u := h % (1 << 20)
	return benchManaged + int(u*u>>20*(benchTitles-benchManaged)>>20)
}

// rows calls with every install, device by device.
func (s *instance) rows(f func(device int, i *compliance.Install)) {
	i := compliance.Install{Source: "inv", LastUsed: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	for d := range s.devices {
		i.Device = s.devices[d].ID
		for k := range benchInstalls {
			i.Title = s.titles[s.title(d, k)]
			f(d, &i)
		}
	}
}

func (s *instance) estate(b *testing.B) *compliance.Estate {
	builder := compliance.NewBuilder(snapshot)
	for _, d := range s.devices {
		if err := builder.AddDevice(d); err != nil {
			b.Fatal(err)
		}
	}
	s.rows(func(_ int, i *compliance.Install) {
		if err := builder.AddInstall(*i); err != nil {
			b.Fatal(err)
		}
	})
	return builder.Build()
}

var benchLibrary = sync.OnceValues(metric.Standard)

func (s *instance) input(b *testing.B) compliance.Input {
	in := s.terms(b)
	in.Estate = s.estate(b)
	return in
}

// terms are the input without the estate.
func (s *instance) terms(b *testing.B) compliance.Input {
	lib, err := benchLibrary()
	if err != nil {
		b.Fatal(err)
	}
	in := compliance.Input{Catalog: named{}, Metrics: lib}
	for i := range benchManaged {
		m := []metric.Key{"generic.device", "generic.core"}[i%2]
		key := catalog.ProductKey("acme/" + s.titles[i].Name)
		in.Licensing = append(in.Licensing, compliance.Licensing{Product: key, Metric: m,
			Price: compliance.Money{Amount: decimal.NewFromInt(100), Currency: "EUR"}})
		in.Entitlements = append(in.Entitlements, compliance.Entitlement{ID: compliance.EntitlementID(fmt.Sprint("E", i)),
			Product: key, Metric: m, Quantity: decimal.NewFromInt(int64(len(s.devices) / 200))})
	}
	return in
}

// sizes are 400,000 and 4,000,000 installs.
var sizes = []struct {
	name    string
	devices int
}{{"S", 10_000}, {"M", 100_000}}

// each measures what prepare gives back, per install: the time on the wall and
// that of all processors, which neighbours on the machine disturb less.
func each(b *testing.B, prepare func(b *testing.B, s *instance) func()) {
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			run := prepare(b, newInstance(size.devices))
			runtime.GC()
			before := processor(b)
			b.ReportAllocs()
			for b.Loop() {
				run()
			}
			spent, n := processor(b)-before, float64(b.N)*float64(size.devices)*benchInstalls
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/install")
			b.ReportMetric(float64(spent.Nanoseconds())/n, "cpu-ns/install")
		})
	}
}

func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkBuild makes an estate of rows that arrive grouped by device. Its
// bytes an install are what the estate and its builder hold at the end, devices
// included.
func BenchmarkBuild(b *testing.B) {
	each(b, func(b *testing.B, s *instance) func() {
		before := heap()
		e := s.estate(b)
		held := heap() - before
		b.Logf("%.1f bytes an install held, devices included", float64(held)/float64(e.Count().Installs))
		runtime.KeepAlive(s)
		return func() { e = s.estate(b) }
	})
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkReconcile computes every position of a held estate, each with all its
// consumers and their explanations.
func BenchmarkReconcile(b *testing.B) {
	each(b, func(b *testing.B, s *instance) func() {
		in := s.input(b)
		return func() {
			if _, err := compliance.Reconcile(b.Context(), in); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkReconcileNothingManaged is what recognition, counting and the digest
// take by themselves.
func BenchmarkReconcileNothingManaged(b *testing.B) {
	each(b, func(b *testing.B, s *instance) func() {
		in := s.input(b)
		in.Licensing, in.Entitlements = nil, nil
		return func() {
			if _, err := compliance.Reconcile(b.Context(), in); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDigest(b *testing.B) {
	each(b, func(b *testing.B, s *instance) func() {
		e := s.estate(b)
		return func() {
			e.Digest()
		}
	})
}

// BenchmarkGenerator is the part of the others that makes the rows.
func BenchmarkGenerator(b *testing.B) {
	each(b, func(_ *testing.B, s *instance) func() {
		return func() {
			n := 0
			s.rows(func(_ int, i *compliance.Install) { n += len(i.Title.Name) })
			sink = n
		}
	})
}

// BenchmarkPlainMaps is the baseline of a program that only counts: it looks the
// raw name up in a map and counts per product and entity in maps, without
// consumers, explanations or an assignment. The rows are made as it goes.
func BenchmarkPlainMaps(b *testing.B) {
	each(b, func(b *testing.B, s *instance) func() {
		products := map[string]string{}
		for i, t := range s.titles {
			if i < benchManaged {
				products[t.Name] = "acme/" + t.Name
			} else {
				products[t.Name] = ""
			}
		}
		type cell struct{ product, entity string }
		return func() {
			units, unknown := map[cell]int{}, map[string]int{}
			s.rows(func(d int, i *compliance.Install) {
				if p := products[i.Title.Name]; p != "" {
					units[cell{p, s.devices[d].Entity}] += s.devices[d].Cores
				} else {
					unknown[i.Title.Name]++
				}
			})
			sink = len(units) + len(unknown)
		}
	})
}

// BenchmarkDense is the floor: titles are numbers already and counters arrays.
func BenchmarkDense(b *testing.B) {
	each(b, func(b *testing.B, s *instance) func() {
		numbers := make([]uint32, 0, len(s.devices)*benchInstalls)
		for d := range s.devices {
			for k := range benchInstalls {
				numbers = append(numbers, uint32(s.title(d, k)))
			}
		}
		return func() {
			counts, units := make([]int, benchTitles), make([]int, benchManaged*20)
			for n, t := range numbers {
				counts[t]++
				if d := n / benchInstalls; t < benchManaged {
					units[int(t)*20+d%20] += s.devices[d].Cores
				}
			}
			sink = counts[0] + units[0]
		}
	})
}

var sink int
