package compliance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// stream is a small estate as a stream of devices: virtual machines come before
// their hosts, and the rest in any order.
type stream struct {
	in      compliance.Input
	devices []loaded
	users   []compliance.User
	seats   []compliance.Seat
	sources []compliance.Source
}

// loaded is a device with what is installed on it.
type loaded struct {
	compliance.Device
	installs []compliance.Install
}

// The products of a stream, each licensed by one of these metrics.
var streamMetrics = []metric.Key{"generic.device", "generic.core", "generic.core.vm", "generic.user", "generic.install",
	"oracle.processor", "oracle.processor.virtual", "ms.sql.core.vm", "redhat.rhel.socketpair"}

// oneOf gives often nothing, and else one of a few words.
func oneOf(t *rapid.T, label string, words ...string) string {
	return rapid.SampledFrom(append(words, "", words[0])).Draw(t, label)
}

func drawStream(t *rapid.T) stream {
	lib, err := standard()
	require.NoError(t, err)
	s := stream{in: compliance.Input{Catalog: named{}, Metrics: lib}}
	for p := range rapid.IntRange(1, len(streamMetrics)).Draw(t, "products") {
		s.license(t, p, rapid.SampledFrom(streamMetrics).Draw(t, "metric"))
	}
	s.terms(t)
	for n := range rapid.IntRange(0, 4).Draw(t, "users") {
		s.users = append(s.users, compliance.User{ID: userID(n), Kind: compliance.Person, Source: "hr",
			Entity: oneOf(t, "entity", "north", "south"), Country: oneOf(t, "country", "DE", "FR")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "seats") {
		s.seats = append(s.seats, compliance.Seat{User: userID(rapid.IntRange(0, 5).Draw(t, "user")), Title: drawTitle(t), Source: "idp"})
	}
	for n := range rapid.IntRange(0, 14).Draw(t, "devices") {
		s.devices = append(s.devices, drawDevice(t, n))
	}
	for _, id := range []compliance.SourceID{"inv", "scan", "silent"} {
		if rapid.Bool().Draw(t, "source") {
			s.sources = append(s.sources, compliance.Source{ID: id, Collected: snapshot.AddDate(0, 0, -rapid.IntRange(0, 40).Draw(t, "age")),
				Failure: oneOf(t, "failure", "", "timeout"), Installs: rapid.IntRange(-1, 30).Draw(t, "stated")})
		}
	}
	return s
}

func userID(n int) compliance.UserID { return compliance.UserID(fmt.Sprint("user-", n)) }

func (s *stream) license(t *rapid.T, p int, m metric.Key) {
	key := catalog.ProductKey(fmt.Sprint("acme/p", p))
	price := func() compliance.Money {
		return compliance.Money{Amount: decimal.NewFromInt(rapid.Int64Range(0, 3).Draw(t, "price")), Currency: "EUR"}
	}
	s.in.Licensing = append(s.in.Licensing, compliance.Licensing{Product: key, Metric: m, Price: price()})
	if rapid.Bool().Draw(t, "dearer") {
		s.in.Licensing = append(s.in.Licensing, compliance.Licensing{Product: key, Metric: m, Edition: "ent", Price: price()})
	}
	for n := range rapid.IntRange(0, 3).Draw(t, "entitlements") {
		e := compliance.Entitlement{
			ID: compliance.EntitlementID(fmt.Sprint("E", p, n)), Product: key, Metric: m, UnitPrice: price(),
			Quantity: decimal.NewFromInt(rapid.Int64Range(0, 12).Draw(t, "quantity")),
			Edition:  oneOf(t, "edition", "std", "ent"), Version: oneOf(t, "version", "1", "2"), Downgrade: rapid.Bool().Draw(t, "down"),
			Priority: rapid.IntRange(0, 2).Draw(t, "priority"),
		}
		switch rapid.IntRange(0, 6).Draw(t, "restriction") {
		case 0:
			e.Entities = []string{"north"}
		case 1:
			e.Countries = []string{"DE"}
		case 2:
			e.Environments = []string{"test"}
		case 3:
			e.Pools = []compliance.Pool{{Entities: []string{"south"}, Quantity: e.Quantity.Div(decimal.NewFromInt(2)).Floor()}}
		case 4:
			e.Allocations = []compliance.Allocation{{Consumer: "d-03", Quantity: decimal.NewFromInt(2), Kind: compliance.Permanent}}
		}
		s.in.Entitlements = append(s.in.Entitlements, e)
	}
}

// terms gives the first product terms that look at single consumers or at others.
func (s *stream) terms(t *rapid.T) {
	l := &s.in.Licensing[0]
	switch rapid.IntRange(0, 9).Draw(t, "terms") {
	case 0:
		l.Whole = compliance.WholeConsumer
	case 1:
		l.Through = []catalog.ProductKey{"acme/p1", "acme/p8"}
	case 2:
		if l.Metric == "generic.device" {
			l.Suite = &compliance.Suite{Members: []catalog.ProductKey{"acme/p1", "acme/p2"}, Count: 2}
		}
	case 3:
		if l.Metric == "generic.core.vm" {
			l.Layers = []compliance.Layer{{Name: "host", Metric: "generic.core"}}
		}
	}
}

func drawTitle(t *rapid.T) catalog.Title {
	return catalog.Title{
		Publisher: rapid.SampledFrom([]string{"Acme", "Acme", "Acme", "Nobody"}).Draw(t, "publisher"),
		Name:      fmt.Sprint("p", rapid.IntRange(0, len(streamMetrics)).Draw(t, "product")),
		Version:   oneOf(t, "version", "1", "2"), Edition: oneOf(t, "edition", "std", "ent"),
	}
}

func drawDevice(t *rapid.T, n int) loaded {
	d := loaded{Device: compliance.Device{
		ID: compliance.DeviceID(fmt.Sprintf("d-%02d", n)), Name: fmt.Sprint("name ", n), Source: compliance.SourceID(oneOf(t, "by", "inv", "scan")),
		Entity: oneOf(t, "entity", "north", "south"), Country: oneOf(t, "country", "DE", "FR"), Environment: oneOf(t, "environment", "test", "production"),
		Kind: rapid.SampledFrom([]compliance.DeviceKind{compliance.Physical, compliance.Physical, compliance.VirtualMachine, compliance.KindUnknown}).Draw(t, "kind"),
	}}
	switch d.Kind {
	case compliance.Physical:
		d.Sockets, d.Cores = rapid.IntRange(0, 2).Draw(t, "sockets"), 4*rapid.IntRange(0, 2).Draw(t, "cores")
		d.Model = oneOf(t, "model", "Intel Xeon Gold 6130", "AMD EPYC 7302")
		d.Cluster = oneOf(t, "cluster", "", "c1")
	case compliance.VirtualMachine:
		d.VCPUs = rapid.IntRange(0, 3).Draw(t, "vcpus")
		if h := n + rapid.IntRange(0, 3).Draw(t, "host"); h > n { // one that comes later
			d.Host = compliance.DeviceID(fmt.Sprintf("d-%02d", h))
		}
		if rapid.IntRange(0, 5).Draw(t, "passive") == 0 {
			d.Role = compliance.PassiveHA
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "owned") == 0 {
		d.User = userID(rapid.IntRange(0, 5).Draw(t, "user"))
	}
	if rapid.IntRange(0, 3).Draw(t, "system") == 0 {
		d.OperatingSystem = rapid.SampledFrom([]string{"unheard of", "another"}).Draw(t, "os")
	}
	for range rapid.IntRange(0, 4).Draw(t, "installs") {
		i := compliance.Install{Device: d.ID, Title: drawTitle(t), Source: compliance.SourceID(oneOf(t, "source", "inv", "scan"))}
		if rapid.IntRange(0, 4).Draw(t, "personal") == 0 {
			i.User = userID(rapid.IntRange(0, 5).Draw(t, "user"))
		}
		i.LastUsed = snapshot.Add(-time.Duration(rapid.IntRange(1, 90).Draw(t, "idle")) * time.Hour)
		d.installs = append(d.installs, i)
	}
	return d
}

// tally counts the devices, in the order given.
func (s stream) tally(t require.TestingT, devices []loaded) *compliance.Tally {
	out, err := compliance.NewTally(snapshot, s.in)
	require.NoError(t, err)
	s.rest(t, out)
	for _, d := range devices {
		require.NoError(t, out.Add(d.Device, d.installs))
	}
	return out
}

// facts are what takes the facts that are no part of a device.
type facts interface {
	AddUser(compliance.User) error
	AddSeat(compliance.Seat) error
	AddSource(compliance.Source) error
}

func (s stream) rest(t require.TestingT, to facts) {
	for _, u := range s.users {
		require.NoError(t, to.AddUser(u))
	}
	for _, seat := range s.seats {
		require.NoError(t, to.AddSeat(seat))
	}
	for _, src := range s.sources {
		require.NoError(t, to.AddSource(src))
	}
}

// reconcile computes the positions one device at a time.
func (s stream) reconcile(t require.TestingT) *compliance.Result {
	in := s.in
	in.Estate = s.estate(t, s.devices)
	res, err := compliance.Reconcile(context.Background(), in)
	require.NoError(t, err)
	return res
}

// shuffled are the devices in another order in which hosts still come after their
// virtual machines, which have lower numbers.
func (s stream) shuffled(seed uint64) []loaded {
	out := slices.Clone(s.devices)
	rand.New(rand.NewPCG(seed, 1)).Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	slices.SortStableFunc(out, func(a, b loaded) int {
		hosted := func(d loaded) int {
			if d.Kind == compliance.VirtualMachine {
				return 0
			}
			return 1
		}
		if hosted(a) == 0 && hosted(b) == 0 { // a virtual machine may be the host of another
			return strings.Compare(string(a.ID), string(b.ID))
		}
		return hosted(a) - hosted(b)
	})
	return out
}

// numbers are all that a tally must not change about a result.
func numbers(r *compliance.Result) string {
	out := *r
	out.Estate, out.Positions = "", nil
	for _, p := range r.Positions {
		consumers := 0
		for _, o := range p.Consumers {
			consumers += max(o.Alike, 1)
		}
		// Names of devices are examples where there are many.
		for i, m := range p.Missing {
			p.Missing[i], _, _ = strings.Cut(m, " of ")
		}
		p.Missing = slices.Compact(p.Missing)
		p.Explanation = fmt.Sprint(consumers, " consumers")
		p.Consumers = nil
		out.Positions = append(out.Positions, p)
	}
	text, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		panic(err)
	}
	return string(text)
}

func bytesOf(t require.TestingT, tally *compliance.Tally) string {
	res, err := tally.Reconcile(context.Background())
	require.NoError(t, err)
	text, err := json.Marshal(res)
	require.NoError(t, err)
	return string(text)
}

func TestTallyCountsWhatReconcileCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStream(t)
		got, err := s.tally(t, s.devices).Reconcile(context.Background())
		require.NoError(t, err)
		require.Equal(t, numbers(s.reconcile(t)), numbers(got))
	})
}

// Counts do not depend on the order of devices, on how they were parted among
// forks, or on what was put in and taken out on the way.
func TestTallyIsASum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStream(t)
		want := bytesOf(t, s.tally(t, s.devices))

		devices := s.shuffled(rapid.Uint64().Draw(t, "order"))
		require.Equal(t, want, bytesOf(t, s.tally(t, devices)), "in another order")

		at := rapid.IntRange(0, len(devices)).Draw(t, "part")
		whole := s.tally(t, devices[:at])
		fork := whole.Fork()
		for _, d := range devices[at:] {
			require.NoError(t, fork.Add(d.Device, d.installs))
		}
		if whole.Merge(fork) == nil { // else hosts and machines were parted
			require.Equal(t, want, bytesOf(t, whole), "in two parts")
		}

		growing := s.tally(t, devices[:at])
		bytesOf(t, growing)
		for _, d := range devices[at:] {
			require.NoError(t, growing.Add(d.Device, d.installs))
		}
		require.Equal(t, want, bytesOf(t, growing), "with positions asked for on the way")

		changing := s.tally(t, devices)
		bytesOf(t, changing) // so that positions are there to be kept
		var out []loaded
		for _, d := range devices {
			if rapid.Bool().Draw(t, "out") {
				require.NoError(t, changing.Remove(d.Device, d.installs))
				out = append(out, d)
			}
		}
		bytesOf(t, changing)
		for _, d := range out {
			slices.Reverse(d.installs)
			require.NoError(t, changing.Add(d.Device, d.installs))
		}
		require.Equal(t, want, bytesOf(t, changing), "after taking out and putting in")
	})
}
